// A story is told step by step; the first step that fails ends it, and leaves a picture of each page.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../browser.mjs';
import { Visitor } from './visitor.mjs';
import { World } from './world.mjs';

const pictures = fileURLToPath(new URL('../../screenshots/end-to-end', import.meta.url));
const linesOfLog = 40;

export class Story {
  #title;
  visitors = [];

  constructor(title) {
    this.#title = title;
    this.world = new World();
  }

  async enter(options) {
    const visitor = await Visitor.enter(this.browser, this.world.url, options);
    this.visitors.push(visitor);
    return visitor;
  }

  async leaves(visitor) {
    this.#complain();
    await visitor.leave();
    this.visitors = this.visitors.filter((each) => each !== visitor);
  }

  async step(what, action) {
    const began = performance.now();
    try {
      await action();
      this.#complain();
    } catch (error) {
      console.error(`   ✗ ${what}\n\n${error.stack}\n`);
      throw new ToldError(what);
    }
    console.log(`   ✓ ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }

  #complain() {
    const faults = this.visitors.flatMap((visitor) => visitor.faults);
    if (faults.length > 0) throw new Error(`in a page:\n  ${faults.join('\n  ')}`);
  }

  async #showFailure() {
    mkdirSync(pictures, { recursive: true });
    for (const [i, { page }] of this.visitors.entries()) {
      const path = join(pictures, `${this.#title}-${i + 1}.png`);
      const taken = await page.screenshot({ path, fullPage: true }).then(
        () => path,
        (error) => error.message,
      );
      console.error(`${page.url()}: ${taken}`);
    }
    const log = this.world.log.trimEnd().split('\n').slice(-linesOfLog);
    console.error(`\nThe last lines of the service's log:\n  ${log.join('\n  ')}`);
  }

  // Whether it came to its end. `tell` gets the story.
  async run(tell) {
    console.log(`\n${this.#title}`);
    const stop = (signal) => void this.#close().finally(() => process.kill(process.pid, signal));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
    try {
      this.browser = await launch();
      await tell(this);
      return true;
    } catch (error) {
      if (!(error instanceof ToldError)) console.error(error);
      await this.#showFailure();
      return false;
    } finally {
      await this.#close();
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
    }
  }

  async #close() {
    await this.browser?.close();
    await this.world.close();
  }
}

// Its words are printed already.
class ToldError extends Error {}
