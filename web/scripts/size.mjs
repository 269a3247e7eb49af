// How much a first visit fetches, compressed: the page, what it loads at once, the page of projects, and the
// font. Fails when that is more than the dashboard may weigh.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const most = 350_000;
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));
const index = readFileSync(new URL('index.html', dist), 'utf8');

const asset = (pattern) => assets.filter((name) => pattern.test(name)).map((name) => `assets/${name}`);
const named = [...index.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);
const page = asset(/^(FleetPage|idempotency)-.*\.(js|css)$/);
const font = asset(/^inter-latin-wght-normal-.*\.woff2$/);

let sum = 0;
for (const name of new Set(['index.html', ...named, ...page, ...font])) {
  const bytes = readFileSync(new URL(name, dist));
  const size = name.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  sum += size;
  console.log(`${String(size).padStart(8)}  ${name}`);
}
console.log(`${String(sum).padStart(8)}  first load, of ${most} that it may have`);
if (sum > most) process.exit(1);
