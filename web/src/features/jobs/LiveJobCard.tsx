import { Anchor, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';
import { Loading } from '@/ui/Loading';
import { toast, toastProblem } from '@/ui/toast';
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
  const client = useQueryClient();
  const { job, over } = useLiveJob(id, { onOver });
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/jobs/{id}/cancel', { params: { path: { id } } })),
    onSuccess: (cancelled) => {
      client.setQueryData(keys.job(id), cancelled);
      toast(t('job.cancelAsked'));
    },
    onError: toastProblem,
  });
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
          {mayCancel && (
            <Button
              size="xs"
              variant="default"
              loading={cancel.isPending}
              disabled={job.data.cancel_requested}
              onClick={() => cancel.mutate()}
            >
              {job.data.cancel_requested ? t('job.cancelling') : t('action.cancel')}
            </Button>
          )}
        </div>
      </div>
      <JobProgress job={job.data} label={title} />
    </article>
  );
}
