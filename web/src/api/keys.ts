// Names of what is cached. What belongs to a project lies under its name, so that one call
// forgets all of it.
export const keys = {
  meta: ['meta'] as const,
  session: ['session'] as const,
  fleet: ['fleet'] as const,
  project: (project: string) => ['project', project] as const,
  of: (project: string, what: string, ...rest: unknown[]) => ['project', project, what, ...rest] as const,
  job: (id: string) => ['job', id] as const,
  jobEvents: (id: string) => ['job', id, 'events'] as const,
  jobs: (filter: unknown) => ['jobs', filter] as const,
  platform: (what: string, ...rest: unknown[]) => ['platform', what, ...rest] as const,
  me: (what: string) => ['me', what] as const,
};
