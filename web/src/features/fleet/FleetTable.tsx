import { Link } from 'react-router-dom';
import type { Project } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { Copies } from '@/features/status/Copies';
import { HealthStatus } from '@/features/status/HealthStatus';
import { JobStatus } from '@/features/status/JobStatus';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Time } from '@/ui/Time';
import classes from './FleetPage.module.css';

export function FleetTable({ projects, busy }: { projects: Project[]; busy: boolean }) {
  const { t, locale } = useLocale();
  const columns: Column<Project>[] = [
    {
      id: 'project',
      header: t('fleet.project'),
      card: 'title',
      cell: (project) => (
        <span className={classes.name}>
          <Link to={`/projects/${project.name}`}>{project.title || project.name}</Link>
          <span className="dimmed small">
            {project.title !== '' && project.title !== project.name && `${project.name} · `}
            {project.region}
          </span>
        </span>
      ),
    },
    {
      id: 'health',
      header: t('fleet.health'),
      card: 'plain',
      cell: (project) => (
        <>
          <HealthStatus state={project.health.state} />
          {project.health.state !== 'safe' && (
            <p className={classes.why}>{project.health.reasons[0]?.text ?? project.health.sentence}</p>
          )}
        </>
      ),
    },
    {
      id: 'last',
      header: t('fleet.lastGood'),
      cell: (project) => (
        <>
          <Time at={project.health.last_good_at} style="relative" missing={t('state.never')} />
          <div className="dimmed small nowrap">
            {t('fleet.objective', { count: project.objective_hours })}
          </div>
        </>
      ),
    },
    { id: 'copies', header: t('fleet.copies'), cell: (project) => <Copies copies={project.copies} /> },
    {
      id: 'next',
      header: t('fleet.next'),
      cell: (project) => (
        <Time at={project.health.next_run_at} missing={project.paused ? t('health.paused') : '–'} />
      ),
    },
    {
      id: 'now',
      header: t('fleet.now'),
      card: projects.some((project) => project.active_jobs.length > 0) ? undefined : 'hidden',
      cell: (project) => {
        const job = project.active_jobs[0];
        return job ? <JobStatus state={job.state} /> : <span className="dimmed">–</span>;
      },
    },
    {
      id: 'stored',
      header: t('fleet.stored'),
      align: 'end',
      cell: (project) => <span className="nowrap">{formatBytes(project.stored_bytes, locale)}</span>,
    },
  ];
  return (
    <DataTable
      label={t('fleet.table')}
      columns={columns}
      rows={projects}
      rowKey={(project) => project.name}
      busy={busy}
    />
  );
}
