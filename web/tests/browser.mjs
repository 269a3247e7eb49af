// Chromium for the tests of the pages: found by its name, told to touch nothing of the user's.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

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
