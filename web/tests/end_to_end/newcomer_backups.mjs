// Backups: made by hand, watched, looked into; and one whose third copy had nowhere to go.
import assert from 'node:assert/strict';

export const note = 'before the upgrade to 18';

async function createBackup(admin, words) {
  await admin.button('Create backup').click();
  await admin.dialog().getByLabel('Note').fill(words);
  await admin.dialog().getByRole('button', { name: 'Create backup' }).click();
}

// All that a job's card says until it goes.
async function watchCard(admin, name) {
  const card = admin.page.getByRole('article', { name });
  await card.waitFor();
  const said = new Set();
  for (const end = Date.now() + 60_000; await card.isVisible(); await admin.page.waitForTimeout(50)) {
    assert(Date.now() < end, `the card still says: ${[...said].at(-1)}`);
    said.add(await card.innerText({ timeout: 1000 }).catch(() => ''));
  }
  return [...said];
}

export async function newestBackup(admin) {
  return (await admin.get('/projects/acme/backups?limit=1')).items[0];
}

export async function backUp(story, admin) {
  const { world } = story;
  await story.step('a backup with a note, watched until it is done', async () => {
    await admin.tab('Backups');
    await admin.sees('No backups yet');
    await admin.inspects();
    await admin.page.evaluate(() => {
      window.stillTheSamePage = true;
    });
    await createBackup(admin, note);
    const said = await watchCard(admin, 'Backup');
    assert(said.length >= 3, `it did not say how it goes: ${said.join(' / ')}`);
    assert(
      said.some((text) => /\d+ %/.test(text)),
      `no share: ${said.join(' / ')}`,
    );
    assert(
      said.some((text) => /\d+(\.\d+)? .?B\/s/.test(text)),
      `no rate: ${said.join(' / ')}`,
    );
    const row = admin.page.getByRole('row').filter({ hasText: note });
    await row.getByText('Good', { exact: true }).waitFor();
    await row.getByText('3 of 3').waitFor();
    assert.equal(await admin.page.evaluate(() => window.stillTheSamePage), true, 'the page was reloaded');
    await admin.inspects();
  });
  await story.step('it holds what the database and the filestore have', async () => {
    const backup = await newestBackup(admin);
    assert.equal(backup.state, 'good');
    assert.equal(backup.note, note);
    assert.deepEqual(
      backup.copies.map(({ state }) => state),
      ['stored', 'stored', 'stored'],
    );
    const attachments = 'SELECT count(DISTINCT store_fname) FROM ir_attachment';
    assert.equal(String(backup.file_count), await world.postgres.query('acme', attachments));
    await admin.sees(/safe/i);
    assert.equal((await admin.get('/projects/acme/health')).state, 'safe');
  });
}

export async function lookInside(story, admin) {
  const { world } = story;
  await story.step('a look inside: tables, files, copies, log', async () => {
    const { page } = admin;
    await page.getByRole('row').filter({ hasText: note }).getByRole('link').first().click();
    await page.getByRole('table', { name: 'Tables' }).waitFor();
    await admin.inspects();
    await page.getByLabel('Search for a table').fill('res_partner');
    const row = page.getByRole('row').filter({ has: page.getByText('res_partner', { exact: true }) });
    const partners = await world.postgres.query('acme', 'SELECT count(*) FROM res_partner');
    await row.getByText(Number(partners).toLocaleString('en-GB'), { exact: true }).waitFor();
    await page.getByLabel('Search for a table').fill('no_such_table');
    await admin.sees('No table has this in its name.');
    await page.getByRole('tab', { name: 'Files' }).click();
    await admin.sees('Missing at the source');
    await admin.inspects();
    await page.getByRole('tab', { name: 'Changes' }).click();
    await admin.sees('This is the first backup of its branch');
    await page.getByRole('tab', { name: 'Copies' }).click();
    await admin.seesAll(page.getByRole('table', { name: 'Copies' }).getByText('Stored'), 3);
    await admin.inspects();
    await page.getByRole('tab', { name: 'Log' }).click();
    await page
      .getByText('Steps')
      .or(page.getByText(/of the log/))
      .first()
      .waitFor();
    await admin.inspects();
  });
}

export async function degradeAndMend(story, admin) {
  const { world } = story;
  const words = 'while a store was gone';
  await story.step('a store fails: the backup says so in words', async () => {
    const { page } = admin;
    world.breakStore('far');
    await admin.tab('Backups');
    await createBackup(admin, words);
    const row = page.getByRole('row').filter({ hasText: words });
    await row.getByText('Incomplete copies').waitFor({ timeout: 60_000 });
    await row.getByText('2 of 3').waitFor();
    await admin.inspects();
    await row.getByRole('link').first().click();
    await admin.sees('Not all copies of this backup are complete.');
    await page.getByRole('tab', { name: 'Copies' }).click();
    const copy = page.getByRole('table', { name: 'Copies' }).getByRole('row').filter({ hasText: 'far' });
    await copy.getByText('Waits for its store').waitFor();
    await admin.inspects();
    const { state, copies } = await newestBackup(admin);
    assert.equal(state, 'degraded');
    assert.deepEqual(
      copies.map((each) => [each.store, each.state]),
      [
        ['near-1', 'stored'],
        ['near-2', 'stored'],
        ['far', 'pending'],
      ],
    );
  });
  await story.step('the operator sees which store fails, and why', async () => {
    const { page } = admin;
    await admin.link('Regions and stores').click();
    await admin.button('Check now: far').click();
    const card = page.getByRole('region', { name: 'far', exact: true });
    await card.getByText('Failing').waitFor();
    await card.getByText(world.store('far')).first().waitFor();
    await admin.inspects();
    assert.equal((await admin.get('/stores')).items.find(({ name }) => name === 'far').healthy, false);
  });
  await story.step('the store is back, and its copy is completed', async () => {
    const { page } = admin;
    world.mendStore('far');
    await admin.button('Check now: far').click();
    await page.getByRole('region', { name: 'far', exact: true }).getByText('Healthy').waitFor();
    await admin.open('/projects/acme');
    await admin.button('More actions').click();
    await page.getByRole('menuitem', { name: /Complete copies/ }).click();
    const row = page.getByRole('row').filter({ hasText: words });
    await row.getByText('Good', { exact: true }).waitFor({ timeout: 60_000 });
    assert.equal((await newestBackup(admin)).state, 'good');
  });
}
