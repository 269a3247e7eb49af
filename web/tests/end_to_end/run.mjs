// The dashboard in a real browser, over a real `skyhold serve`, a real PostgreSQL server and real stores:
// npm run test:end-to-end [STORY…]. SKYHOLD and SAMPLE_PROJECT name the programs; build/dev has them otherwise.
import { newcomer } from './newcomer.mjs';
import { oidc } from './oidc.mjs';
import { Story } from './story.mjs';
import { volume } from './volume.mjs';

const stories = { newcomer, oidc, volume };
const names = process.argv.slice(2);
const chosen = names.length === 0 ? Object.keys(stories) : names;
let failed = 0;
for (const name of chosen) {
  if (!(name in stories)) throw new Error(`There is no story "${name}": ${Object.keys(stories).join(', ')}.`);
  if (!(await new Story(name).run(stories[name]))) failed += 1;
}
console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
