import { Anchor, Button } from '@mantine/core';
import { Link, Navigate, useSearchParams } from 'react-router-dom';
import { sentence } from '@/api/problem';
import { backupOf } from '@/features/import/outcome';
import { CancelJob } from '@/features/jobs/CancelJob';
import { JobProgress } from '@/features/jobs/JobProgress';
import { useLiveJob } from '@/features/jobs/useLiveJob';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import classes from './Download.module.css';

interface Props {
  project: string;
  job: string;
  onAgain: () => void;
}

// The job that makes the neutralized copy; when it is there the download goes on from it.
export function CopyUnderWay({ project, job: id, onAgain }: Props) {
  const t = useTranslate();
  const [search] = useSearchParams();
  const refresh = useProjectRefresh(project);
  const { job, over } = useLiveJob(id, { onOver: () => void refresh() });
  return (
    <Loaded query={job} rows={3}>
      {(data) => {
        const copy = backupOf(data);
        if (data.state === 'succeeded' && copy !== '') {
          const next = new URLSearchParams(search);
          next.delete('copy');
          next.set('neutralized', 'yes');
          return <Navigate replace to={`/projects/${project}/backups/${copy}/download?${next.toString()}`} />;
        }
        if (over) {
          return (
            <Notice
              tone={data.state === 'cancelled' ? 'info' : 'bad'}
              role="alert"
              title={
                data.state === 'cancelled'
                  ? t('copyOf.cancelled')
                  : data.error
                    ? sentence(data.error.message)
                    : t('copyOf.failed')
              }
            >
              {data.error?.hint && <p>{sentence(data.error.hint)}</p>}
              <Button variant="default" size="xs" mt="xs" onClick={onAgain}>
                {t('action.tryAgain')}
              </Button>
            </Notice>
          );
        }
        return (
          <div className={classes.link}>
            <JobProgress job={data} label={t('copyOf.job')} />
            <div className={classes.row}>
              <CancelJob job={data} size="xs" label={t('action.cancel')} />
              <Anchor component={Link} to={`/projects/${project}/jobs/${id}`} size="sm">
                {t('job.watch')}
              </Anchor>
            </div>
          </div>
        );
      }}
    </Loaded>
  );
}
