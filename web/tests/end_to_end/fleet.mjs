// A catalog as a platform of a thousand projects has it after two months, written by SQL: to make it by
// backing up would take days. It tells of data that no store has; what is in the catalog already stays.
const day = 86_400_000;

export const fleet = { projects: 1000, days: 60, people: 600 };

// `hour`: of the schedules, some hours from now, so that nothing falls due meanwhile.
export function fillCatalog({ now, hour, stores }) {
  const begun = now - ((((now - hour * 3_600_000) % day) + day) % day);
  const { projects, days, people } = fleet;
  // i counts projects, d the days back; the newest night has d = 0.
  const series = (name, count) =>
    `${name} (${name[0]}) AS (SELECT 0 UNION ALL SELECT ${name[0]} + 1 FROM ${name} WHERE ${name[0]} < ${count - 1})`;
  const every = `WITH RECURSIVE ${series('i', projects)}, ${series('d', days)}`;
  const night = `(${begun} - d.d * ${day} + i.i * 3000)`;
  const name = "printf('customer-%04d', i.i)";
  const backup = "printf('bk_%010d%06d', 59 - d.d, i.i)";
  const job = (step) => `printf('jb_%010d%04d%06d', 59 - d.d, ${step}, i.i)`;
  // Some failed now and then; one in a hundred has failed for days.
  const failed = '((i.i + d.d) % 37 = 5 OR (i.i % 100 = 50 AND d.d < 3))';
  const state = `CASE WHEN ${failed} THEN 'failed' WHEN i.i % 200 = 7 AND d.d = 0 THEN 'degraded' ELSE 'good' END`;
  const error = (text) => `CASE WHEN ${failed} THEN '${text}' ELSE '' END`;
  const bytes = '(2000000000 + (i.i * 7919 % 1000) * 50000000)';
  const made = "LIKE 'customer-%'";
  const places = stores
    .map((store, place) => `SELECT '${store}' AS store, ${place} AS place`)
    .join(' UNION ALL ');
  const steps = ['backup', 'forget', 'prune', 'verify'];
  const kinds = steps.map((kind, step) => `SELECT '${kind}' AS kind, ${step} AS step`).join(' UNION ALL ');

  return `
PRAGMA foreign_keys = OFF;
BEGIN;
${every.split(', d (d)')[0]} INSERT INTO projects SELECT ${name}, printf('Customer %04d B.V.', i.i),
  'europe-west1', 7, 4, 2, 30, 0, 7, 26, i.i % 250 = 249, CASE WHEN i.i % 250 = 249 THEN 'moves away' ELSE '' END,
  '', '', ${begun - 120 * day} FROM i;
INSERT INTO branches SELECT name, branch, type, '', name || ' on db1:5432 as odoo', 'db1:5432', '', '', '17.0', '', '',
  created_at_ms FROM projects, (SELECT 'main' AS branch, 'production' AS type UNION ALL SELECT 'staging', 'staging')
  WHERE name ${made};
INSERT INTO schedules SELECT 'sc_' || name, name, '*production', '0 ${hour} * * *', '', 1, created_at_ms, created_at_ms
  FROM projects WHERE name ${made};
${every} INSERT INTO backups SELECT ${backup}, ${name}, 'main', CASE WHEN d.d % 20 = 19 THEN 'manual' ELSE 'automatic' END,
  ${state}, ${job(0)}, CASE WHEN ${failed} THEN '' ELSE printf('%064x', i.i * 100 + d.d) END,
  CASE WHEN d.d % 20 = 19 THEN 'before the upgrade' ELSE '' END, CASE WHEN d.d % 20 = 19 THEN 'ann' ELSE 'schedule' END,
  ${night}, CASE WHEN ${failed} THEN NULL ELSE ${night} + 1500 END, ${night} + 240000, ${bytes}, ${bytes} / 400,
  612, 4200000, 31000, ${bytes} / 2, 0, '17.0', '15.8', ${error('unreachable')},
  ${error('the database server db1:5432 does not answer')}, ${error('is it running?')}, '', '', NULL, NULL, ''
  FROM i, d;
INSERT INTO copies SELECT id, store, place, CASE WHEN state = 'degraded' AND place = 2 THEN 'pending' ELSE 'stored' END,
  finished_at_ms, CASE WHEN state = 'degraded' AND place = 2 THEN 'the store does not answer' ELSE '' END
  FROM backups, (${places}) WHERE state <> 'failed' AND project ${made};
INSERT INTO scheduled_runs SELECT 'sc_' || project, 'main', strftime('%Y-%m-%dT%H:00', started_at_ms / 1000, 'unixepoch'),
  1, job, started_at_ms FROM backups WHERE project ${made} ON CONFLICT DO NOTHING;
${every} INSERT INTO store_usage SELECT ${name}, store, date(${night} / 1000, 'unixepoch'), 900 + (59 - d.d) * 4,
  ${bytes} / 3 + (59 - d.d) * ${bytes} / 400, ${bytes} * (60 - d.d), ${night} FROM i, d, (${places});
${every} INSERT INTO verifications SELECT ${name}, ${night} + 3600000, 1, 'every copy is complete' FROM i, d;
${every} INSERT INTO jobs SELECT ${job('k.step')}, k.kind,
  CASE WHEN k.step = 0 AND ${failed} THEN 'failed' ELSE 'succeeded' END, CASE WHEN k.step = 0 THEN 2 ELSE 3 END,
  ${name}, CASE WHEN k.step = 0 THEN 'main' ELSE '' END, 'europe-west1', 'db1:5432',
  CASE WHEN k.step = 0 THEN ${backup} ELSE '' END, 'schedule', '', ${night} + k.step * 600000, NULL,
  ${night} + k.step * 600000, ${night} + k.step * 600000 + 240000, 1, 0, 'w1:1:1', NULL, 1, 0, 0, '', ${bytes}, ${bytes},
  0, 0, 0, '{}', '{}', CASE WHEN k.step = 0 AND ${failed} THEN 'unreachable' END,
  CASE WHEN k.step = 0 THEN ${error('the database server db1:5432 does not answer')} ELSE '' END, ''
  FROM i, d, (${kinds}) AS k;
WITH RECURSIVE ${series('p', people)} INSERT INTO access_accounts SELECT printf('ac_%020d', p.p),
  printf('person%04d@example.org', p.p), printf('person%04d@example.org', p.p), printf('Person %04d', p.p), 0, 1, 'en',
  'x', 0, NULL, '', '', 0, ${begun - 100 * day}, ${begun} FROM p;
${every.split(', d (d)')[0]}, m (m) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2) INSERT INTO access_members
  SELECT ${name}, printf('ac_%020d', (i.i * 3 + m.m) % ${people}), CASE WHEN m.m = 0 THEN 'admin' ELSE 'user' END,
  ${begun - 100 * day} FROM i, m;
${every} INSERT INTO access_audit SELECT 1000 + (59 - d.d) * ${projects} + i.i, ${night}, 'person0001@example.org',
  '192.0.2.1', 'backup.create', ${name}, ${backup}, 'ok', '' FROM i, d;
UPDATE access_counters SET value = value + ${projects * days + 1000};
UPDATE catalog_state SET revision = revision + 1;
COMMIT;`;
}
