// How long a page takes from navigation until it can be used, and what it asked for meanwhile.

// An answer is followed by another question at once, if by any.
const quiet = 120;
const patience = 30_000;

// Runs in the page from its first moment on: notes when it last became whole.
function watchPage() {
  const loading = '[role="status"][aria-label^="Loading"], [data-visible][data-animate]';
  window.wholeSince = null;
  const painted = () => {
    if (window.wholeSince === Infinity) window.wholeSince = performance.now();
  };
  const look = () => {
    const whole = document.querySelector('main h1') !== null && document.querySelector(loading) === null;
    if (!whole) window.wholeSince = null;
    // Two frames on, what is there is painted too.
    else if (window.wholeSince === null) {
      window.wholeSince = Infinity;
      requestAnimationFrame(() => requestAnimationFrame(painted));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
}

async function callOf(request) {
  const response = await request.response();
  const body = await response.body();
  const { startTime, requestStart, responseEnd } = request.timing();
  return {
    path: request.url().split('/api/v1')[1],
    milliseconds: responseEnd - requestStart,
    endedAt: startTime + responseEnd,
    bytes: body.length,
    json: JSON.parse(body.toString() || 'null'),
  };
}

export class Stopwatch {
  #calls = [];
  #open = new Set();
  #lastChange = 0;

  static async on(visitor) {
    const watch = new Stopwatch(visitor);
    await visitor.page.addInitScript(watchPage);
    return watch;
  }

  constructor(visitor) {
    this.visitor = visitor;
    visitor.page.on('request', (request) => {
      if (request.url().includes('/api/v1/') && !request.url().endsWith('/events')) this.#open.add(request);
    });
    visitor.page.on('requestfailed', (request) => this.#over(request));
    visitor.page.on('requestfinished', async (request) => {
      if (this.#open.has(request)) this.#calls.push(await callOf(request));
      this.#over(request);
    });
  }

  #over(request) {
    if (this.#open.delete(request)) this.#lastChange = Date.now();
  }

  // Opens an address as from a bookmark.
  async measure(path) {
    this.#calls = [];
    await this.visitor.open(path);
    await this.#untilWhole(path);
    return this.#sinceStart(0);
  }

  // Does something on the page that is open, until all that it asks for is there.
  async measureDeed(what, deed) {
    this.#calls = [];
    const began = await this.visitor.page.evaluate(() => performance.now());
    await deed(this.visitor.page);
    await this.#untilWhole(what);
    return this.#sinceStart(began);
  }

  async #untilWhole(what) {
    const end = Date.now() + patience;
    for (;;) {
      await this.visitor.page.waitForFunction(() => Number.isFinite(window.wholeSince ?? NaN), null, {
        timeout: patience,
      });
      if (this.#open.size === 0 && Date.now() - this.#lastChange > quiet) break;
      if (Date.now() > end) throw new Error(`${what} is never done with asking`);
      await this.visitor.page.waitForTimeout(20);
    }
  }

  async #sinceStart(began) {
    const [origin, whole] = await this.visitor.page.evaluate(() => [
      performance.timeOrigin,
      window.wholeSince,
    ]);
    const ends = [whole, ...this.#calls.map((call) => call.endedAt - origin)];
    return { milliseconds: Math.max(...ends) - began, calls: this.#calls };
  }
}
