import type { ExportFormat, NewDownload } from '@/api/types';

export const formats: ExportFormat[] = ['odoo-zip', 'pg-dump', 'sql.zst', 'tar.zst', 'table', 'file'];

export interface DownloadDraft {
  format: ExportFormat;
  filestore: boolean;
  table: string;
  tableFormat: 'csv' | 'copy';
  file: string;
  lock: 'open' | 'keys' | 'passphrase';
  keys: string;
  passphrase: string;
}

// What the address says of it: it outlives the way to the neutralized copy.
export function draftFor(search: URLSearchParams): DownloadDraft {
  return {
    format: formats.find((each) => each === search.get('format')) ?? 'odoo-zip',
    filestore: search.get('filestore') !== 'no',
    table: '',
    tableFormat: 'csv',
    file: '',
    lock: 'open',
    keys: '',
    passphrase: '',
  };
}

// Of a whole database there can be a neutralized copy; of a table or a file there is none.
export const isWhole = (format: ExportFormat): boolean => format !== 'table' && format !== 'file';

// As files of recipients have them: one to a line, with comments.
export function keysIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const publicKey = /^age1[02-9ac-hj-np-z]{58}$/;

export function badKey(text: string): string | undefined {
  return keysIn(text).find((key) => !publicKey.test(key));
}

export const shortestPassphrase = 12;

// What still has to be said.
export function missingIn(draft: DownloadDraft): 'table' | 'file' | 'keys' | 'passphrase' | undefined {
  if (draft.format === 'table' && draft.table === '') return 'table';
  if (draft.format === 'file' && draft.file.trim() === '') return 'file';
  if (draft.lock === 'keys' && (keysIn(draft.keys).length === 0 || badKey(draft.keys) !== undefined))
    return 'keys';
  if (draft.lock === 'passphrase' && [...draft.passphrase].length < shortestPassphrase) return 'passphrase';
  return undefined;
}

export function downloadRequest(draft: DownloadDraft): NewDownload {
  const { format, lock } = draft;
  return {
    format,
    ...(format === 'odoo-zip' ? { filestore: draft.filestore } : {}),
    ...(format === 'table' ? { table: draft.table, table_format: draft.tableFormat } : {}),
    ...(format === 'file' ? { file: draft.file.trim() } : {}),
    ...(lock === 'keys' ? { recipients: keysIn(draft.keys) } : {}),
    ...(lock === 'passphrase' ? { passphrase: draft.passphrase } : {}),
  };
}

// Without letters that look alike: it may be read out on the telephone.
const letters = '23456789abcdefghijkmnpqrstuvwxyz';

// "k4t2q-9fqma-…": 125 bits.
export function suggestPassphrase(): string {
  const random = crypto.getRandomValues(new Uint8Array(25));
  const text = Array.from(random, (byte) => letters[byte % letters.length] ?? '').join('');
  return text.replace(/(.{5})(?=.)/g, '$1-');
}
