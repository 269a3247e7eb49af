import type { Download, ExportFormat } from '@/api/types';

// For a shell, whatever is in it.
export function quoted(text: string): string {
  return /^[\w.@%+=:,/-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curlCommand(
  { url, file_name, resumable }: Pick<Download, 'url' | 'file_name' | 'resumable'>,
  origin: string,
): string {
  const absolute = new URL(url, origin).href;
  const parts = ['curl', '-fL', ...(resumable ? ['-C', '-'] : []), '-o', quoted(file_name)];
  return `${parts.join(' ')} '${absolute.replaceAll("'", '%27')}'`;
}

// What makes of the file what it is for: opened first, where it is encrypted.
export function commandsAfterwards(
  format: ExportFormat,
  { file_name, encrypted }: Pick<Download, 'file_name' | 'encrypted'>,
): string[] {
  const plain = encrypted ? file_name.replace(/\.age$/, '') : file_name;
  const input = quoted(plain);
  const commands: Partial<Record<ExportFormat, string>> = {
    'pg-dump': `pg_restore --no-owner --jobs=4 --dbname=DATABASE ${input}`,
    'sql.zst': `zstd -dc ${input} | psql --set=ON_ERROR_STOP=1 DATABASE`,
  };
  const open = encrypted ? [`age --decrypt --output ${input} ${quoted(file_name)}`] : [];
  const command = commands[format];
  return command === undefined ? open : [...open, command];
}
