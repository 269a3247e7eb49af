import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { keys } from '@/api/keys';
import type { ImportOutcome, ImportSource, Job } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { toast, toastProblem } from '@/ui/toast';
import { importBody } from './draft';
import classes from './Import.module.css';
import { countOf, importRequest } from './outcome';
import { discard, findUpload } from './uploads';
import { useBeginImport } from './useBeginImport';

interface Props {
  job: Job;
  outcome: ImportOutcome;
}

// Keep it or throw it away. A file that was sent may be gone meanwhile.
export function Decide(props: Props) {
  return (
    <div className={classes.decision}>
      <Decision {...props} />
    </div>
  );
}

function Decision({ job, outcome }: Props) {
  const t = useTranslate();
  const { source } = importRequest(job);
  const id = source?.upload;
  const upload = useQuery({
    queryKey: keys.of(job.project, 'upload', id ?? ''),
    queryFn: ({ signal }) => findUpload(job.project, id ?? '', signal),
    enabled: id !== undefined,
    staleTime: 0,
  });
  const again = (
    <Button component={Link} variant="default" to={`/projects/${job.project}/import`}>
      {t('report.tryAgain')}
    </Button>
  );
  if (source === undefined) return <div className={classes.row}>{again}</div>;
  if (id === undefined) {
    return (
      <>
        {outcome.decision === 'wanted' && <Keep job={job} outcome={outcome} source={source} />}
        <div className={classes.row}>{again}</div>
      </>
    );
  }
  return (
    <Loaded query={upload} rows={2}>
      {(data) =>
        data === null ? (
          <>
            {outcome.decision === 'wanted' && (
              <Notice tone="info" title={t('report.gone')}>
                <p>{t('report.goneWhat')}</p>
              </Notice>
            )}
            <div className={classes.row}>{again}</div>
          </>
        ) : outcome.decision === 'wanted' ? (
          <Keep job={job} outcome={outcome} source={source} discardable={id} />
        ) : (
          <div className={classes.row}>
            <ThrowAway project={job.project} upload={id} />
          </div>
        )
      }
    </Loaded>
  );
}

interface KeepProps extends Props {
  source: ImportSource;
  // The upload that can be thrown away instead.
  discardable?: string;
}

function Keep({ job, outcome, source, discardable }: KeepProps) {
  const t = useTranslate();
  const [read, setRead] = useState(false);
  const begin = useBeginImport(job.project);
  const warned = countOf(outcome.report, 'warning') > 0;
  const { note } = importRequest(job);
  return (
    <>
      {begin.error && <ProblemNotice error={begin.error} />}
      {warned && (
        <Checkbox
          label={t('report.readWarnings')}
          checked={read}
          onChange={(event) => setRead(event.currentTarget.checked)}
        />
      )}
      <div className={classes.row}>
        <Button
          disabled={warned && !read}
          loading={begin.isPending}
          onClick={() => begin.mutate(importBody(job.branch, source, warned ? 'warnings' : 'clean', note))}
        >
          {t('report.keep')}
        </Button>
        {discardable !== undefined && <ThrowAway project={job.project} upload={discardable} />}
      </div>
      <p className="dimmed small">{t('report.keepWhat')}</p>
    </>
  );
}

function ThrowAway({ project, upload }: { project: string; upload: string }) {
  const t = useTranslate();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => discard(project, upload),
    onSuccess: () => {
      toast(t('report.thrownAway'));
      navigate(`/projects/${project}/import`);
    },
    onError: toastProblem,
  });
  return (
    <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
      {t('upload.throwAway')}
    </Button>
  );
}
