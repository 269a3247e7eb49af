// Pictures of every page at three widths, light and dark, into screenshots/: npm run screenshots [NAME…]
import { mkdir } from 'node:fs/promises';
import { chosen, visitAll } from './browser.mjs';
import { pages } from './pages.list.mjs';

const folder = new URL('../screenshots/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const looks = [1440, 1024, 390].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })),
);

// The browser's own pictures of whole pages repeat parts of them when the machine is busy.
async function makeTall(page, { width, height }) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(whole, height) });
  await page.evaluate(
    () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
  );
}

async function picture(page, name, { width, colorScheme }) {
  // A dialog covers what is to be seen; the page behind it may be longer.
  await page.evaluate(() => scrollTo(0, 0));
  const dialog = (await page.getByRole('dialog').count()) > 0;
  const window = page.viewportSize();
  if (!dialog) await makeTall(page, window);
  await page.screenshot({ path: `${folder}${name}-${width}-${colorScheme}.png` });
  await page.setViewportSize(window);
}

await visitAll(chosen(pages), looks, picture, {
  eachWidth: true,
  failed: (name, error) => {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  },
});
