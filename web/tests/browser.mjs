// Chromium for the tests of the pages: found by its name, told to touch nothing of the user's.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import { startFixtures } from '../dev/server.mjs';

function find() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // the next name
    }
  }
  throw new Error('No Chromium is installed: scripts/install_packages browser.');
}

export function launch() {
  // Without its sandbox where tests run as root, which it refuses otherwise.
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: find(), args: asRoot ? ['--no-sandbox'] : [] });
}

// Opens one of the list's pages over made-up data of its own, and waits until all of it is there.
export async function visit(browser, [, as, path, prepare], { width, colorScheme }, look, watch = () => {}) {
  const { server, url } = await startFixtures({ as });
  const page = await browser.newPage({
    viewport: { width, height: width < 700 ? 844 : 900 },
    colorScheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  try {
    watch(page, url);
    await page.goto(url + path);
    await settle(page);
    await prepare?.(page);
    await settle(page);
    return await look(page);
  } finally {
    await page.close();
    server.closeAllConnections?.();
    server.close();
  }
}

async function settle(page) {
  await page.waitForFunction(
    () => document.querySelector('h1') && !document.querySelector('[role="status"][aria-label^="Loading"]'),
  );
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(200);
}

// Does the work of a list, two at a time.
export async function twoAtATime(list, work) {
  const left = [...list];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all([lane(), lane()]);
}

// Of a list of pages those that are named on the command line; all when none is.
export function chosen(pages) {
  const names = process.argv.slice(2);
  return names.length === 0 ? pages : pages.filter(([name]) => names.includes(name));
}
