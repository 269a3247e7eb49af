// Method, path and answer of each route that the pages ask.
import * as data from './fixtures.mjs';
import { interchangeRoutes } from './interchange.mjs';
import { notificationRoutes } from './notifications.mjs';
import { activeJobs, allJobs, eventsOf, jobOf, startJob } from './jobs.mjs';

const { iso, now, day, hour, lastNight } = data;
const people = {
  operator: {
    ...data.account('marc', { display_name: 'Marc Peeters', operator: true, has_totp: true }),
    role: 'operator',
  },
  admin: { ...data.account('ines', { display_name: 'Inès Laurent' }), role: 'admin' },
  user: { ...data.account('tomas', { display_name: 'Tomáš Novák' }), role: 'user' },
  fresh: { ...data.account('lea', { display_name: 'Léa Dubois', must_change_password: true }), role: 'user' },
};

const session = ({ as }) => {
  const { role, ...account } = people[as];
  return {
    account,
    csrf_token: 'fixture',
    needs_totp: false,
    memberships: role === 'operator' ? [] : [{ project: 'acme', role }],
  };
};
const page = (items, query, size = 50) => {
  const limit = Number(query.get('limit') ?? size);
  const start = Number(query.get('after') ?? 0);
  return {
    items: items.slice(start, start + limit),
    next: start + limit < items.length ? String(start + limit) : '',
  };
};
const projectFor = (name, { as }) => {
  const found = data.projects.find((project) => project.name === name);
  return found && { ...found, role: people[as].role, active_jobs: activeJobs(name) };
};
const missing = (what) => [
  404,
  {
    type: 'about:blank',
    title: `There is no ${what}.`,
    status: 404,
    code: 'not_found',
    hint: 'It may have been deleted.',
    request_id: 'rq_01j9',
  },
];
const made = new Map();
const backupsOf = (name) => {
  if (!made.has(name))
    made.set(
      name,
      data.projects.find((project) => project.name === name)?.backup_count === 0 ? [] : data.backupsOf(name),
    );
  return made.get(name);
};
const reference = ({ id, kind, state, branch }) => ({ id, kind, state, branch });
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

export const routes = [
  ['GET', /^\/meta$/, () => data.meta()],
  [
    'GET',
    /^\/me$/,
    ({ state }) =>
      state.as === 'nobody'
        ? [401, { type: 'about:blank', title: 'Nobody is signed in.', status: 401, code: 'unauthenticated' }]
        : session(state),
  ],
  ['PATCH', /^\/me$/, ({ state }) => session(state)],
  [
    'POST',
    /^\/session$/,
    ({ state, body }) => {
      if (!(body.name in { operator: 1, admin: 1, user: 1, fresh: 1, totp: 1 })) {
        return [
          403,
          {
            type: 'about:blank',
            title: 'The name or the password is wrong.',
            status: 403,
            code: 'permission_denied',
            hint: 'After five tries each further one has to wait.',
          },
        ];
      }
      if (body.name === 'totp') return { ...session({ as: 'admin' }), needs_totp: true };
      state.as = body.name;
      return session(state);
    },
  ],
  [
    'POST',
    /^\/session\/totp$/,
    ({ state }) => {
      state.as = 'admin';
      return session(state);
    },
  ],
  [
    'DELETE',
    /^\/session$/,
    ({ state }) => {
      state.as = 'nobody';
      return [204];
    },
  ],
  [
    'PUT',
    /^\/me\/password$/,
    ({ state }) => {
      people[state.as].must_change_password = false;
      return [204];
    },
  ],
  [
    'POST',
    /^\/me\/totp$/,
    () => ({
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Skyhold:ines?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Skyhold',
    }),
  ],
  ['PUT', /^\/me\/totp$/, () => ({ recovery_codes: ['k4t2-9fqm', 'p7xw-3hdn', 'c8vb-5jrs', 'm2ze-6lgy'] })],
  [
    'GET',
    /^\/me\/sessions$/,
    () => ({
      items: [
        {
          id: 's1',
          address: '192.0.2.14',
          user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
          created_at: iso(now - 2 * hour),
          last_seen_at: iso(now),
          current: true,
        },
        {
          id: 's2',
          address: '198.51.100.7',
          user_agent:
            'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1',
          created_at: iso(now - 20 * hour),
          last_seen_at: iso(now - 5 * hour),
          current: false,
        },
      ],
    }),
  ],
  ['DELETE', /^\/me\/sessions\/(.+)$/, () => [204]],
  [
    'GET',
    /^\/me\/tokens$/,
    () => ({
      items: [
        {
          id: 't1',
          name: 'deployment',
          role: 'admin',
          project: 'acme',
          created_at: iso(now - 30 * day),
          expires_at: iso(now + 60 * day),
          last_used_at: iso(now - 8 * hour),
        },
      ],
    }),
  ],
  [
    'POST',
    /^\/me\/tokens$/,
    ({ body }) => [
      201,
      {
        token: { id: 't2', project: '', created_at: iso(now), ...body },
        secret: 'skh_3f9a1c7e5b2d4f6a8c0e1b3d5f7a9c2e',
      },
    ],
  ],

  [
    'GET',
    /^\/projects$/,
    ({ query, state }) => {
      const search = query.get('search') ?? '';
      const own =
        people[state.as].role === 'operator'
          ? data.projects
          : data.projects.filter(({ name }) => name === 'acme');
      const found = own
        .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(search.toLowerCase()))
        .filter(({ health }) => !query.get('health') || health.state === query.get('health'));
      const rank = { unprotected: 0, at_risk: 1, new: 2, paused: 3, safe: 4 };
      if (query.get('sort') === 'health') found.sort((a, b) => rank[a.health.state] - rank[b.health.state]);
      return page(
        found.map(({ name }) => projectFor(name, state)),
        query,
      );
    },
  ],
  [
    'POST',
    /^\/projects$/,
    ({ body }) => {
      const fresh = data.project(body.name, body.title, 'new');
      data.projects.push(fresh);
      return [201, fresh];
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)$/,
    ({ params: [name], state }) => projectFor(name, state) ?? missing(`project ${name}`),
  ],
  [
    'PATCH',
    /^\/projects\/([^/]+)$/,
    ({ params: [name], body, state }) => {
      Object.assign(
        data.projects.find((each) => each.name === name),
        body,
      );
      return projectFor(name, state);
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/recovery-kit$/,
    () =>
      'Recovery kit of the project acme\n\nRepository password: correct horse battery staple …\n\n    restic -r s3:s3.eu-central-1.amazonaws.com/acme-skyhold/skyhold/acme snapshots\n',
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/branches$/,
    ({ params: [name] }) => ({
      items:
        (data.projects.find((each) => each.name === name)?.production_branch ?? '') === ''
          ? []
          : data.branches(name, backupsOf(name)[1]),
    }),
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/branches\/([^/]+)$/,
    ({ params: [name, branch] }) => data.oneBranch(name, branch),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/branches$/,
    ({ params: [name], body }) => {
      data.projects.find((each) => each.name === name).production_branch = body.name;
      return [201, data.branches(name)[0]];
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/members$/, () => ({ items: data.members })],
  [
    'POST',
    /^\/projects\/([^/]+)\/members$/,
    ({ body }) => [
      201,
      {
        member: { account_id: 'ac_new', since: iso(now), display_name: '', ...body },
        one_time_password: 'tulip-anchor-violet-93',
      },
    ],
  ],
  ...notificationRoutes(now),
  ['GET', /^\/projects\/([^/]+)\/schedules$/, () => ({ items: data.schedules })],
  [
    'PATCH',
    /^\/projects\/([^/]+)\/schedules\/(.+)$/,
    ({ params: [, id], body }) =>
      Object.assign(
        data.schedules.find((each) => each.id === id),
        body,
      ),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/schedules$/,
    ({ body }) => {
      const fresh = { id: `sc_${data.schedules.length + 1}`, words: 'every day', enabled: true, ...body };
      data.schedules.push(fresh);
      return [201, fresh];
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/audit$/, ({ query }) => page(data.audit, query)],
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
  ...interchangeRoutes({ backupsOf, missing, page, reference }),
  [
    'POST',
    /^\/projects\/([^/]+)\/(verify|mend)$/,
    ({ params: [name, kind] }) => [202, reference(startJob(kind, name, ''))],
  ],
  ['GET', /^\/projects\/([^/]+)\/storage$/, ({ query }) => data.storage(Number(query.get('days') ?? 90))],
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

  [
    'GET',
    /^\/jobs$/,
    ({ query }) =>
      page(
        allJobs().filter((job) => !query.get('state') || job.state === query.get('state')),
        query,
      ),
  ],
  ['GET', /^\/jobs\/([^/]+)$/, ({ params: [id] }) => jobOf(id) ?? missing(`job ${id}`)],
  ['GET', /^\/jobs\/([^/]+)\/events$/, ({ params: [id] }) => ({ items: eventsOf(id) })],
  ['POST', /^\/jobs\/([^/]+)\/cancel$/, ({ params: [id] }) => ({ ...jobOf(id), cancel_requested: true })],
  [
    'GET',
    /^\/regions$/,
    () => ({
      items: [
        {
          name: 'europe-west1',
          stores: data.stores.map(({ name }) => name),
          project_count: data.projects.length,
        },
      ],
    }),
  ],
  [
    'GET',
    /^\/stores$/,
    () => ({
      items: data.stores.map((store, index) =>
        index === 2
          ? {
              ...store,
              healthy: false,
              latency_seconds: null,
              error: {
                code: 'unavailable',
                message: 'The store answered 503 Slow Down to 12 of 12 requests.',
                hint: 'Backups go on with the other stores; this one is completed when it answers again.',
              },
            }
          : store,
      ),
    }),
  ],
  [
    'POST',
    /^\/stores\/([^/]+)\/check$/,
    ({ params: [name] }) => ({
      ...data.stores.find((store) => store.name === name),
      checked_at: iso(Date.now()),
    }),
  ],
  ['GET', /^\/storage$/, ({ query }) => data.storage(Number(query.get('days') ?? 90), 118, true)],
  [
    'GET',
    /^\/workers$/,
    () => ({
      items: [
        {
          name: 'skyhold-1',
          region: 'europe-west1',
          version: '0.4.0',
          started_at: iso(now - 6 * day),
          seen_at: iso(now - 4000),
          running_jobs: 2,
        },
        {
          name: 'skyhold-2',
          region: 'europe-west1',
          version: '0.4.0',
          started_at: iso(now - 6 * day),
          seen_at: iso(now - 400_000),
          running_jobs: 0,
        },
      ],
    }),
  ],
  [
    'GET',
    /^\/accounts$/,
    ({ query }) =>
      page(
        [
          people.operator,
          people.admin,
          people.user,
          data.account('old.colleague', { enabled: false, last_sign_in_at: null }),
        ]
          .map(({ role: _role, ...account }) => account)
          .filter(({ name }) => name.includes(query.get('search') ?? '')),
        query,
      ),
  ],
  [
    'POST',
    /^\/accounts$/,
    ({ body }) => [
      201,
      { account: data.account(body.name, body), one_time_password: 'maple-river-copper-18' },
    ],
  ],
  ['POST', /^\/accounts\/([^/]+)\/password$/, () => ({ one_time_password: 'maple-river-copper-18' })],
  ['PATCH', /^\/accounts\/([^/]+)$/, ({ body }) => ({ ...people.user, ...body })],
  [
    'GET',
    /^\/audit$/,
    ({ query }) =>
      page(
        data.audit.filter(({ actor }) => actor.includes(query.get('actor') ?? '')),
        query,
      ),
  ],
  [
    'GET',
    /^\/health$/,
    () => {
      const count = (state) => data.projects.filter(({ health }) => health.state === state).length;
      return {
        projects: {
          safe: count('safe'),
          at_risk: count('at_risk'),
          unprotected: count('unprotected'),
          paused: count('paused'),
          new: count('new'),
        },
        jobs_running: 2,
        jobs_queued: 5,
        jobs_failed_today: 1,
        stores: { healthy: 2, failing: 1 },
        workers: 2,
        catalog: { saved_at: iso(now - 30_000), behind: false },
      };
    },
  ],
];
