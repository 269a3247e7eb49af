// Restores: onto a new branch, neutralized; onto it once more, and back.
import assert from 'node:assert/strict';

const database = 'acme-staging';
const partners = 'SELECT count(*) FROM res_partner';

async function waitForRestore(admin, words) {
  await admin.page.getByText(words).first().waitFor({ timeout: 60_000 });
}

export async function restoreToStaging(story, admin) {
  const { world } = story;
  await story.step('a restore onto a new branch', async () => {
    const { page } = admin;
    await admin.link('Restore').click();
    await page.getByRole('radio', { name: /new branch/i }).check();
    await page.getByLabel('Name of the new branch').fill('staging');
    await page.getByLabel('Name of the new branch').press('Enter');
    await admin.sees(`The branch staging is made, with the database ${database} `);
    assert.equal(await page.getByRole('radio', { name: /Neutralized/ }).isChecked(), true);
    await admin.inspects();
    assert.equal(await world.postgres.hasDatabase(database), false, 'nothing happens before it is confirmed');
    await admin.button('Restore into staging').click();
    await waitForRestore(admin, 'staging is restored.');
  });
  await story.step('its data is there, and what reached the outside is off', async () => {
    const { page } = admin;
    const report = page.getByRole('table', { name: 'Neutralization' });
    await report.waitFor();
    const rows = (await report.getByRole('row').count()) - 1;
    for (const what of ['Scheduled actions', /mail servers/i]) await report.getByText(what).waitFor();
    assert.equal(await report.getByText('Switched off').count(), rows);
    await admin.inspects();
    const { postgres } = world;
    assert.equal(await postgres.query(database, partners), await postgres.query('acme', partners));
    const relay = "SELECT active FROM ir_mail_server WHERE smtp_host = 'smtp.example.com'";
    assert.equal(await postgres.query('acme', relay), 't');
    assert.equal(await postgres.query(database, relay), 'f');
    const uuid = "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'";
    assert.notEqual(await postgres.query(database, uuid), await postgres.query('acme', uuid));
  });
}

export async function replaceAndUndo(story, admin) {
  const { world } = story;
  const mine = () => world.postgres.query(database, "SELECT to_regclass('public.mine') IS NOT NULL");
  await story.step('a restore onto it again, after its name is typed', async () => {
    const { page } = admin;
    await world.postgres.query(database, 'CREATE TABLE mine (n int)');
    await admin.tab('Restores');
    await admin.link('Restore a backup').click();
    await page.getByRole('radio', { name: /before the upgrade/ }).click();
    await page.getByRole('radio', { name: /^staging/ }).check();
    await admin.sees('What is in staging now is replaced.');
    await admin.sees('First a safety backup of staging is made.');
    await page.getByLabel('Type “staging” to confirm').fill('stagin');
    assert.equal(await admin.button('Replace staging').isDisabled(), true);
    await admin.inspects();
    await page.getByLabel('Type “staging” to confirm').fill('staging');
    await admin.button('Replace staging').click();
    await waitForRestore(admin, 'staging is restored.');
    await admin.link('Safety backup of what was there before').waitFor();
    assert.equal(await mine(), 'f');
    const { items } = await admin.get('/projects/acme/backups?kind=safety');
    assert.deepEqual(
      items.map(({ branch, state }) => ({ branch, state })),
      [{ branch: 'staging', state: 'good' }],
    );
  });
  await story.step('and its undo', async () => {
    await admin.button('Undo the restore').click();
    await admin.dialog().getByLabel('Type “staging” to confirm').fill('staging');
    await admin.dialog().getByRole('button', { name: 'Undo the restore' }).click();
    await waitForRestore(admin, 'The restore of staging is undone.');
    await admin.inspects();
    assert.equal(await mine(), 't');
  });
  await story.step('the list of restores tells all of it', async () => {
    await admin.tab('Restores');
    const table = admin.page.getByRole('table', { name: 'Restores' });
    await admin.seesAll(table.getByRole('row').filter({ has: admin.page.getByRole('link') }), 3);
    await admin.inspects();
  });
}
