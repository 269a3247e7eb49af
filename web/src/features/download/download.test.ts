import { describe, expect, it } from 'vitest';
import { commandsAfterwards, curlCommand, quoted } from './commands';
import { badKey, downloadRequest, draftFor, missingIn, suggestPassphrase } from './draft';

const draft = draftFor(new URLSearchParams());
const key = `age1${'q'.repeat(58)}`;

describe('what is asked for', () => {
  it('is no more than belongs to the format', () => {
    const full = { ...draft, table: 'res_partner', file: ' ab/abc ', keys: key, passphrase: 'x'.repeat(12) };
    expect(downloadRequest(full)).toEqual({ format: 'odoo-zip', filestore: true });
    expect(downloadRequest({ ...full, format: 'table' })).toEqual({
      format: 'table',
      table: 'res_partner',
      table_format: 'csv',
    });
    expect(downloadRequest({ ...full, format: 'file' })).toEqual({ format: 'file', file: 'ab/abc' });
    expect(downloadRequest({ ...full, format: 'pg-dump', lock: 'keys' })).toEqual({
      format: 'pg-dump',
      recipients: [key],
    });
  });

  it('is taken from the address as far as it is there', () => {
    const asked = draftFor(new URLSearchParams('format=sql.zst&filestore=no'));
    expect([asked.format, asked.filestore]).toEqual(['sql.zst', false]);
    expect(draftFor(new URLSearchParams('format=rar')).format).toBe('odoo-zip');
  });

  it('may lack something', () => {
    expect(missingIn(draft)).toBeUndefined();
    expect(missingIn({ ...draft, format: 'table' })).toBe('table');
    expect(missingIn({ ...draft, format: 'file', file: ' ' })).toBe('file');
    expect(missingIn({ ...draft, lock: 'keys', keys: '# mine' })).toBe('keys');
    expect(missingIn({ ...draft, lock: 'keys', keys: `# mine\n${key}\n` })).toBeUndefined();
    expect(missingIn({ ...draft, lock: 'passphrase', passphrase: 'short' })).toBe('passphrase');
  });

  it('names the key that is none', () => {
    expect(badKey(`${key}\nage1short`)).toBe('age1short');
    expect(badKey(`AGE-SECRET-KEY-1${'Q'.repeat(58)}`)).toBeDefined();
  });

  it('can be closed under a suggestion', () => {
    const suggested = suggestPassphrase();
    expect(suggested).toMatch(/^([2-9a-km-np-z]{5}-){4}[2-9a-km-np-z]{5}$/);
    expect(suggestPassphrase()).not.toBe(suggested);
  });
});

describe('a command', () => {
  const download = { url: '/api/v1/downloads/t0k', file_name: 'acme-main.zip', resumable: true };
  it('goes on where it broke off, where that is possible', () => {
    expect(curlCommand(download, 'https://backup.example')).toBe(
      "curl -fL -C - -o acme-main.zip 'https://backup.example/api/v1/downloads/t0k'",
    );
    expect(curlCommand({ ...download, resumable: false }, 'https://backup.example')).toBe(
      "curl -fL -o acme-main.zip 'https://backup.example/api/v1/downloads/t0k'",
    );
  });
  it('lets nothing of a name reach the shell', () => {
    expect(quoted("it's; rm -rf $HOME")).toBe(`'it'\\''s; rm -rf $HOME'`);
    expect(quoted('-o')).toBe("'-o'");
    expect(curlCommand({ ...download, url: "/a'$(b)" }, 'https://x.example')).toContain(
      "'https://x.example/a%27$(b)'",
    );
  });
  it('opens first what is encrypted', () => {
    const closed = { file_name: 'acme.dump.age', encrypted: true };
    expect(commandsAfterwards('pg-dump', closed)).toEqual([
      'age --decrypt --output acme.dump acme.dump.age',
      'pg_restore --no-owner --jobs=4 --dbname=DATABASE acme.dump',
    ]);
    expect(commandsAfterwards('odoo-zip', { ...closed, encrypted: false })).toEqual([]);
  });
});
