// A server of made-up data for working on the pages and looking at them: `npm run build && npm run fixtures`.
// It checks nothing, and is no part of the product; the contract is openapi.yaml.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { eventsOf, jobOf } from './jobs.mjs';
import { routes } from './routes.mjs';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

async function staticFile(path, response) {
  const wanted = extname(path) === '' ? '/index.html' : path;
  try {
    const bytes = await readFile(new URL(`../dist${wanted}`, import.meta.url));
    response.writeHead(200, {
      'Content-Type': types[extname(wanted)],
      'Content-Security-Policy': policy,
      'Cache-Control': wanted.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

function stream(id, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  let told = 0;
  const send = (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const timer = setInterval(tick, 500);
  function tick() {
    const job = jobOf(id);
    send('job', job);
    for (const event of eventsOf(id).slice(told)) send('event', event);
    told = eventsOf(id).length;
    if (job.state === 'running') return;
    send('end', {});
    clearInterval(timer);
    response.end();
  }
  tick();
  response.on('close', () => clearInterval(timer));
}

async function body(request) {
  if (request.headers['content-type'] === 'application/octet-stream') return bytesOf(request);
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

// Of a file that is sent only its size counts here.
async function bytesOf(request) {
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  return { bytes };
}

async function answer(request, response, state) {
  const url = new URL(request.url, 'http://fixtures');
  if (!url.pathname.startsWith('/api/v1/')) return staticFile(url.pathname, response);
  const path = url.pathname.slice('/api/v1'.length);
  const events = /^\/jobs\/([^/]+)\/events$/.exec(path);
  if (events && request.headers.accept?.includes('event-stream')) return stream(events[1], response);
  for (const [method, pattern, handle] of routes) {
    const match = request.method === method && pattern.exec(path);
    if (!match) continue;
    const result = await handle({
      params: match.slice(1),
      query: url.searchParams,
      body: await body(request),
      state,
    });
    const [status, data] = Array.isArray(result) ? result : [200, result];
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'Content-Type': typeof data === 'string' ? 'text/plain' : type });
    return response.end(data === undefined ? '' : typeof data === 'string' ? data : JSON.stringify(data));
  }
  response.writeHead(404, { 'Content-Type': 'application/problem+json' });
  return response.end(
    JSON.stringify({
      type: 'about:blank',
      title: `There is nothing at ${path}.`,
      status: 404,
      code: 'not_found',
      hint: '',
    }),
  );
}

// The header by which a test tells its visits apart: "12 admin" is the visit 12, signed in as an admin.
export const visitHeader = 'x-fixture-visit';

// `as`: who is signed in from the start: operator, admin, user or nobody.
export function startFixtures({ port = 0, as = 'operator' } = {}) {
  const states = new Map();
  const stateOf = (visit) => {
    if (!states.has(visit)) states.set(visit, { as: visit.split(' ')[1] ?? as });
    return states.get(visit);
  };
  const server = createServer((request, response) => {
    answer(request, response, stateOf(request.headers[visitHeader] ?? '')).catch((error) => {
      // The page was closed while it was sending a file.
      if (error.code === 'ECONNRESET') return;
      console.error(error);
      response.writeHead(500).end();
    });
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${server.address().port}` }),
    );
  });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { url } = await startFixtures({
    port: Number(process.env.PORT ?? 8640),
    as: process.env.AS ?? 'operator',
  });
  console.log(url);
}
