// A person with a browser, whose pages are watched: what goes wrong in them is a fault of the story,
// also when the person would not notice.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { faultsOf } from '../faults.mjs';

let pictures = 0;

// Questions to which no is an answer: is somebody signed in, with which every visit begins; is what was sent
// still there?
const expected = (response) =>
  (response.status() === 401 && response.url().endsWith('/api/v1/me')) ||
  (response.status() === 404 &&
    response.request().method() === 'GET' &&
    /\/uploads\/up_\w+$/.test(response.url()));

export class Visitor {
  static async enter(browser, url, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    return new Visitor(await context.newPage(), url);
  }

  constructor(page, url) {
    this.page = page;
    this.url = url;
    this.faults = [];
    // Other sites that this person goes to on purpose.
    this.elsewhere = [];
    this.answers = [];
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => this.faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // The browser's own word for an answer that is looked at below.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const ours = [url, ...this.elsewhere].some((site) => request.url().startsWith(`${site}/`));
      if (!ours) this.faults.push(`asks another origin: ${request.url()}`);
    });
    page.on('response', (response) => {
      const request = `${response.request().method()} ${response.url().slice(url.length)}`;
      if (response.status() >= 400 && !expected(response))
        this.faults.push(`${response.status()} for ${request}`);
    });
  }

  open(path) {
    return this.page.goto(this.url + path);
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name) {
    return this.page.getByRole('link', { name, exact: true });
  }

  dialog() {
    return this.page.getByRole('dialog');
  }

  async tab(name) {
    await this.page
      .getByRole('navigation', { name: 'Pages of the project' })
      .getByRole('link', { name })
      .click();
    await this.page.getByRole('heading', { level: 2, name }).waitFor();
  }

  // Waits for words on the page.
  sees(words) {
    return this.page.getByText(words).first().waitFor();
  }

  // Waits until there are as many of them, and sees that there are not more.
  async seesAll(locator, count) {
    await locator.nth(count - 1).waitFor();
    assert.equal(await locator.count(), count);
  }

  async signIn(name, password) {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Sign in').click();
  }

  async choosePassword(present, fresh) {
    await this.page.getByLabel('Current password').fill(present);
    await this.page.getByLabel('New password', { exact: true }).fill(fresh);
    await this.page.getByLabel('New password again').fill(fresh);
    await this.button('Change the password').click();
  }

  // The page as it is now is good for everybody, also for those who do not see it.
  async inspects() {
    if (process.env.PICTURES) await this.#picture(process.env.PICTURES);
    assert.deepEqual(await faultsOf(this.page), [], `faults of ${this.page.url()}`);
  }

  async #picture(folder) {
    pictures += 1;
    const place = new URL(this.page.url()).pathname.replaceAll('/', '-');
    const path = join(folder, `${String(pictures).padStart(2, '0')}${place}.png`);
    const fullPage = (await this.dialog().count()) === 0;
    await this.page.screenshot({ path, fullPage });
  }

  // Asks the API what the page was given, with this person's own session.
  async asks(path, { method = 'GET', body } = {}) {
    const headers = {};
    if (method !== 'GET') {
      const me = await this.page.request.get(`${this.url}/api/v1/me`);
      headers['X-CSRF-Token'] = (await me.json()).csrf_token;
    }
    const response = await this.page.request.fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      data: body,
    });
    return { status: response.status(), json: await response.json().catch(() => null) };
  }

  async get(path) {
    const { status, json } = await this.asks(path);
    assert.equal(status, 200, `GET ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  leave() {
    return this.page.context().close();
  }
}
