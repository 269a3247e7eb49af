// Chooses a file to be imported, and waits for the button that says how far it is.
async function send(page, name, button) {
  const buffer = Buffer.alloc(20_000_000);
  await page.getByLabel(/^Drop a file here/).setInputFiles({ name, mimeType: 'application/zip', buffer });
  await page.getByRole('button', { name: button }).waitFor();
}

// Makes a backup, and waits until it can be watched.
async function beginBackup(page) {
  await page.getByRole('button', { name: 'Create backup' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create backup' }).click();
  await page.getByRole('article', { name: 'Backup' }).first().waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

// Every page, who looks at it, and what to do there before it is looked at; `eachWidth`: anew for phones,
// where other things are to be done.
export const pages = [
  [
    'sign-in',
    'nobody',
    '/sign-in?next=/projects/acme',
    async (page) => {
      const way = page.getByRole('link', { name: 'Sign in with Example ID' });
      const address = await way.getAttribute('href');
      if (address !== '/api/v1/session/oidc?return_to=%2Fprojects%2Facme')
        throw new Error(`The button leads to ${address}`);
    },
  ],
  [
    'sign-in-refused',
    'nobody',
    '/sign-in?problem=oidc_unknown_person',
    (page) => page.getByRole('alert').getByText('no account with your address').waitFor(),
  ],
  [
    'sign-in-wrong',
    'nobody',
    '/sign-in',
    async (page) => {
      await page.getByLabel('Name').fill('somebody');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'sign-in-totp',
    'nobody',
    '/sign-in',
    async (page) => {
      await page.getByLabel('Name').fill('totp');
      await page.getByLabel('Password', { exact: true }).fill('right');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByLabel('Code').waitFor();
    },
  ],
  ['password', 'fresh', '/'],
  ['fleet', 'operator', '/projects'],
  [
    'menu',
    'operator',
    '/projects',
    async (page) => {
      const button = page.getByRole('button', { name: 'Open the menu' });
      if (await button.isVisible()) await button.click();
      else await page.getByRole('button', { name: /Marc Peeters/ }).click();
      await page
        .getByText(/Sign out|Audit log/)
        .and(page.locator(':visible'))
        .first()
        .waitFor();
    },
    { eachWidth: true },
  ],
  ['fleet-worst', 'operator', '/projects?sort=health'],
  ['fleet-nothing', 'operator', '/projects?search=zzz'],
  ['new-project', 'operator', '/new-project'],
  ['backups', 'admin', '/projects/acme'],
  ['backups-user', 'user', '/projects/acme'],
  ['backups-at-risk', 'operator', '/projects/delta-logistics'],
  ['backups-first', 'operator', '/projects/jansen-bikes'],
  [
    'create-backup',
    'admin',
    '/projects/acme',
    async (page) => {
      await page.getByRole('button', { name: 'Create backup' }).click();
      await page.getByLabel('Note').waitFor();
    },
  ],
  ['backup-running', 'operator', '/projects/acme-trading-2', beginBackup],
  [
    'job-running',
    'operator',
    '/projects/acme-trading-3',
    async (page) => {
      await beginBackup(page);
      await page.getByRole('link', { name: 'Watch step by step' }).first().click();
      await page.getByText('Reading the database and files').nth(1).waitFor();
    },
  ],
  ['backup', 'admin', '/projects/acme/backups/bk_0manual1'],
  ['backup-files', 'admin', '/projects/acme/backups/bk_0manual1?tab=files'],
  ['backup-difference', 'admin', '/projects/acme/backups/bk_0manual1?tab=difference'],
  ['backup-copies', 'admin', '/projects/acme/backups/bk_0manual1?tab=copies'],
  ['backup-log', 'admin', '/projects/acme/backups/bk_0manual1?tab=log'],
  ['backup-failed', 'admin', '/projects/acme/backups/bk_0failed1'],
  [
    'backup-menu',
    'admin',
    '/projects/acme/backups/bk_0manual1',
    async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Pin' }).waitFor();
    },
  ],
  ['download', 'admin', '/projects/acme/backups/bk_0manual1/download'],
  [
    'download-table',
    'admin',
    '/projects/acme/backups/bk_0manual1/download?format=table',
    async (page) => {
      await page.getByRole('textbox', { name: 'Table' }).fill('partner');
      await page.getByRole('option', { name: 'res_partner' }).click();
      await page.getByRole('radio', { name: /Who knows a passphrase/ }).check();
      await page.getByRole('button', { name: 'Suggest one' }).click();
      await page.getByRole('button', { name: 'Make the link' }).click();
      await page.getByRole('link', { name: 'Download', exact: true }).waitFor();
    },
  ],
  [
    'download-find',
    'admin',
    '/projects/acme/backups/bk_0manual1/download?format=file',
    async (page) => {
      await page.getByLabel('Name of the attachment').fill('inv');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('button', { name: 'Download INV/2024/0042.pdf' }).waitFor();
    },
  ],
  [
    'download-link',
    'admin',
    '/projects/acme/backups/bk_0manual1/download?format=tar.zst',
    async (page) => {
      await page.getByRole('button', { name: 'Make the link' }).click();
      await page.getByRole('link', { name: 'Download', exact: true }).waitFor();
    },
  ],
  [
    'download-keys',
    'admin',
    '/projects/acme/backups/bk_0manual1/download?format=file',
    async (page) => {
      await page.getByRole('radio', { name: /holders of certain keys/ }).check();
      await page.getByRole('textbox', { name: 'Public keys' }).fill('age1short');
      await page.getByRole('textbox', { name: 'Public keys' }).blur();
      await page.getByText('This is no public key of age').waitFor();
    },
  ],
  [
    'download-neutralized',
    'admin',
    '/projects/acme/backups/bk_0manual1/download',
    async (page) => {
      await page.getByRole('radio', { name: /Neutralized/ }).check();
      await page.getByRole('button', { name: 'Make the neutralized copy' }).click();
      await page.getByRole('progressbar').waitFor();
    },
  ],
  ['download-copy', 'admin', '/projects/acme/backups/bk_0manual1/download?neutralized=yes'],
  ['download-nothing', 'admin', '/projects/acme/backups/bk_0failed1/download'],
  ['import', 'admin', '/projects/acme/import'],
  ['import-first', 'operator', '/projects/copper-sons/import'],
  ['import-user', 'user', '/projects/acme/import'],
  ['import-sending', 'admin', '/projects/acme/import', (page) => send(page, 'slow.zip', /Cancel/)],
  [
    'import-broken',
    'admin',
    '/projects/acme/import',
    async (page) => {
      await send(page, 'broken.zip', /Cancel/);
      await page.getByText('Next try in 8 seconds').waitFor();
    },
    { eachWidth: true },
  ],
  ['import-stopped', 'admin', '/projects/acme/import', (page) => send(page, 'full.zip', /Try again/)],
  ['import-sent', 'admin', '/projects/acme/import', (page) => send(page, 'acme.zip', /Take another/)],
  [
    'import-unfinished',
    'admin',
    '/projects/acme/import',
    async (page) => {
      const begun = [{ id: 'up_half', name: 'acme-live.zip', size: 5_214_880_112 }];
      await page.evaluate(
        (text) => sessionStorage.setItem('skyhold-uploads:acme', text),
        JSON.stringify(begun),
      );
      await page.reload();
      await page.getByText('stopped at 43 %').waitFor();
    },
  ],
  [
    'import-project',
    'operator',
    '/projects/acme/import',
    async (page) => {
      await page.getByRole('radio', { name: /another project/ }).check();
      await page.getByRole('textbox', { name: 'Project' }).fill('fjord');
      await page.getByRole('option', { name: 'fjord-marine', exact: true }).click();
      await page.getByRole('textbox', { name: 'Backup' }).click();
      await page.getByRole('option').first().click();
    },
  ],
  [
    'import-path',
    'operator',
    '/projects/acme/import',
    (page) => page.getByRole('radio', { name: /file on the server/ }).check(),
  ],
  [
    'import-running',
    'admin',
    '/projects/acme/import',
    async (page) => {
      await send(page, 'acme.zip', /Take another/);
      await page.getByRole('button', { name: 'Look at it' }).click();
      await page.getByRole('progressbar').waitFor();
    },
  ],
  [
    'import-warnings',
    'admin',
    '/projects/acme/import/jb_i1',
    async (page) => {
      await page.getByText('3 examples').click();
      await page.getByLabel('I have read the warnings').check();
    },
  ],
  ['import-clean', 'operator', '/projects/acme/import/jb_i2'],
  ['import-refused', 'admin', '/projects/acme/import/jb_i3'],
  ['import-kept', 'admin', '/projects/acme/import/jb_i4'],
  ['restore-begin', 'admin', '/projects/acme/restore'],
  [
    'restore-existing',
    'admin',
    '/projects/acme/restore?backup=bk_0manual1',
    async (page) => {
      await page.getByRole('radio', { name: /staging/ }).check();
      await page.getByLabel(/Type “staging”/).waitFor();
    },
  ],
  [
    'restore-production',
    'admin',
    '/projects/acme/restore?backup=bk_0manual1',
    async (page) => {
      await page.getByRole('radio', { name: /^main/ }).check();
      await page.getByLabel(/Type “main”/).waitFor();
    },
  ],
  [
    'restore-new',
    'operator',
    '/projects/acme/restore?backup=bk_0manual1',
    async (page) => {
      await page.getByRole('radio', { name: /new branch/i }).check();
      await page.getByLabel('Name of the new branch').fill('staging-2');
      await page.getByLabel('Name of the new branch').press('Enter');
      await page.getByRole('button', { name: 'Restore into staging-2' }).waitFor();
    },
  ],
  [
    'select',
    'admin',
    '/projects/acme',
    async (page) => {
      await page.getByRole('textbox', { name: 'Kind' }).click();
      await page.getByRole('option', { name: 'Manual' }).waitFor();
    },
    { eachWidth: true },
  ],
  [
    'backups-row-menu',
    'admin',
    '/projects/acme',
    async (page) => {
      const button = page.getByRole('button', { name: /Actions for backup/ }).first();
      // On a phone it is on the backup's own page.
      if (!(await button.isVisible())) return;
      await button.click();
      await page.getByRole('menuitem', { name: 'Download…' }).waitFor();
    },
    { eachWidth: true },
  ],
  [
    'row-menu',
    'operator',
    '/projects/acme/branches',
    async (page) => {
      await page.getByRole('button', { name: 'Actions for staging' }).click();
      await page.getByRole('menuitem', { name: 'Undo the restore' }).waitFor();
    },
  ],
  ['restores', 'admin', '/projects/acme/restores'],
  ['restore-done', 'admin', '/projects/acme/jobs/jb_r1'],
  ['restore-failed', 'admin', '/projects/acme/jobs/jb_r2'],
  ['retention', 'admin', '/projects/acme/retention'],
  [
    'retention-preview',
    'admin',
    '/projects/acme/retention',
    async (page) => {
      await page.getByLabel('Days', { exact: true }).fill('5');
      await page.getByRole('button', { name: 'Show what would change' }).click();
      await page.getByText('This would delete').waitFor();
    },
  ],
  ['retention-user', 'user', '/projects/acme/retention'],
  [
    'storage',
    'admin',
    '/projects/acme/storage',
    (page) => page.locator('.recharts-surface').first().waitFor(),
  ],
  ['notifications', 'admin', '/projects/acme/notifications'],
  ['notifications-empty', 'operator', '/projects/jansen-bikes/notifications'],
  [
    'notifications-new',
    'admin',
    '/projects/acme/notifications',
    async (page) => {
      await page.getByRole('button', { name: 'Tell somebody' }).click();
      await page.getByLabel('Addresses').waitFor();
    },
  ],
  [
    'notifications-secret',
    'admin',
    '/projects/acme/notifications',
    async (page) => {
      await page.getByRole('button', { name: 'Tell somebody' }).click();
      await page.getByText('By webhook').click();
      await page.getByLabel('URL').fill('https://hooks.example.com/skyhold');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Keep this secret now').waitFor();
    },
  ],
  [
    'notifications-test',
    'admin',
    '/projects/acme/notifications',
    async (page) => {
      await page.getByRole('button', { name: /^Test Mail to ines/ }).click();
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByText('550 5.1.1').waitFor();
    },
  ],
  ['schedule', 'admin', '/projects/acme/schedule'],
  [
    'schedule-new',
    'admin',
    '/projects/acme/schedule',
    async (page) => {
      await page.getByRole('button', { name: 'New schedule' }).click();
      await page.getByRole('textbox', { name: 'How often' }).waitFor();
    },
  ],
  ['branches', 'operator', '/projects/acme/branches'],
  ['branch-new', 'operator', '/projects/acme/branches?new=staging'],
  ['members', 'admin', '/projects/acme/members'],
  [
    'invite',
    'admin',
    '/projects/acme/members',
    async (page) => {
      await page.getByRole('button', { name: 'Invite somebody' }).click();
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor();
    },
  ],
  ['activity', 'admin', '/projects/acme/activity'],
  ['settings', 'operator', '/projects/acme/settings'],
  ['jobs', 'operator', '/platform/jobs'],
  ['stores', 'operator', '/platform/stores'],
  [
    'platform-storage',
    'operator',
    '/platform/storage',
    (page) => page.locator('.recharts-surface').first().waitFor(),
  ],
  ['workers', 'operator', '/platform/workers'],
  ['accounts', 'operator', '/platform/accounts'],
  ['audit', 'operator', '/platform/audit'],
  ['profile', 'admin', '/profile'],
  [
    'profile-totp',
    'admin',
    '/profile',
    async (page) => {
      await page.getByRole('button', { name: 'Set up a second factor' }).click();
      await page.getByRole('img', { name: /QR/ }).waitFor();
    },
  ],
  ['not-found', 'operator', '/nowhere'],
  ['project-not-found', 'operator', '/projects/nobody'],
];
