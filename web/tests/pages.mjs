// Every page in a real browser, on made-up data: no error, no breach of the security policy, no request to
// another origin, nothing that axe-core finds, nothing wider than the screen: npm run test:pages [NAME…]
import { chosen, launch, twoAtATime, visit } from './browser.mjs';
import { faultsOf } from './faults.mjs';
import { pages } from './pages.list.mjs';

const looks = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
];
// Answers that belong to what is shown there.
const expected = /status of (401|403|404|503|507)/;

const browser = await launch();
let passed = 0;
let failed = 0;
await twoAtATime(
  chosen(pages).flatMap((page) => looks.map((look) => ({ page, look }))),
  async ({ page: entry, look }) => {
    const found = [];
    const watch = (page, url) => {
      page.on('console', (message) => {
        if (message.type() === 'error' && !expected.test(message.text()))
          found.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => found.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (!request.url().startsWith(url)) found.push(`asks another origin: ${request.url()}`);
      });
    };
    try {
      found.push(...(await visit(browser, entry, look, faultsOf, watch)));
    } catch (error) {
      found.push(error.message);
    }
    if (found.length === 0) {
      passed += 1;
      return;
    }
    failed += 1;
    console.error(
      `${entry[0]} at ${look.width}, ${look.colorScheme}:\n${found.map((each) => `    ${each}`).join('\n')}`,
    );
  },
);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
