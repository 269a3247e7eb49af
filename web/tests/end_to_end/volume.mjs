// A thousand projects and sixty thousand backups: every page is there at once, and none asks for more
// than it shows.
import assert from 'node:assert/strict';
import { fillCatalog, fleet } from './fleet.mjs';
import { Stopwatch } from './stopwatch.mjs';
import { stores } from './world.mjs';

const password = 'a calm harbour at night';
// What is aimed at is a second; a busy machine that runs tests beside is no reason to fail.
const mostMilliseconds = 5000;
const mostUnpaged = 300;
const paged = ['items', 'tables', 'backups'];
const mostBytes = 128 * 1024;
// As many as a well-used Odoo has.
const realTables = 800;
// The 29th of February, at four.
const never = '0 4 29 2 *';

const project = '/projects/customer-0500';
const backup = 'bk_0000000059000500';
const operatorPages = [
  '/projects',
  '/projects?sort=health',
  '/projects?sort=last_good',
  '/projects?sort=stored_bytes',
  '/projects?health=unprotected',
  '/projects?search=customer-09',
  project,
  `${project}?state=failed`,
  `${project}?kind=manual`,
  `${project}/backups/${backup}?tab=copies`,
  `${project}/restore`,
  `${project}/restores`,
  `${project}/import`,
  `${project}/branches`,
  `${project}/schedule`,
  `${project}/retention`,
  `${project}/storage`,
  `${project}/members`,
  `${project}/activity`,
  `${project}/settings`,
  '/new-project',
  '/platform/jobs',
  '/platform/jobs?state=failed',
  '/platform/stores',
  '/platform/storage',
  '/platform/workers',
  '/platform/accounts',
  '/platform/audit',
  '/profile',
];
const memberPages = ['/projects', '/projects/customer-0000', '/projects/customer-0000/retention'];

export async function volume(story) {
  const { world } = story;
  let admin;
  let real;
  await story.step(`a real backup of ${realTables} tables`, async () => {
    await world.startPostgres();
    await world.makeProject('acme', { tables: realTables, databaseMb: 40, filestoreMb: 5, mail: false });
    world.configure({ timeZone: 'UTC', maintenance: never });
    await world.serve();
    admin = await story.enter();
    const oneTimePassword = await world.oneTimePassword();
    await admin.open('/');
    await admin.signIn('admin', oneTimePassword);
    await admin.choosePassword(oneTimePassword, password);
    await admin.sees('No projects yet');
    real = await backUpReally(admin, world);
    await story.leaves(admin);
    await world.service.stop();
  });
  await story.step(`${fleet.projects} projects with ${fleet.days} backups each`, async () => {
    const hour = (new Date().getUTCHours() + 12) % 24;
    await world.sql(fillCatalog({ now: Date.now(), hour, stores }));
    assert.equal(await world.sql('SELECT count(*) FROM backups'), String(fleet.projects * fleet.days + 1));
    // The one worker is for another region: nothing is to be done here.
    world.configure({ timeZone: 'UTC', workerRegion: 'elsewhere', maintenance: never });
    await world.serve();
  });
  await story.step('each page of the operator is there at once', async () => {
    admin = await story.enter();
    await admin.open('/');
    await admin.signIn('admin', password);
    await admin.sees('Every project, and whether it is safe.');
    await lookAtAll(admin, operatorPages);
  });
  await story.step('and what is in a backup, and what a restore of it would do', async () => {
    const page = `/projects/acme/backups/${real}`;
    const tabs = ['', '?tab=files', '?tab=difference', '?tab=copies', '?tab=log', '/download'];
    await lookAtAll(admin, [...tabs.map((tab) => page + tab), `/projects/acme/restore?backup=${real}`]);
    await reviewRestore(admin);
  });
  await story.step('and each page of somebody who looks after a few projects', async () => {
    const { status, json } = await admin.asks('/accounts?search=person0000');
    assert.equal(status, 200);
    const { id, name } = json.items[0];
    const reset = await admin.asks(`/accounts/${id}/password`, { method: 'POST' });
    const member = await story.enter();
    await member.open('/');
    await member.signIn(name, reset.json.one_time_password);
    await member.choosePassword(reset.json.one_time_password, 'rain over the old bridge');
    await member.page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
    await lookAtAll(member, memberPages);
  });
}

async function backUpReally(admin, world) {
  const post = async (path, body) => {
    const { status, json } = await admin.asks(path, { method: 'POST', body });
    assert(status < 300, `${path}: ${JSON.stringify(json)}`);
    return json;
  };
  await post('/projects', { name: 'acme' });
  await post('/projects/acme/branches', {
    name: 'main',
    type: 'production',
    database_url: world.postgres.url('acme'),
    filestore: `${world.filestores}/acme`,
  });
  await post('/projects/acme/backups', { branch: 'main' });
  for (let tries = 0; tries < 300; tries += 1) {
    const [newest] = (await admin.get('/projects/acme/backups?limit=1')).items;
    if (newest?.state === 'good') return newest.id;
    await admin.page.waitForTimeout(200);
  }
  throw new Error('the backup is never done');
}

// On the page where a restore is planned: from the choice of a branch to the plan of what will happen.
async function reviewRestore(admin) {
  const watch = await Stopwatch.on(admin);
  const { milliseconds, calls } = await watch.measureDeed('the review of a restore', async (page) => {
    await page.getByRole('radio', { name: /^main/ }).check();
    await page.getByLabel('Type “main” to confirm').waitFor();
  });
  tell('the review of a restore', milliseconds, calls);
}

async function lookAtAll(visitor, paths) {
  const watch = await Stopwatch.on(visitor);
  // What every page shares comes from the browser's cache, as after the first visit of a day.
  await watch.measure(paths[0]);
  console.log(`\n${row('page', 'ms', 'calls', 'kB', 'slowest call')}`);
  for (const path of paths) {
    const { milliseconds, calls } = await watch.measure(path);
    tell(path, milliseconds, calls);
  }
  console.log();
}

function tell(path, milliseconds, calls) {
  const slowest = calls.reduce((most, call) => (call.milliseconds > most.milliseconds ? call : most));
  const bytes = calls.reduce((sum, call) => sum + call.bytes, 0);
  const call = `${slowest.milliseconds.toFixed(0)} ms ${slowest.path}`;
  console.log(row(path, milliseconds.toFixed(0), calls.length, (bytes / 1000).toFixed(1), call));
  assert(milliseconds < mostMilliseconds, `${path} took ${milliseconds} ms`);
  for (const each of calls) asksForWhatItShows(path, each);
}

function row(page, milliseconds, calls, kilobytes, slowest) {
  const numbers = [milliseconds, calls, kilobytes].map((each) => String(each).padStart(6));
  return `     ${page.padEnd(56)}${numbers.join(' ')}  ${slowest}`;
}

// Pages of a list have their length; what is no list of pages is a chart's, or all that a project has.
function asksForWhatItShows(page, { path, bytes, json }) {
  assert(bytes <= mostBytes, `${page} asks for ${bytes} bytes: ${path}`);
  const limit = Number(/[?&]limit=(\d+)/.exec(path)?.[1] ?? mostUnpaged);
  for (const [key, value] of Object.entries(json ?? {})) {
    const length = Array.isArray(value) ? value.length : 0;
    assert(
      length <= (paged.includes(key) ? limit : mostUnpaged),
      `${page} asks for ${length} ${key}: ${path}`,
    );
  }
}
