// Pictures of every page at three widths, light and dark, into screenshots/: npm run screenshots [NAME…]
import { mkdir } from 'node:fs/promises';
import { chosen, visitAll } from './browser.mjs';
import { pages } from './pages.list.mjs';

const folder = new URL('../screenshots/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const looks = [1440, 1024, 390].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })),
);

async function picture(page, name, { width, colorScheme }) {
  // A dialog covers what is to be seen; the page behind it may be longer.
  await page.evaluate(() => scrollTo(0, 0));
  const dialog = (await page.getByRole('dialog').count()) > 0;
  await page.screenshot({ path: `${folder}${name}-${width}-${colorScheme}.png`, fullPage: !dialog });
}

await visitAll(chosen(pages), looks, picture, {
  eachWidth: true,
  failed: (name, error) => {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  },
});
