// What is wrong with a page as it is shown now: wider than the screen, or what axe-core finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function overflowOf(page) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return overflow > 0 ? [`is ${overflow} px wider than the screen`] : [];
}

// What fades in, or changes its colour, has it at the end. What never ends is not waited for.
export function comeToRest(page) {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime < 2000);
    await Promise.all(ending.map((each) => each.finished.catch(() => undefined)));
  });
}

export async function faultsOf(page) {
  await comeToRest(page);
  const found = await overflowOf(page);
  // Evaluated by the debugger, which the policy of the page does not bind.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { resultTypes: ['violations'], preload: false }),
  );
  for (const { id, help, nodes } of violations) {
    const where = nodes.map((node) => node.target.join(' ')).slice(0, 3);
    found.push(`axe ${id}: ${help}: ${where.join(' | ')}`);
  }
  return found;
}
