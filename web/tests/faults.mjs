// What is wrong with a page as it is shown now: wider than the screen, or what axe-core finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function faultsOf(page) {
  const found = [];
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) found.push(`is ${overflow} px wider than the screen`);
  // Evaluated by the debugger, which the policy of the page does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) {
    const where = nodes.map((node) => node.target.join(' ')).slice(0, 3);
    found.push(`axe ${id}: ${help}: ${where.join(' | ')}`);
  }
  return found;
}
