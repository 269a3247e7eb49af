// Every page, who looks at it, and what to do there before it is looked at.
export const pages = [
  ['sign-in', 'nobody', '/sign-in'],
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
  ['backup', 'admin', '/projects/acme/backups/bk_0manual1'],
  ['backup-files', 'admin', '/projects/acme/backups/bk_0manual1?tab=files'],
  ['backup-difference', 'admin', '/projects/acme/backups/bk_0manual1?tab=difference'],
  ['backup-copies', 'admin', '/projects/acme/backups/bk_0manual1?tab=copies'],
  ['backup-log', 'admin', '/projects/acme/backups/bk_0manual1?tab=log'],
  ['backup-failed', 'admin', '/projects/acme/backups/bk_0failed1'],
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
