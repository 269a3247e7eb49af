// Backups, what retention keeps of them, and the jobs that work on them.
import { missing, page, reference } from './answers.mjs';
import * as data from './fixtures.mjs';
import { allJobs, startJob } from './jobs.mjs';

const { iso, now, day, hour, lastNight } = data;
const made = new Map();
export const backupsOf = (name) => {
  if (!made.has(name))
    made.set(
      name,
      data.projects.find((project) => project.name === name)?.backup_count === 0 ? [] : data.backupsOf(name),
    );
  return made.get(name);
};
const rules = {
  keep_daily: 7,
  keep_weekly: 4,
  keep_monthly: 2,
  manual_days: 30,
  imported_days: 0,
  safety_days: 7,
};
const kept = (name) =>
  backupsOf(name)
    .filter(({ state }) => state !== 'failed')
    .map((backup) => ({
      backup: backup.id,
      branch: backup.branch,
      kind: backup.kind,
      state: backup.state,
      at: backup.started_at,
      keep: true,
      tiers: backup.pin ? ['pinned'] : backup.tiers,
      kept_until: backup.kept_until,
      bytes: backup.added_bytes,
    }));

function calendar(name, days) {
  const list = kept(name)
    .filter(({ branch }) => branch === 'main')
    .map((each) => ({
      backup: each.backup,
      at: each.at,
      expected: false,
      tiers: each.tiers,
      until: each.kept_until,
    }));
  for (let index = 1; index < days; index += 1) {
    list.push({
      backup: '',
      at: iso(lastNight + index * day),
      expected: true,
      tiers: [`daily ${iso(lastNight + index * day).slice(0, 10)}`],
      until: iso(lastNight + (index + 7) * day),
    });
  }
  return {
    branch: 'main',
    days: Array.from({ length: days }, (_, index) => {
      const at = iso(lastNight + index * day);
      return {
        day: at.slice(0, 10),
        backups: list
          .filter((each) => each.at <= at && (each.until === null || each.until > at))
          .map(({ until: _until, ...each }) => each),
      };
    }),
  };
}

export const backupRoutes = [
  [
    'GET',
    /^\/projects\/([^/]+)\/backups$/,
    ({ params: [name], query }) =>
      page(
        backupsOf(name)
          .filter(({ branch }) => !query.get('branch') || branch === query.get('branch'))
          .filter(({ kind }) => !query.get('kind') || kind === query.get('kind'))
          .filter(({ state }) => !query.get('state') || state === query.get('state')),
        query,
      ),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/backups$/,
    ({ params: [name], body }) => {
      const job = startJob('backup', name, body.branch);
      const fresh = data.backup(name, 0, {
        id: `bk_${job.id}`,
        state: 'running',
        kind: 'manual',
        created_by: 'ines',
        note: body.note,
        job: job.id,
        started_at: iso(Date.now()),
        point_in_time: null,
        finished_at: null,
        kept_until: null,
        tiers: [],
        copies: data.stores.map(({ name: store }) => ({ store, state: 'pending' })),
        source_bytes: undefined,
        added_bytes: undefined,
      });
      backupsOf(name).unshift(fresh);
      setTimeout(
        () =>
          Object.assign(
            fresh,
            data.backup(name, 0, {
              id: fresh.id,
              kind: 'manual',
              note: fresh.note,
              created_by: 'ines',
              job: job.id,
              started_at: fresh.started_at,
              point_in_time: fresh.started_at,
              finished_at: iso(Date.now()),
            }),
          ),
        14_000,
      ).unref();
      return [202, { backup: fresh, job }];
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/backups\/([^/]+)$/,
    ({ params: [name, id] }) => backupsOf(name).find((each) => each.id === id) ?? missing(`backup ${id}`),
  ],
  [
    'PUT',
    /^\/projects\/([^/]+)\/backups\/([^/]+)\/pin$/,
    ({ params: [name, id], body }) =>
      Object.assign(
        backupsOf(name).find((each) => each.id === id),
        { pin: { ...body, by: 'ines', at: iso(now) } },
      ),
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/backups\/([^/]+)\/contents$/,
    ({ query }) => {
      const found = data.tables.filter(({ name }) => name.includes(query.get('search') ?? ''));
      const sort = query.get('sort') ?? 'name';
      found.sort((a, b) => (sort === 'name' ? a.name.localeCompare(b.name) : b[sort] - a[sort]));
      return {
        tables: found,
        next: '',
        table_count: 847,
        row_count: 61_204_118,
        table_bytes: 14_500_000_000,
        files: { captured: true, count: 214_882, bytes: 33_740_000_000 },
        file_types: [
          { type: 'application/pdf', count: 96_410, bytes: 18_900_000_000 },
          { type: 'image/jpeg', count: 61_204, bytes: 9_800_000_000 },
          { type: 'image/png', count: 38_220, bytes: 2_700_000_000 },
          { type: 'image/svg+xml', count: 4_100, bytes: 12_000_000 },
          {
            type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
            count: 7_940,
            bytes: 1_150_000_000,
          },
          { type: 'text/css', count: 212, bytes: 78_000_000 },
          { type: 'application/javascript', count: 340, bytes: 260_000_000 },
          { type: 'message/rfc822', count: 5_900, bytes: 640_000_000 },
          { type: 'unknown', count: 556, bytes: 200_000_000 },
        ],
        missing: [
          { name: 'ab/abcdef0123456789abcdef0123456789abcdef01', attachments: ['Invoice 2019-0042.pdf'] },
        ],
        modules: data.modules,
        odoo_version: '17.0',
        postgresql_version: '15.14',
        database_size_bytes: 21_400_000_000,
        sequences: 612,
        large_objects: 0,
      };
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/backups\/([^/]+)\/difference$/, () => data.difference],
  [
    'POST',
    /^\/projects\/([^/]+)\/(verify|mend)$/,
    ({ params: [name, kind] }) => [202, reference(startJob(kind, name, ''))],
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/restores$/,
    ({ query, params: [name] }) =>
      page(
        allJobs().filter((job) => ['restore', 'refresh', 'undo'].includes(job.kind) && job.project === name),
        query,
      ),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/restores\/preview$/,
    ({ params: [name], body }) => {
      const branch = body.branch ?? body.new_branch.name;
      return {
        backup: backupsOf(name).find((each) => each.id === body.backup),
        branch,
        new_branch: !body.branch,
        branch_type: branch === 'main' ? 'production' : 'staging',
        database: `${name}_${branch.replaceAll('-', '_')}`,
        mode: body.mode,
        identity: branch === 'main' ? 'keep' : 'new',
        replaces: Boolean(body.branch),
        replaced_size_bytes: 20_900_000_000,
        replaced_last_write_at: iso(now - hour / 5),
        safety_backup: Boolean(body.branch) && body.safety_backup,
        warnings: branch === 'main' ? ['Odoo was writing to this database 12 minutes ago.'] : [],
      };
    },
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/restores$/,
    ({ params: [name], body }) => [
      202,
      reference(
        startJob('restore', name, body.branch ?? body.new_branch.name, {
          backup: body.backup,
          mode: body.mode,
        }),
      ),
    ],
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/branches\/([^/]+)\/(undo|refresh)$/,
    ({ params: [name, branch, kind] }) => [202, reference(startJob(kind, name, branch))],
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/retention$/,
    ({ params: [name], query }) => {
      const { items, next } = page(
        kept(name).sort((a, b) => b.at.localeCompare(a.at)),
        query,
      );
      return { rules, backups: items, next };
    },
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/retention\/preview$/,
    ({ params: [name], body }) => ({
      rules: body,
      backups: kept(name),
      deleted: body.keep_daily < rules.keep_daily ? kept(name).slice(5, 7) : [],
    }),
  ],
  [
    'PUT',
    /^\/projects\/([^/]+)\/retention$/,
    ({ params: [name], body }) => {
      Object.assign(rules, body);
      return { rules, backups: kept(name) };
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/retention\/calendar$/,
    ({ params: [name], query }) => calendar(name, Number(query.get('days') ?? 60)),
  ],
];
