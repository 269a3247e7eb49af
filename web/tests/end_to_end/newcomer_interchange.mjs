// Interchange: a backup is taken away as files, and comes back as one; what is broken or hostile does not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, truncateSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { note, newestBackup } from './newcomer_backups.mjs';
import { run } from './processes.mjs';

const moved = 'acme-moved';
const partners = 'SELECT count(*) FROM res_partner';

async function openDownload(admin) {
  await admin.open('/projects/acme');
  const row = admin.page.getByRole('row').filter({ hasText: note });
  await row.getByRole('button', { name: /Actions for backup/ }).click();
  await admin.page.getByRole('menuitem', { name: 'Download…' }).click();
  await admin.sees('What do you want to take away?');
}

// What the browser has saved once the link is made and followed.
async function fetchFile(admin, world) {
  const { page } = admin;
  await admin.button('Make the link').click();
  const link = page.getByRole('link', { name: 'Download', exact: true });
  await link.waitFor();
  await admin.inspects();
  const begun = page.waitForEvent('download');
  await link.click();
  const download = await begun;
  const path = join(world.directory, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

async function takeAway(story, admin) {
  const { world } = story;
  let zip;
  await story.step('a backup is downloaded as the zip that Odoo takes', async () => {
    await openDownload(admin);
    assert.equal(await admin.page.getByRole('radio', { name: /Odoo’s own/ }).isChecked(), true);
    await admin.inspects();
    zip = await fetchFile(admin, world);
    assert.match(zip, /\.zip$/);
    const names = (await run(['unzip', '-Z1', zip])).split('\n');
    assert.equal(names[0], 'dump.sql');
    assert(names.includes('manifest.json'), 'no manifest.json');
    const files = names.filter((name) => /^filestore\/[0-9a-f]{2}\/[0-9a-f]{40}$/.test(name));
    const attachments = 'SELECT count(DISTINCT store_fname) FROM ir_attachment';
    assert.equal(String(files.length), await world.postgres.query('acme', attachments));
    await run(['unzip', '-tqq', zip]);
    const manifest = JSON.parse(await run(['unzip', '-p', zip, 'manifest.json']));
    assert(Object.keys(manifest.modules).includes('base'), 'the manifest names no modules');
  });
  await story.step('a single table as CSV, and a single file of the filestore', async () => {
    const { page } = admin;
    await openDownload(admin);
    await page.getByRole('radio', { name: /^One table/ }).check();
    await page.getByRole('textbox', { name: 'Table' }).fill('res_partner');
    await page.getByRole('option', { name: 'res_partner', exact: true }).click();
    const csv = await fetchFile(admin, world);
    const copied = await world.postgres.query(
      'acme',
      'COPY (SELECT * FROM res_partner) TO STDOUT (FORMAT csv)',
    );
    const [header, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n');
    assert.match(header, /^id,/);
    assert.deepEqual(lines.sort(), copied.split('\n').sort());
    const names = 'SELECT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL ORDER BY id LIMIT 1';
    const name = await world.postgres.query('acme', names);
    await page.getByRole('radio', { name: /^One file/ }).check();
    await page.getByLabel('Name of the file in the filestore').fill(name);
    const file = await fetchFile(admin, world);
    assert.equal(createHash('sha1').update(readFileSync(file)).digest('hex'), name.split('/')[1]);
  });
  return zip;
}

// Sends a file by the page, and watches until its report is there.
async function send(admin, path) {
  const { page } = admin;
  await admin.tab('Import');
  await page.getByLabel(/^Drop a file here/).setInputFiles(path);
  await admin.sees('The whole file is on the server.');
  await admin.inspects();
  await admin.button('Look at it').click();
  await page.getByRole('region', { name: 'What was found' }).waitFor({ timeout: 60_000 });
  await admin.inspects();
}

const countBackups = async (admin) => (await admin.get('/projects/acme/backups?limit=200')).items.length;

async function bringIn(story, admin, zip) {
  const { world } = story;
  let imported;
  await story.step('the zip is sent, looked at, and kept after its report was read', async () => {
    const { page } = admin;
    const before = await countBackups(admin);
    await send(admin, zip);
    await admin.sees(/^It can be imported/);
    await admin.sees('Nothing of it was kept.');
    assert.equal(await countBackups(admin), before, 'a look keeps nothing');
    const warned = page.getByLabel('I have read the warnings');
    if (await warned.isVisible()) {
      assert.equal(await admin.button('Keep it as a backup').isDisabled(), true);
      await warned.check();
    }
    await admin.button('Keep it as a backup').click();
    await page.getByText('It is kept as a backup.').waitFor({ timeout: 60_000 });
    await admin.inspects();
    await admin.link('Open the backup').click();
    await admin.sees('Imported');
    await page.getByRole('table', { name: 'Tables' }).waitFor();
    imported = await newestBackup(admin);
    assert.equal(imported.kind, 'imported');
    assert.equal(imported.state, 'good');
    assert.deepEqual(
      imported.copies.map(({ state }) => state),
      ['stored', 'stored', 'stored'],
    );
  });
  await story.step('and restored to a branch of its own, equal', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Restore', exact: true }).first().click();
    await page.getByRole('radio', { name: /new branch/i }).check();
    await page.getByLabel('Name of the new branch').fill('moved');
    await page.getByLabel('Name of the new branch').press('Enter');
    await page.getByRole('radio', { name: /^Exact/ }).check();
    await admin.inspects();
    await admin.button('Restore into moved').click();
    await page.getByText('moved is restored.').first().waitFor({ timeout: 60_000 });
    assert.equal(await world.postgres.query(moved, partners), await world.postgres.query('acme', partners));
  });
}

async function refuse(story, admin, zip) {
  const { world } = story;
  const harm = join(world.directory, 'harm');
  const broken = join(world.directory, 'broken.zip');
  const hostile = join(world.directory, 'hostile.sql');
  await story.step('half a zip, and a dump that would run programs, are refused with words', async () => {
    const before = await countBackups(admin);
    copyFileSync(zip, broken);
    truncateSync(broken, Math.floor(statSync(zip).size * 0.6));
    writeFileSync(hostile, `--\n-- PostgreSQL database dump\n--\n\\! touch ${harm}\nSELECT 1;\n`);
    for (const path of [broken, hostile]) {
      await send(admin, path);
      await admin.sees('It is refused, and nothing of it was kept. The reasons are below.');
      const findings = admin.page.getByRole('region', { name: 'What was found' });
      await findings.getByText('Refused').first().waitFor();
      assert.equal(await admin.button('Keep it as a backup').count(), 0);
      await admin.button('Throw it away').click();
      await admin.page.getByRole('heading', { level: 2, name: 'Import' }).waitFor();
    }
    assert.equal(await countBackups(admin), before);
    assert.equal(existsSync(harm), false);
  });
}

async function refreshStaging(story, admin) {
  const { world } = story;
  const relay = "SELECT active FROM ir_mail_server WHERE smtp_host = 'smtp.example.com'";
  await story.step('staging is refreshed from production, neutralized', async () => {
    const { page } = admin;
    await world.postgres.query('acme-staging', 'CREATE TABLE old_tests (n int)');
    await admin.tab('Branches');
    await admin.button('Actions for staging').click();
    await page.getByRole('menuitem', { name: 'Refresh from another branch' }).click();
    assert.equal(await admin.dialog().getByLabel('From branch').inputValue(), 'main');
    await admin.dialog().getByLabel('Make a new backup of it first').check();
    await admin.dialog().getByLabel('Type “staging” to confirm').fill('staging');
    await admin.inspects();
    await admin.dialog().getByRole('button', { name: 'Refresh staging' }).click();
    await page.getByText('staging is restored.').first().waitFor({ timeout: 60_000 });
    const report = page.getByRole('table', { name: 'Neutralization' });
    await report.getByText('Scheduled actions').waitFor();
    await admin.inspects();
    assert.equal(await world.postgres.query('acme-staging', relay), 'f');
    const gone = "SELECT to_regclass('public.old_tests') IS NULL";
    assert.equal(await world.postgres.query('acme-staging', gone), 't');
  });
  await story.step('and from now on every Monday at five', async () => {
    const { page } = admin;
    await admin.tab('Schedule');
    await admin.button('New schedule').click();
    const dialog = admin.dialog();
    await dialog.getByText('Refresh of staging').click();
    await choose(admin, 'Branch to refresh', /^staging/);
    await choose(admin, 'How often', 'Once a week');
    await choose(admin, 'Day', 'Monday');
    await dialog.getByLabel('At', { exact: true }).fill('05:00');
    await admin.inspects();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'Refresh of staging from main' }).waitFor();
    await admin.inspects();
    const { items } = await admin.get('/projects/acme/schedules');
    const { branch, cron, enabled } = items.find(({ refresh_source }) => refresh_source === 'main');
    assert.deepEqual({ branch, cron, enabled }, { branch: 'staging', cron: '0 5 * * 1', enabled: true });
  });
}

async function choose(admin, field, option) {
  await admin.dialog().getByRole('textbox', { name: field }).click();
  await admin.page.getByRole('option', { name: option }).click();
}

export async function interchange(story, admin) {
  const zip = await takeAway(story, admin);
  await bringIn(story, admin, zip);
  await refuse(story, admin, zip);
  await refreshStaging(story, admin);
}
