// Every page in a real browser, on made-up data: no error, no breach of the security policy, no request to
// another origin, nothing that axe-core finds, nothing wider than the screen: npm run test:pages [NAME…]
import { chosen, visitAll } from './browser.mjs';
import { faultsOf, overflowOf } from './faults.mjs';
import { pages } from './pages.list.mjs';

// Wide and light, narrow and dark are looked at as a whole; between them whatever does not fit is found by
// its width.
const looks = [
  { width: 1440, colorScheme: 'light', inspect: faultsOf },
  { width: 1024, colorScheme: 'light', inspect: overflowOf },
  { width: 390, colorScheme: 'dark', inspect: faultsOf },
];
// Answers that belong to what is shown there.
const expected = /status of (401|403|404|503|507)/;

const faults = new Map();
const complain = (name, fault) => faults.set(name, [...(faults.get(name) ?? []), fault]);

function watch(page, url, name) {
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text()))
      complain(name, `console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complain(name, `error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complain(name, `asks another origin: ${request.url()}`);
  });
}

async function inspect(page, name, { width, colorScheme, inspect }) {
  for (const fault of await inspect(page)) complain(name, `at ${width}, ${colorScheme}: ${fault}`);
}

const list = chosen(pages);
await visitAll(list, looks, inspect, { watch, failed: (name, error) => complain(name, error.message) });
for (const [name, found] of faults)
  console.error(`${name}:\n${found.map((each) => `    ${each}`).join('\n')}`);
console.log(`${list.length - faults.size} pages passed, ${faults.size} failed`);
process.exitCode = faults.size === 0 ? 0 : 1;
