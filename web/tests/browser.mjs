// Chromium for the tests of the pages: found by its name, told to touch nothing of the user's.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import { startFixtures, visitHeader } from '../dev/server.mjs';
import { comeToRest } from './faults.mjs';

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

const phone = 700;
const lanes = 3;

// Visits the list's pages over made-up data, several at a time in one browser, whose cache they share.
// A page is opened once for all its looks, unless what is done there depends on the width, or `eachWidth`
// asks for it.
// `look` gets the page, its name and its look; `watch` each page before it is opened.
export async function visitAll(entries, looks, look, { watch = () => {}, failed, eachWidth = false }) {
  const browser = await launch();
  const { server, url } = await startFixtures();
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
  const visits = entries.flatMap((entry) =>
    (eachWidth || entry[4]?.eachWidth ? groupByWidth(looks) : [looks]).map((group) => ({
      entry,
      looks: group,
    })),
  );
  let number = 0;
  const lane = async () => {
    for (let next = visits.shift(); next !== undefined; next = visits.shift()) {
      number += 1;
      await visit(context, url, { ...next, number }, look, watch).catch((error) =>
        failed(next.entry[0], error),
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await browser.close();
    server.closeAllConnections?.();
    server.close();
  }
}

function groupByWidth(looks) {
  const widths = [...new Set(looks.map(({ width }) => width))];
  return widths.map((each) => looks.filter(({ width }) => width === each));
}

async function visit(context, url, { entry, looks, number }, look, watch) {
  const [name, as, path, prepare] = entry;
  const page = await context.newPage();
  try {
    watch(page, url, name);
    await page.setExtraHTTPHeaders({ [visitHeader]: `${number} ${as}` });
    await put(page, looks[0]);
    await page.goto(url + path);
    await settle(page);
    await prepare?.(page);
    for (const each of looks) {
      await put(page, each);
      await settle(page);
      await look(page, name, each);
    }
  } finally {
    await page.close();
  }
}

async function put(page, { width, colorScheme }) {
  await page.setViewportSize({ width, height: width < phone ? 844 : 900 });
  await page.emulateMedia({ colorScheme });
}

// Until all of it is there, and drawn as it will stay.
async function settle(page) {
  await page.waitForFunction(
    () => document.querySelector('h1') && !document.querySelector('[role="status"][aria-label^="Loading"]'),
  );
  await page.evaluate(() => document.fonts.ready);
  await comeToRest(page);
}

// Of a list of pages those that are named on the command line; all when none is.
export function chosen(pages) {
  const names = process.argv.slice(2);
  return names.length === 0 ? pages : pages.filter(([name]) => names.includes(name));
}
