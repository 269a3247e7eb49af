import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useTranslate } from '@/i18n/locale';
import { Loading } from '@/ui/Loading';
import { CancelJob } from './CancelJob';
import { JobProgress } from './JobProgress';
import classes from './LiveJobCard.module.css';
import { useLiveJob } from './useLiveJob';

interface Props {
  id: string;
  project: string;
  mayCancel: boolean;
  onOver: () => void;
}

// A job under way, live.
export function LiveJobCard({ id, project, mayCancel, onOver }: Props) {
  const t = useTranslate();
  const { job, over } = useLiveJob(id, { onOver });
  if (!job.data) return job.error ? null : <Loading rows={2} />;
  if (over) return null;
  const title = t(`jobKind.${job.data.kind}`);
  return (
    <article className={classes.card} aria-label={title}>
      <div className={classes.head}>
        <h3 className={classes.title}>
          {title}
          {job.data.branch !== '' && <span className="dimmed"> · {job.data.branch}</span>}
        </h3>
        <div className={classes.actions}>
          <Anchor component={Link} to={`/projects/${project}/jobs/${id}`} size="sm">
            {t('job.watch')}
          </Anchor>
          {mayCancel && <CancelJob job={job.data} size="xs" label={t('action.cancel')} />}
        </div>
      </div>
      <JobProgress job={job.data} label={title} />
    </article>
  );
}
