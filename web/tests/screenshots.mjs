// Pictures of every page at three widths, light and dark, into screenshots/: npm run screenshots [NAME…]
import { mkdir } from 'node:fs/promises';
import { chosen, launch, twoAtATime, visit } from './browser.mjs';
import { pages } from './pages.list.mjs';

const folder = new URL('../screenshots/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const browser = await launch();
const pictures = chosen(pages).flatMap((page) =>
  [1440, 1024, 390].flatMap((width) =>
    ['light', 'dark'].map((colorScheme) => ({ page, width, colorScheme })),
  ),
);
await twoAtATime(pictures, async ({ page: entry, width, colorScheme }) => {
  const name = `${entry[0]}-${width}-${colorScheme}`;
  try {
    await visit(browser, entry, { width, colorScheme }, async (page) => {
      // A dialog covers what is to be seen; the page behind it may be longer.
      const dialog = (await page.getByRole('dialog').count()) > 0;
      await page.screenshot({ path: `${folder}${name}.png`, fullPage: !dialog });
    });
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
});
await browser.close();
