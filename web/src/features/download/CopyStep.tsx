import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { Backup } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { Step } from '@/features/restore/Step';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { CopyUnderWay } from './CopyUnderWay';
import classes from './Download.module.css';

interface Props {
  backup: Backup;
  // What is downloaded is the neutralized copy already.
  isCopy: boolean;
  neutralize: boolean;
  onNeutralize: (neutralize: boolean) => void;
  // That makes the copy; empty: none was asked for.
  job: string;
  onJob: (id: string) => void;
}

export function CopyStep({ backup, isCopy, neutralize, onNeutralize, job, onJob }: Props) {
  const t = useTranslate();
  if (isCopy) {
    return (
      <Step number={2} title={t('download.how')}>
        <Notice tone="good" title={t('copyOf.isOne')} role="status">
          <p>{t('copyOf.stays')}</p>
          <Link to={`/projects/${backup.project}/backups/${backup.id}`}>{t('report.openBackup')}</Link>
        </Notice>
      </Step>
    );
  }
  return (
    <Step number={2} title={t('download.how')}>
      {job !== '' ? (
        <CopyUnderWay project={backup.project} job={job} onAgain={() => onJob('')} />
      ) : (
        <>
          <Choices legend={t('download.how')}>
            <Choice
              name="content"
              checked={!neutralize}
              onChoose={() => onNeutralize(false)}
              title={t('mode.exact')}
              text={`${t('download.exactWhat')} ${t('download.exactRisk')}`}
            />
            <Choice
              name="content"
              checked={neutralize}
              onChoose={() => onNeutralize(true)}
              title={t('copyOf.title')}
              text={t('copyOf.what')}
            />
          </Choices>
          {neutralize && <Begin backup={backup} onBegun={onJob} />}
        </>
      )}
    </Step>
  );
}

function Begin({ backup, onBegun }: { backup: Backup; onBegun: (job: string) => void }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(backup.project);
  const { keyFor, renew } = useIdempotencyKey();
  const begin = useMutation({
    mutationFn: () =>
      take(
        api.POST('/projects/{project}/backups/{id}/neutralized-copy', {
          params: {
            path: { project: backup.project, id: backup.id },
            header: { 'Idempotency-Key': keyFor(backup.id) },
          },
        }),
      ),
    onSuccess: (job) => {
      renew();
      void refresh();
      onBegun(job.id);
    },
  });
  return (
    <div className={classes.fields}>
      <p className="dimmed small">{t('copyOf.stays')}</p>
      {begin.error && <ProblemNotice error={begin.error} />}
      <div>
        <Button loading={begin.isPending} onClick={() => begin.mutate()}>
          {t('copyOf.begin')}
        </Button>
      </div>
    </div>
  );
}
