import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, Outlet, useLocation, useParams } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Project } from '@/api/types';
import { HealthStatus } from '@/features/status/HealthStatus';
import type { MessageKey } from '@/i18n/en';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { ProblemNotice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { IconPrevious } from '@/ui/icons';
import classes from './ProjectLayout.module.css';
import type { ProjectContext } from './useProject';
import { mayAdminister } from './useProject';

interface Tab {
  to: string;
  label: MessageKey;
  admin?: boolean;
  // Pages that are reached from it, and have no tab of their own.
  leadsTo?: string[];
}

const tabs: Tab[] = [
  { to: '', label: 'tab.backups', leadsTo: ['backups'] },
  { to: 'restores', label: 'tab.restores', leadsTo: ['restore'] },
  { to: 'import', label: 'tab.import', admin: true },
  { to: 'branches', label: 'tab.branches' },
  { to: 'schedule', label: 'tab.schedule' },
  { to: 'retention', label: 'tab.retention' },
  { to: 'storage', label: 'tab.storage' },
  { to: 'members', label: 'tab.members', admin: true },
  { to: 'notifications', label: 'tab.notifications', admin: true },
  { to: 'activity', label: 'tab.activity', admin: true },
  { to: 'settings', label: 'tab.settings', admin: true },
];

// The frame of a project's pages.
export function ProjectLayout() {
  const { project = '' } = useParams();
  const query = useQuery({
    queryKey: keys.project(project),
    queryFn: ({ signal }) => take(api.GET('/projects/{project}', { params: { path: { project } }, signal })),
    // A job that begins elsewhere appears within half a minute.
    refetchInterval: 30_000,
  });
  if (query.error && !query.data) {
    return (
      <Page title={project}>
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  return (
    <Loaded query={query} rows={6}>
      {(data) => <Frame project={data} />}
    </Loaded>
  );
}

function Frame({ project }: { project: Project }) {
  const t = useTranslate();
  const base = `/projects/${project.name}`;
  const admin = mayAdminister(project);
  const { pathname } = useLocation();
  const [first = '', ...rest] = pathname.slice(base.length + 1).split('/');
  const tabsRef = useRef<HTMLElement>(null);
  // On a phone the tabs are wider than the screen.
  useEffect(() => {
    const list = tabsRef.current;
    const current = list?.querySelector<HTMLElement>('[aria-current]');
    if (list && current) list.scrollLeft = current.offsetLeft - list.offsetLeft - 24;
  }, [pathname]);
  return (
    <>
      <header className={classes.head}>
        <Link to="/projects" className={classes.back}>
          <IconPrevious size={15} aria-hidden="true" />
          {t('project.all')}
        </Link>
        <div className={classes.titleRow}>
          <h1 className={classes.title}>{project.title || project.name}</h1>
          <HealthStatus state={project.health.state} />
          <span className="dimmed small">
            {project.name} · {project.region}
          </span>
        </div>
        <nav aria-label={t('project.tabs')} className={classes.tabs} ref={tabsRef}>
          <ul role="list">
            {tabs
              .filter((tab) => admin || !tab.admin)
              .map((tab) => (
                <li key={tab.to}>
                  <Link
                    to={tab.to === '' ? base : `${base}/${tab.to}`}
                    className={classes.tab}
                    aria-current={
                      tab.to === first && rest.length === 0
                        ? 'page'
                        : tab.to === first || tab.leadsTo?.includes(first)
                          ? 'true'
                          : undefined
                    }
                  >
                    {t(tab.label)}
                  </Link>
                </li>
              ))}
          </ul>
        </nav>
      </header>
      <Outlet context={{ project } satisfies ProjectContext} />
    </>
  );
}
