// People sign in at a provider of their own: a certified one, as it is on npm.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignInProvider, client } from './oidc_provider.mjs';

const password = 'a lantern over the harbour';

const settingsOf = (provider, secretFile) => [
  '[oidc]',
  `issuer = "${provider.issuer}"`,
  `client_id = "${client.id}"`,
  `client_secret_file = "${secretFile}"`,
  'label = "Example ID"',
];

async function begin(story, provider) {
  const { world } = story;
  const secretFile = join(world.directory, 'client-secret');
  writeFileSync(secretFile, `${client.secret}\n`, { mode: 0o600 });
  // Its address is known from now on, and nobody is there.
  await provider.start();
  await provider.stop();
  world.configure({ more: settingsOf(provider, secretFile) });
  await world.serve();
}

async function enter(story, provider, path = '/') {
  const visitor = await story.enter();
  visitor.elsewhere.push(provider.issuer);
  await visitor.open(path);
  return visitor;
}

async function signInAs(visitor, address) {
  await visitor.link('Sign in with Example ID').click();
  await visitor.page.getByLabel('Address').fill(address);
  await visitor.button('Continue').click();
}

async function isRefused(visitor, words) {
  await visitor.page.getByRole('alert').getByText(words).waitFor();
  await visitor.inspects();
  assert.equal((await visitor.asks('/me')).status, 401);
}

async function makeAccount(admin, name) {
  const made = await admin.asks('/accounts', { method: 'POST', body: { name, display_name: 'Ann' } });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return made.json.account;
}

async function outcomesOf(admin) {
  const { items } = await admin.get('/audit?action=session.create');
  return items.map(({ actor, subject, outcome }) => `${actor}, ${subject}: ${outcome}`);
}

async function tell(story, provider) {
  const { world } = story;
  let admin;
  let ann;
  let account;
  await story.step('the provider does not answer: words, and the password does it', async () => {
    await begin(story, provider);
    admin = await enter(story, provider);
    await admin.link('Sign in with Example ID').click();
    await isRefused(admin, 'The provider does not answer.');
    const oneTimePassword = await world.oneTimePassword();
    await admin.signIn('admin', oneTimePassword);
    await admin.choosePassword(oneTimePassword, password);
    await admin.sees('No projects yet');
  });
  await story.step('somebody with an account comes in, and lands where they wanted to be', async () => {
    await provider.start();
    provider.knows(`${world.url}/api/v1/session/oidc/callback`);
    account = await makeAccount(admin, 'ann@example.org');
    ann = await enter(story, provider, '/profile');
    await ann.link('Sign in with Example ID').waitFor();
    await ann.inspects();
    await signInAs(ann, 'ann@example.org');
    await ann.sees('Linked with Example ID');
    assert.equal(new URL(ann.page.url()).pathname, '/profile');
    await ann.inspects();
    const me = await ann.get('/me');
    assert.equal(me.account.id, account.id);
    assert.equal(me.account.must_change_password, false);
  });
  await story.step('somebody whom nobody invited is told so', async () => {
    const eve = await enter(story, provider);
    await signInAs(eve, 'eve@example.org');
    await isRefused(eve, 'There is no account with your address here.');
    await story.leaves(eve);
  });
  await story.step('an address that was not confirmed opens nothing', async () => {
    await makeAccount(admin, 'unconfirmed@example.org');
    const mallory = await enter(story, provider);
    await signInAs(mallory, 'unconfirmed@example.org');
    await isRefused(mallory, 'does not vouch for your e-mail address');
    await story.leaves(mallory);
  });
  await story.step('whoever turns round at the provider is back at the sign-in page', async () => {
    const bob = await enter(story, provider);
    await bob.link('Sign in with Example ID').click();
    await bob.link('Cancel').click();
    await isRefused(bob, 'was not finished at the provider');
    await story.leaves(bob);
  });
  await story.step('a disabled account is out at once, and stays out', async () => {
    const change = { method: 'PATCH', body: { enabled: false } };
    assert.equal((await admin.asks(`/accounts/${account.id}`, change)).status, 200);
    await ann.open('/profile');
    await ann.link('Sign in with Example ID').click();
    await isRefused(ann, 'Your account here is disabled.');
    await story.leaves(ann);
  });
  await story.step('all of it is in the audit log', async () => {
    assert.deepEqual(await outcomesOf(admin), [
      'anonymous, account ann@example.org: denied',
      'anonymous, account unconfirmed@example.org: denied',
      'anonymous, account eve@example.org: denied',
      'ann@example.org, account ann@example.org: ok',
      'admin, account admin: ok',
    ]);
  });
}

export async function oidc(story) {
  const provider = new SignInProvider();
  try {
    await tell(story, provider);
  } finally {
    await provider.stop();
  }
}
