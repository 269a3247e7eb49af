// What operators look at: jobs, regions, stores, workers, the audit log and health.
import { missing, page } from './answers.mjs';
import * as data from './fixtures.mjs';
import { allJobs, eventsOf, jobOf } from './jobs.mjs';

const { iso, now, day } = data;

export const platformRoutes = [
  ['GET', /^\/meta$/, () => data.meta()],
  [
    'GET',
    /^\/jobs$/,
    ({ query }) =>
      page(
        allJobs().filter((job) => !query.get('state') || job.state === query.get('state')),
        query,
      ),
  ],
  ['GET', /^\/jobs\/([^/]+)$/, ({ params: [id] }) => jobOf(id) ?? missing(`job ${id}`)],
  ['GET', /^\/jobs\/([^/]+)\/events$/, ({ params: [id] }) => ({ items: eventsOf(id) })],
  ['POST', /^\/jobs\/([^/]+)\/cancel$/, ({ params: [id] }) => ({ ...jobOf(id), cancel_requested: true })],
  [
    'GET',
    /^\/regions$/,
    () => ({
      items: [
        {
          name: 'europe-west1',
          stores: data.stores.map(({ name }) => name),
          project_count: data.projects.length,
        },
      ],
    }),
  ],
  [
    'GET',
    /^\/stores$/,
    () => ({
      items: data.stores.map((store, index) =>
        index === 2
          ? {
              ...store,
              healthy: false,
              latency_seconds: null,
              error: {
                code: 'unavailable',
                message: 'The store answered 503 Slow Down to 12 of 12 requests.',
                hint: 'Backups go on with the other stores; this one is completed when it answers again.',
              },
            }
          : store,
      ),
    }),
  ],
  [
    'POST',
    /^\/stores\/([^/]+)\/check$/,
    ({ params: [name] }) => ({
      ...data.stores.find((store) => store.name === name),
      checked_at: iso(Date.now()),
    }),
  ],
  ['GET', /^\/storage$/, ({ query }) => data.storage(Number(query.get('days') ?? 90), 118, true)],
  [
    'GET',
    /^\/workers$/,
    () => ({
      items: [
        {
          name: 'skyhold-1',
          region: 'europe-west1',
          version: '0.4.0',
          started_at: iso(now - 6 * day),
          seen_at: iso(now - 4000),
          running_jobs: 2,
        },
        {
          name: 'skyhold-2',
          region: 'europe-west1',
          version: '0.4.0',
          started_at: iso(now - 6 * day),
          seen_at: iso(now - 400_000),
          running_jobs: 0,
        },
      ],
    }),
  ],
  [
    'GET',
    /^\/audit$/,
    ({ query }) =>
      page(
        data.audit.filter(({ actor }) => actor.includes(query.get('actor') ?? '')),
        query,
      ),
  ],
  [
    'GET',
    /^\/health$/,
    () => {
      const count = (state) => data.projects.filter(({ health }) => health.state === state).length;
      return {
        projects: {
          safe: count('safe'),
          at_risk: count('at_risk'),
          unprotected: count('unprotected'),
          paused: count('paused'),
          new: count('new'),
        },
        jobs_running: 2,
        jobs_queued: 5,
        jobs_failed_today: 1,
        stores: { healthy: 2, failing: 1 },
        workers: 2,
        catalog: { saved_at: iso(now - 30_000), behind: false },
      };
    },
  ],
];
