// Every page in a real browser, on made-up data: no error, no breach of the security policy, no request to
// another origin, nothing that axe-core finds, nothing wider than the screen.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startFixtures } from '../dev/server.mjs';
import { launch } from './browser.mjs';
import { pages } from './pages.list.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
];
// Answers that belong to what is shown there.
const expected = /status of (401|403|404)/;

const wanted = process.argv.slice(2);
const browser = await launch();
let passed = 0;
const failures = [];
for (const [name, as, path, prepare] of pages) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { width, colorScheme } of looks) {
    const found = await visit({ as, path, prepare, width, colorScheme });
    if (found.length === 0) passed += 1;
    else
      failures.push(`${name} at ${width}, ${colorScheme}:\n${found.map((each) => `    ${each}`).join('\n')}`);
  }
}
await browser.close();
for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function visit({ as, path, prepare, width, colorScheme }) {
  const { server, url } = await startFixtures({ as });
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  const found = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text()))
      found.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) found.push(`asks another origin: ${request.url()}`);
  });
  try {
    await page.goto(url + path, { waitUntil: 'networkidle' });
    await prepare?.(page);
    await page.waitForTimeout(300);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) found.push(`is ${overflow} px wider than the screen`);
    // Evaluated by the debugger, which the policy of the page does not bind.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
    for (const violation of violations) {
      found.push(
        `axe ${violation.id}: ${violation.help}: ${violation.nodes
          .map((node) => node.target.join(' '))
          .slice(0, 3)
          .join(' | ')}`,
      );
    }
  } catch (error) {
    found.push(error.message);
  } finally {
    await page.close();
    server.closeAllConnections?.();
    server.close();
  }
  return found;
}
