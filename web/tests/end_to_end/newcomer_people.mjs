// Rules and people: other retention, and a member who may look and nothing else.
import assert from 'node:assert/strict';

const guest = 'ann@example.org';
const twentyDays = 20 * 86_400_000;

export async function changeRetention(story, admin) {
  const { world } = story;
  await story.step('stricter retention: first what it would delete, then the rules', async () => {
    const { page } = admin;
    const backups = (await admin.get('/projects/acme/backups?kind=manual')).items;
    const oldest = backups.at(-1);
    await world.sql(
      `UPDATE backups SET started_at_ms = started_at_ms - ${twentyDays},
        point_in_time_at_ms = point_in_time_at_ms - ${twentyDays} WHERE id = '${oldest.id}'`,
    );
    await admin.tab('Retention');
    await page.getByLabel('Manual, days').fill('365');
    await admin.button('Show what would change').click();
    await admin.sees('This deletes nothing that is there now.');
    await page.getByLabel('Manual, days').fill('14');
    await admin.button('Show what would change').click();
    await admin.sees('This would delete 1 backup.');
    await page.getByText('Goes with the next run').first().waitFor();
    await admin.inspects();
    assert.notEqual(
      (await admin.get('/projects/acme/retention')).rules.manual_days,
      14,
      'a look changes nothing',
    );
    await admin.button('Save and delete 1 backup').click();
    await admin.sees('The rules are saved.');
    await admin.inspects();
    const saved = await admin.get('/projects/acme/retention');
    assert.equal(saved.rules.manual_days, 14);
    assert.equal(saved.backups.find(({ backup }) => backup === oldest.id).keep, false);
  });
}

// Gives the one-time password that the inviter hands on.
export async function inviteSomebody(story, admin) {
  let password;
  await story.step('somebody is invited who may look', async () => {
    const { page } = admin;
    await admin.tab('Members');
    await admin.button('Invite somebody').click();
    await admin.dialog().getByLabel('Name', { exact: true }).fill(guest);
    await admin.dialog().getByLabel('Name that others see').fill('Ann');
    assert.equal(await admin.dialog().getByRole('radio', { name: /User/ }).isChecked(), true);
    await admin.inspects();
    await admin.dialog().getByRole('button', { name: 'Invite somebody' }).click();
    password = await page.getByLabel('One-time password').innerText();
    await admin.inspects();
    await admin.button('Done').click();
    await page.getByRole('row').filter({ hasText: guest }).waitFor();
    const { items } = await admin.get('/projects/acme/members');
    assert.deepEqual(
      items.map(({ name, role }) => ({ name, role })),
      [{ name: guest, role: 'user' }],
    );
  });
  return password;
}

export async function lookAsUser(story, oneTimePassword) {
  let ann;
  await story.step('the guest comes in, and sees that the project is safe', async () => {
    ann = await story.enter();
    await ann.open('/projects/acme');
    await ann.signIn(guest, oneTimePassword);
    await ann.choosePassword(oneTimePassword, 'rain over the old bridge');
    await ann.page.getByRole('region', { name: 'Is this project safe?' }).waitFor();
    await ann.page.getByRole('table', { name: 'Backups' }).waitFor();
    await ann.inspects();
  });
  await story.step('the guest is offered nothing that a guest may not do', async () => {
    const { page } = ann;
    for (const name of ['Create backup', 'More actions'])
      assert.equal(await ann.button(name).count(), 0, name);
    assert.equal(
      await page.getByRole('link', { name: /^(Restore|Download|Import)/ }).count(),
      1,
      'the tab alone',
    );
    for (const name of ['Members', 'Activity', 'Settings', 'Fleet', 'Audit log', 'Regions and stores'])
      assert.equal(await ann.link(name).count(), 0, name);
    const firstBackup = page.getByRole('table', { name: 'Backups' }).getByRole('link').first();
    const backup = (await firstBackup.getAttribute('href')).split('/').at(-1);
    await firstBackup.click();
    await page.getByRole('tab', { name: 'Copies' }).waitFor();
    assert.equal(await page.getByRole('tab', { name: 'Tables' }).count(), 0);
    assert.equal(await page.getByRole('tab', { name: 'Files' }).count(), 0);
    for (const name of ['Restore', 'Download'])
      assert.equal(await page.getByRole('link', { name, exact: true }).count(), 0, name);
    assert.equal(await ann.button('More actions').count(), 0);
    await ann.inspects();
    for (const tab of ['Restores', 'Branches', 'Schedule', 'Retention', 'Storage']) {
      await ann.tab(tab);
      await ann.inspects();
      const main = page.getByRole('main');
      const offers = main.getByRole('button', {
        name: /restore|actions|add|new|save|undo|delete|show what/i,
      });
      assert.deepEqual(await offers.allInnerTexts(), [], tab);
    }
    await refusesGuest(ann, backup);
    await story.leaves(ann);
  });
}

async function refusesGuest(ann, backup) {
  const { status } = await ann.asks('/projects/acme');
  assert.equal(status, 200);
  const refused = [
    ['GET', `/projects/acme/backups/${backup}/contents`],
    ['GET', '/projects/acme/members'],
    ['GET', '/projects/acme/audit'],
    ['GET', '/projects/acme/recovery-kit'],
    ['GET', '/stores'],
    ['GET', '/accounts'],
    ['DELETE', `/projects/acme/backups/${backup}`],
    ['POST', `/projects/acme/backups/${backup}/downloads`, { format: 'odoo-zip' }],
    ['POST', `/projects/acme/backups/${backup}/neutralized-copy`],
    ['POST', '/projects/acme/uploads', { file_name: 'dump.zip', size_bytes: 3 }],
    ['POST', '/projects/acme/imports', { branch: 'main', source: { upload: 'up_1' } }],
    ['POST', '/projects/acme/backups', { branch: 'main', note: '' }],
    ['POST', '/projects/acme/restores', { backup, branch: 'staging', confirm: 'staging' }],
    ['POST', '/projects/acme/branches/staging/undo', { confirm: 'staging' }],
    ['POST', '/projects/acme/branches/staging/refresh', { source: 'main', confirm: 'staging' }],
    ['POST', '/projects/acme/members', { name: guest, role: 'admin' }],
    ['PUT', '/projects/acme/retention', { keep_daily: 1 }],
  ];
  for (const [method, path, body] of refused) {
    const answer = await ann.asks(path, { method, body });
    assert.equal(answer.status, 403, `${method} ${path}: ${JSON.stringify(answer.json)}`);
  }
}
