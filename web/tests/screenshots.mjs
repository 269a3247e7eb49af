// Pictures of every page at three widths, light and dark, into screenshots/: npm run screenshots [NAME…]
import { mkdir } from 'node:fs/promises';
import { startFixtures } from '../dev/server.mjs';
import { launch } from './browser.mjs';
import { pages } from './pages.list.mjs';

const wanted = process.argv.slice(2);
const widths = [1440, 1024, 390];
const folder = new URL('../screenshots/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const [name, as, path, prepare] of pages) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const width of widths) {
    for (const colorScheme of ['light', 'dark']) {
      const { server, url } = await startFixtures({ as });
      const page = await browser.newPage({
        viewport: { width, height: width === 390 ? 844 : 900 },
        colorScheme,
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      try {
        await page.goto(url + path, { waitUntil: 'networkidle' });
        await prepare?.(page);
        await page.waitForTimeout(400);
        const dialog = (await page.getByRole('dialog').count()) > 0;
        await page.screenshot({ path: `${folder}${name}-${width}-${colorScheme}.png`, fullPage: !dialog });
      } catch (error) {
        console.error(`${name} at ${width}, ${colorScheme}: ${error.message}`);
        await page.screenshot({ path: `${folder}${name}-${width}-${colorScheme}-failed.png` });
        process.exitCode = 1;
      } finally {
        await page.close();
        server.closeAllConnections?.();
        server.close();
      }
    }
  }
}
await browser.close();
