// Jobs of the fixture server: two that are over, and those that somebody starts, which take some seconds.
import { iso, now, hour } from './fixtures.mjs';

const phases = {
  backup: ['Locking the tables', 'Reading the database and files', 'Uploading the last of it, to 3 copies'],
  restore: [
    'Backing up what will be replaced',
    'Reading the schema',
    'Creating tables',
    'Loading tables',
    'Finishing the schema',
    'Checking',
    'Neutralizing',
    'Swapping',
  ],
  import: ['Reading the archive', 'Loading the dump', 'Looking at the database', 'Comparing the files'],
};
const length = 20_000;
const total = 48_200_000_000;

const neutralization = {
  odoo: true,
  neutralized: true,
  new_identity: true,
  switched_off: [
    {
      kind: 'scheduled_actions',
      before: 42,
      after: 0,
      names: ['Mail: Email Queue Manager', 'Account: Post draft entries', 'Digest Emails'],
    },
    { kind: 'outgoing_mail_servers', before: 2, after: 0, names: ['smtp.acme.example', 'Newsletter'] },
    { kind: 'payment_providers', before: 1, after: 0, names: ['Stripe'] },
    { kind: 'webhooks', before: 1, after: 1, names: ['acme_shipping: labels'] },
  ],
  scripts: [
    { module: 'mail', source: '/opt/odoo/addons/mail/data/neutralize.sql', built_in: false },
    { module: 'payment', source: 'built-in', built_in: true },
  ],
  modules_without_rule: ['acme_shipping', 'crm', 'hr'],
  foreign_modules_without_rule: ['acme_shipping'],
};
const result = {
  safety_backup: 'bk_0safety1',
  replaced_database: 'acme_staging_before_1',
  rows: 61_204_118,
  files: 214_882,
  neutralization,
  notices: [],
};

const jobs = new Map();

export function startJob(kind, project, branch, more = {}) {
  const id = `jb_${kind}${jobs.size}`;
  jobs.set(id, { id, kind, project, branch, created_by: 'ines', began: Date.now(), ...more });
  return jobOf(id);
}

export function over(id, kind, branch, began, more = {}) {
  jobs.set(id, { id, kind, project: 'acme', branch, created_by: 'ines', began, ...more });
}
over('jb_r1', 'restore', 'staging', now - 26 * hour, { backup: 'bk_0p0q7n2m4x', mode: 'neutralized' });
over('jb_r2', 'restore', 'upgrade-18', now - 90 * hour, {
  backup: 'bk_0p0q7n2m4x',
  mode: 'exact',
  error: {
    code: 'no_space',
    message: 'The database server db2:5432 ran out of disk space.',
    hint: 'Free at least 61 GB there, then restore again.',
  },
});

export function jobOf(id) {
  const known =
    jobs.get(id) ??
    (id.startsWith('jb_b')
      ? { id, kind: 'backup', project: 'acme', branch: 'main', created_by: 'schedule', began: now - 7 * hour }
      : undefined);
  if (!known) return undefined;
  const { kind, began, error, mode } = known;
  const names = phases[kind] ?? ['Working'];
  const elapsed = Date.now() - began;
  const share = Math.min(1, elapsed / length);
  const running = share < 1;
  const phase = names[Math.min(names.length - 1, Math.floor(share * names.length))];
  const counted = !phase.startsWith('Uploading');
  const state = running ? 'running' : error ? 'failed' : 'succeeded';
  return {
    id,
    kind,
    state,
    project: known.project,
    branch: known.branch,
    ...(known.backup ? { backup: known.backup } : {}),
    created_by: known.created_by,
    created_at: iso(began),
    started_at: iso(began),
    finished_at: running ? null : iso(began + length),
    attempt: 1,
    cancel_requested: false,
    progress: {
      phase,
      done_bytes: counted ? Math.round(share * total) : 0,
      total_bytes: counted ? total : 0,
      bytes_per_second: counted ? 184_000_000 : 0,
      seconds_left: running && counted ? (length - elapsed) / 1000 : null,
    },
    request: known.request ?? (mode ? { backup: known.backup, mode, safety_backup: true } : {}),
    ...(state === 'succeeded' && known.result ? { result: known.result } : {}),
    ...(state === 'succeeded' && kind === 'restore'
      ? { result: { ...result, ...(mode === 'exact' ? { neutralization: undefined } : {}) } }
      : {}),
    ...(state === 'failed' ? { error } : {}),
  };
}

export function eventsOf(id) {
  const job = jobOf(id);
  const began = new Date(job.created_at).getTime();
  const names = phases[job.kind] ?? ['Working'];
  const events = names
    .map((text, index) => ({ at: began + (index * length) / names.length, kind: 'phase', text }))
    .filter(({ at }) => at <= Date.now());
  if (job.kind === 'restore' && job.state === 'failed') {
    events.splice(4, events.length, {
      at: began + length,
      kind: 'state',
      text: 'Failed: the database server ran out of disk space.',
    });
  } else if (job.state === 'succeeded') {
    events.push({ at: began + length, kind: 'state', text: 'Done.' });
  }
  return events.map((event, index) => ({ ...event, sequence: index + 1, at: iso(event.at) }));
}

export const allJobs = () => [...jobs.keys()].map(jobOf).reverse();
export const activeJobs = (project) =>
  allJobs().filter((job) => job.project === project && job.state === 'running');
