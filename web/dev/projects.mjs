// Projects with their branches, schedules and audit logs.
import { missing, page } from './answers.mjs';
import { backupsOf } from './backups.mjs';
import * as data from './fixtures.mjs';
import { activeJobs } from './jobs.mjs';
import { people } from './people.mjs';

const projectFor = (name, { as }) => {
  const found = data.projects.find((project) => project.name === name);
  return found && { ...found, role: people[as].role, active_jobs: activeJobs(name) };
};

export const projectRoutes = [
  [
    'GET',
    /^\/projects$/,
    ({ query, state }) => {
      const search = query.get('search') ?? '';
      const own =
        people[state.as].role === 'operator'
          ? data.projects
          : data.projects.filter(({ name }) => name === 'acme');
      const found = own
        .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(search.toLowerCase()))
        .filter(({ health }) => !query.get('health') || health.state === query.get('health'));
      const rank = { unprotected: 0, at_risk: 1, new: 2, paused: 3, safe: 4 };
      if (query.get('sort') === 'health') found.sort((a, b) => rank[a.health.state] - rank[b.health.state]);
      return page(
        found.map(({ name }) => projectFor(name, state)),
        query,
      );
    },
  ],
  [
    'POST',
    /^\/projects$/,
    ({ body }) => {
      const fresh = data.project(body.name, body.title, 'new');
      data.projects.push(fresh);
      return [201, fresh];
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)$/,
    ({ params: [name], state }) => projectFor(name, state) ?? missing(`project ${name}`),
  ],
  [
    'PATCH',
    /^\/projects\/([^/]+)$/,
    ({ params: [name], body, state }) => {
      Object.assign(
        data.projects.find((each) => each.name === name),
        body,
      );
      return projectFor(name, state);
    },
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/recovery-kit$/,
    () =>
      'Recovery kit of the project acme\n\nRepository password: correct horse battery staple …\n\n    restic -r s3:s3.eu-central-1.amazonaws.com/acme-skyhold/skyhold/acme snapshots\n',
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/branches$/,
    ({ params: [name] }) => ({
      items:
        (data.projects.find((each) => each.name === name)?.production_branch ?? '') === ''
          ? []
          : data.branches(name, backupsOf(name)[1]),
    }),
  ],
  [
    'GET',
    /^\/projects\/([^/]+)\/branches\/([^/]+)$/,
    ({ params: [name, branch] }) => data.oneBranch(name, branch),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/branches$/,
    ({ params: [name], body }) => {
      data.projects.find((each) => each.name === name).production_branch = body.name;
      return [201, data.branches(name)[0]];
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/schedules$/, () => ({ items: data.schedules })],
  [
    'PATCH',
    /^\/projects\/([^/]+)\/schedules\/(.+)$/,
    ({ params: [, id], body }) =>
      Object.assign(
        data.schedules.find((each) => each.id === id),
        body,
      ),
  ],
  [
    'POST',
    /^\/projects\/([^/]+)\/schedules$/,
    ({ body }) => {
      const fresh = { id: `sc_${data.schedules.length + 1}`, words: 'every day', enabled: true, ...body };
      data.schedules.push(fresh);
      return [201, fresh];
    },
  ],
  ['GET', /^\/projects\/([^/]+)\/audit$/, ({ query }) => page(data.audit, query)],
  ['GET', /^\/projects\/([^/]+)\/storage$/, ({ query }) => data.storage(Number(query.get('days') ?? 90))],
];
