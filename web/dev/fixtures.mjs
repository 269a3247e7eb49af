// Data as a real server gives it, made up from a seed: a platform of 120 projects.
const hour = 3_600_000;
const day = 24 * hour;
const now = Date.now();
const iso = (at) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
// 01:00 of today in the platform's time, in winter.
const lastNight = Math.floor(now / day) * day;

let seed = 7;
export const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const pick = (list) => list[Math.floor(random() * list.length)];

export const meta = () => ({
  name: 'Skyhold',
  version: '0.4.0',
  platform_time_zone: 'Europe/Brussels',
  now: iso(Date.now()),
  oidc: true,
  oidc_label: 'Example ID',
});

export const account = (name, more = {}) => ({
  id: `ac_${name}`,
  name,
  display_name: '',
  operator: false,
  enabled: true,
  must_change_password: false,
  has_totp: false,
  has_oidc: name === 'marc',
  locale: '',
  created_at: iso(now - 200 * day),
  last_sign_in_at: iso(now - 3 * hour),
  ...more,
});

export const stores = [
  ['gcs-belgium', 'gs', 'europe-west1', 'gs://acme-skyhold-be/skyhold'],
  ['gcs-zurich', 'gs', 'europe-west6', 'gs://acme-skyhold-zh/skyhold'],
  ['s3-frankfurt', 's3', 'eu-central-1', 's3://s3.eu-central-1.amazonaws.com/acme-skyhold/skyhold'],
].map(([name, provider, location, url], index) => ({
  name,
  provider,
  url,
  location,
  regions: ['europe-west1'],
  healthy: true,
  checked_at: iso(now - 4 * 60_000),
  latency_seconds: 0.041 + index * 0.036,
  bytes: Math.round(2.31e12 - index * 8e9),
}));

const copiesOf = (state = 'verified', last = state) =>
  stores.map(({ name, provider, location }, index) => ({
    store: name,
    provider,
    location,
    state: index === 2 ? last : state,
    checked_at: state === 'verified' ? iso(now - 9 * hour) : null,
    ...(last === 'missing' && index === 2
      ? { problem: 'The store answered 503 for 4 minutes; the upload was given up.' }
      : {}),
  }));

export function backup(project, index, more = {}) {
  const at = lastNight - index * day;
  const source = Math.round(48.2e9 - index * 31e6);
  return {
    id: `bk_0${(900 - index).toString(36)}q7n2m4x`,
    project,
    branch: 'main',
    kind: 'automatic',
    state: 'good',
    job: `jb_b${index}`,
    snapshot_id: 'b1946ac92492d2347c6235b4d2611184',
    note: '',
    created_by: 'schedule',
    started_at: iso(at),
    point_in_time: iso(at + 4000),
    finished_at: iso(at + (312 + index * 3) * 1000),
    source_bytes: source,
    added_bytes: Math.round(214e6 + ((index * 37) % 11) * 23e6),
    table_count: 847,
    row_count: Math.round(61_204_118 - index * 41_022),
    file_count: Math.round(214_882 - index * 120),
    file_bytes: Math.round(source * 0.7),
    missing_file_count: 0,
    odoo_version: '17.0',
    postgresql_version: '15.14',
    tiers: [],
    kept_until: iso(at + 8 * day),
    copies: copiesOf(),
    ...more,
  };
}

const weekOf = (at) => {
  const date = new Date(at);
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  return `${date.getUTCFullYear()}-W${String(Math.ceil(((date - Date.UTC(date.getUTCFullYear(), 0, 1)) / day + 1) / 7)).padStart(2, '0')}`;
};

export function backupsOf(project) {
  const made = [];
  made.push(
    backup(project, 0.27, {
      id: 'bk_0manual1',
      kind: 'manual',
      created_by: 'ines',
      note: 'Before the upgrade of the accounting modules',
      kept_until: iso(now + 30 * day),
      copies: copiesOf('stored'),
    }),
  );
  for (let index = 0; index < 7; index += 1) {
    const at = lastNight - index * day;
    const tiers = [`daily ${iso(at).slice(0, 10)}`];
    if (index === 0 || new Date(at).getUTCDay() === 0) tiers.push(`weekly ${weekOf(at)}`);
    if (index === 0) tiers.push(`monthly ${iso(at).slice(0, 7)}`);
    made.push(
      backup(project, index, {
        tiers,
        kept_until: iso(at + (tiers.length > 2 ? 62 : tiers.length > 1 ? 28 : 7) * day),
      }),
    );
  }
  made[3] = {
    ...made[3],
    state: 'degraded',
    copies: copiesOf('stored', 'missing'),
  };
  made.push(
    backup(project, 2.4, {
      id: 'bk_0failed1',
      state: 'failed',
      tiers: [],
      added_bytes: 0,
      error: {
        code: 'source',
        message: 'The database server db1:5432 closed the connection.',
        hint: 'Look at its log at 01:07; the next run tries again by itself.',
      },
      copies: copiesOf('missing'),
    }),
    backup(project, 3.3, {
      id: 'bk_0safety1',
      kind: 'safety',
      branch: 'staging',
      created_by: 'ines',
      note: 'Before a restore',
      kept_until: iso(now + 3.7 * day),
    }),
    backup(project, 9, { tiers: [`weekly ${weekOf(lastNight - 9 * day)}`], kept_until: iso(now + 19 * day) }),
    backup(project, 16, {
      tiers: [`weekly ${weekOf(lastNight - 16 * day)}`],
      kept_until: iso(now + 12 * day),
    }),
    backup(project, 23, {
      tiers: [`weekly ${weekOf(lastNight - 23 * day)}`, `monthly ${iso(lastNight - 23 * day).slice(0, 7)}`],
      kept_until: iso(now + 40 * day),
    }),
    backup(project, 58, {
      tiers: [`monthly ${iso(lastNight - 58 * day).slice(0, 7)}`],
      kept_until: null,
      pin: { reason: 'Audit of the year 2026', by: 'marc', at: iso(now - 50 * day) },
    }),
  );
  return made.sort((a, b) => b.started_at.localeCompare(a.started_at));
}

const titles = [
  'Acme Trading',
  'Boulangerie Martin',
  'Copper & Sons',
  'Delta Logistics',
  'Eiffel Instruments',
  'Fjord Marine',
  'Garten Grün',
  'Harbour Foods',
  'Isola Textiles',
  'Jansen Bikes',
  'Kestrel Optics',
  'Lumen Energy',
];
const reasons = {
  at_risk: 'The last good backup of main is 31 hours old; the objective is 26 hours.',
  unprotected: 'There has been no good backup of main for 4 days.',
  paused: 'Paused by marc: moved to another host until Monday.',
  new: 'No backup has been made yet; the first one runs tonight at 01:00.',
};

export function project(name, title, state = 'safe', role = 'operator') {
  const age = { safe: 0, at_risk: 1.3, unprotected: 4, paused: 2, new: 0 }[state];
  const sentence =
    state === 'safe'
      ? 'Safe: the last backup of main was made this morning at 01:05, in three copies, all checked today.'
      : { at_risk: 'At risk', unprotected: 'Unprotected', paused: 'Paused', new: 'New' }[state] +
        `: ${reasons[state].charAt(0).toLowerCase()}${reasons[state].slice(1)}`;
  return {
    name,
    title,
    region: 'europe-west1',
    objective_hours: 26,
    paused: state === 'paused',
    paused_reason: state === 'paused' ? 'moved to another host until Monday' : '',
    created_at: iso(now - 120 * day),
    role,
    production_branch: state === 'new' ? '' : 'main',
    backup_count: state === 'new' ? 0 : 14,
    stored_bytes: state === 'new' ? 0 : Math.round(3e9 + random() * 60e9),
    health: {
      state,
      sentence,
      reasons: state === 'safe' ? [] : [{ code: state, text: reasons[state] }],
      objective_hours: 26,
      last_good_at: state === 'new' ? null : iso(lastNight - age * day + 4000),
      last_good_backup: '',
      last_verified_at: state === 'new' ? null : iso(now - 9 * hour),
      next_run_at: state === 'paused' ? null : iso(lastNight + day),
      copies_complete: 3,
      copies_wanted: 3,
    },
    copies: state === 'new' ? [] : state === 'at_risk' ? copiesOf('stored', 'missing') : copiesOf(),
    active_jobs: [],
  };
}

export const projects = [project('acme', 'Acme Trading')];
for (let index = 1; index < 120; index += 1) {
  const title = titles[index % titles.length];
  const number = Math.floor(index / titles.length);
  const state =
    index % 29 === 5
      ? 'unprotected'
      : index % 17 === 3
        ? 'at_risk'
        : index % 31 === 7
          ? 'paused'
          : index % 41 === 9
            ? 'new'
            : 'safe';
  const name =
    title
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z]+/g, '-') + (number === 0 ? '' : `-${number + 1}`);
  projects.push(project(name, number === 0 ? title : `${title} ${number + 1}`, state));
}
projects.sort((a, b) => a.name.localeCompare(b.name));

export const branches = (project, last) => [
  branch(project, 'main', 'production', 'acme on db1:5432 as odoo', '/var/lib/odoo/filestore/acme', last),
  branch(
    project,
    'staging',
    'staging',
    'acme_staging on db1:5432 as odoo',
    '/var/lib/odoo/filestore/acme_staging',
  ),
  branch(project, 'upgrade-18', 'development', 'acme_upgrade on db2:5432 as odoo', ''),
];
// Only one branch by itself says whether a restore of it can be undone.
export const oneBranch = (project, name) => ({
  ...branches(project).find((each) => each.name === name),
  can_undo: name === 'staging',
});
function branch(project, name, type, database, filestore, last) {
  return {
    project,
    name,
    type,
    database,
    database_server: 'db1:5432',
    has_filestore: filestore !== '',
    filestore,
    addons_path: '/opt/odoo/addons',
    before_swap: '',
    after_swap: '',
    odoo_version: '17.0',
    created_at: iso(now - 120 * day),
    ...(last ? { last_backup: last } : {}),
  };
}

const tableNames = [
  'account_move_line',
  'mail_message',
  'stock_move_line',
  'ir_attachment',
  'account_move',
  'mail_tracking_value',
  'stock_quant',
  'sale_order_line',
  'product_template',
  'res_partner',
  'purchase_order_line',
  'ir_model_data',
  'mail_followers',
  'hr_attendance',
  'crm_lead',
  'project_task',
  'res_users',
  'ir_cron',
  'payment_provider',
  'website_visitor',
];
export const tables = tableNames.map((name, index) => ({
  schema: 'public',
  name,
  rows: Math.round(18_200_000 / (index + 1) ** 1.4),
  bytes: Math.round(5.6e9 / (index + 1) ** 1.3),
}));

export const modules = [
  'account',
  'base',
  'crm',
  'hr',
  'l10n_be',
  'mail',
  'payment',
  'project',
  'purchase',
  'sale',
  'stock',
  'web',
  'website',
  'acme_shipping',
].map((name) => ({
  name,
  version: '17.0.1.2',
}));

export const difference = {
  previous: 'bk_0p0q7n2m4x',
  files_added: 118,
  files_removed: 4,
  file_bytes_change: 61_220_000,
  table_bytes_change: 18_400_000,
  tables: [
    ['mail_message', 20_412, 11_200_000, 'changed'],
    ['account_move_line', 8_120, 5_100_000, 'changed'],
    ['website_visitor', -140_220, -4_300_000, 'changed'],
    ['acme_shipping_label', 412, 220_000, 'new'],
    ['x_old_import', -2_400, -180_000, 'gone'],
    ['stock_move_line', 1_204, 610_000, 'changed'],
  ].map(([name, rows_change, bytes_change, state]) => ({
    schema: 'public',
    name,
    rows: 100_000,
    rows_change,
    bytes: 9_000_000,
    bytes_change,
    state,
  })),
};

export const schedules = [
  {
    id: 'sc_1',
    branch: '*production',
    cron: '0 1 * * *',
    words: 'every day at 01:00',
    refresh_source: '',
    enabled: true,
    next_run_at: iso(lastNight + day),
  },
  {
    id: 'sc_2',
    branch: '*production',
    cron: '0 13 * * 1-5',
    words: 'on Monday to Friday at 13:00',
    refresh_source: '',
    enabled: false,
    next_run_at: null,
  },
  {
    id: 'sc_3',
    branch: 'staging',
    cron: '0 4 * * 1',
    words: 'on Monday at 04:00',
    refresh_source: 'main',
    enabled: true,
    next_run_at: iso(lastNight + 3 * day),
  },
];

export const members = [
  ['ines', 'Inès Laurent', 'admin'],
  ['tomas', 'Tomáš Novák', 'user'],
  ['lea@acme.example', 'Léa Dubois', 'user'],
].map(([name, display_name, role], index) => ({
  account_id: `ac_${name}`,
  name,
  display_name,
  role,
  since: iso(now - (90 - index * 20) * day),
}));

export function storage(days, scale = 1, platform = false) {
  const history = [];
  for (let index = Math.min(days, 90); index >= 0; index -= 1) {
    stores.forEach(({ name }, position) => {
      history.push({
        day: iso(lastNight - index * day).slice(0, 10),
        store: name,
        bytes: Math.round((19.4e9 - index * 61e6 + Math.sin(index / 3) * 120e6 - position * 40e6) * scale),
        source_bytes: Math.round((640e9 - index * 900e6) * scale),
      });
    });
  }
  return {
    stores: stores.map(({ name, location }, index) => ({
      store: name,
      location,
      bytes: Math.round((19.4e9 - index * 40e6) * scale),
      objects: Math.round((1840 - index * 3) * scale),
      measured_at: iso(now - 5 * hour),
    })),
    history,
    ...(platform
      ? {
          projects: projects
            .slice(0, 20)
            .map(({ name }, index) => ({ project: name, bytes: Math.round(62e9 / (index + 1) ** 0.7) })),
        }
      : {}),
  };
}

export const audit = Array.from({ length: 40 }, (_, index) => ({
  sequence: 4000 - index,
  at: iso(now - index * 41 * 60_000),
  actor: pick(['ines', 'marc', 'schedule', 'tomas']),
  address: pick(['192.0.2.14', '2001:db8::14', '198.51.100.7']),
  action: pick([
    'backup.create',
    'session.sign_in',
    'restore.create',
    'backup.show',
    'member.put',
    'retention.set',
  ]),
  project: pick(['acme', 'delta-logistics', '']),
  subject: pick(['bk_0manual1', 'staging', 'ines', 'main']),
  outcome: index % 9 === 4 ? 'permission_denied' : 'ok',
  detail: '',
}));

export { iso, now, day, hour, lastNight };
