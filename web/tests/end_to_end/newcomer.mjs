// A newcomer's whole way: from the one-time password of the first start to a member who may only look.
import assert from 'node:assert/strict';
import { backUp, degradeAndMend, lookInside } from './newcomer_backups.mjs';
import { interchange } from './newcomer_interchange.mjs';
import { restoreToStaging, replaceAndUndo } from './newcomer_restores.mjs';
import { changeRetention, inviteSomebody, lookAsUser } from './newcomer_people.mjs';

const password = 'a calm harbour at night';

export async function newcomer(story) {
  const { world } = story;
  let admin;
  await story.step('a database, three stores and skyhold serve', async () => {
    await world.startPostgres();
    await world.makeProject('acme');
    world.configure({ uploadLimit: '16 MB/s' });
    await world.serve();
  });
  await story.step('first sign-in, and a password of one’s own', async () => {
    admin = await story.enter();
    await firstSignIn(admin, await world.oneTimePassword());
  });
  await story.step('a project with its production branch', () => createProject(admin, world));
  await backUp(story, admin);
  await lookInside(story, admin);
  await restoreToStaging(story, admin);
  await replaceAndUndo(story, admin);
  await degradeAndMend(story, admin);
  await interchange(story, admin);
  await changeRetention(story, admin);
  const invited = await inviteSomebody(story, admin);
  await lookAsUser(story, invited);
  await story.step('sign out', () => signOut(admin));
}

async function firstSignIn(admin, oneTimePassword) {
  await admin.open('/');
  await admin.sees('Backups of Odoo projects');
  await admin.inspects();
  await admin.signIn('admin', oneTimePassword);
  await admin.sees('Choose a password');
  await admin.inspects();
  await admin.choosePassword(oneTimePassword, password);
  await admin.sees('No projects yet');
  await admin.inspects();
  const { account } = await admin.get('/me');
  assert.equal(account.operator, true);
  assert.equal(account.must_change_password, false);
  const again = await admin.page.request.post(`${admin.url}/api/v1/session`, {
    data: { name: 'admin', password: oneTimePassword },
  });
  assert.equal(again.status(), 401, 'the one-time password works once');
}

async function createProject(admin, world) {
  const { page } = admin;
  await admin.link('New project').first().click();
  await page.getByLabel('Title', { exact: true }).fill('Acme Trading');
  assert.equal(await page.getByLabel('Name').inputValue(), 'acme-trading');
  await page.getByLabel('Name').fill('acme');
  await admin.inspects();
  await admin.button('Create the project').click();
  const dialog = admin.dialog();
  await dialog.getByText('By hand').click();
  await dialog.getByLabel('Database URL').fill(world.postgres.url('acme'));
  await dialog.getByLabel('Filestore directory').fill(`${world.filestores}/acme`);
  await admin.inspects();
  await dialog.getByRole('button', { name: 'Add a branch' }).click();
  await admin.link('main').waitFor();
  await admin.inspects();
  const { items } = await admin.get('/projects/acme/branches');
  assert.deepEqual(
    items.map(({ name, type, has_filestore }) => ({ name, type, has_filestore })),
    [{ name: 'main', type: 'production', has_filestore: true }],
  );
}

async function signOut(admin) {
  await admin.page.getByRole('button', { name: /Operator/ }).click();
  await admin.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await admin.button('Sign in').waitFor();
  assert.equal((await admin.asks('/projects')).status, 401);
  await admin.open('/projects/acme');
  await admin.button('Sign in').waitFor();
}
