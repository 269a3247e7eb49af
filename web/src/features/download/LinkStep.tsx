import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import type { Backup, NewDownload } from '@/api/types';
import { Step } from '@/features/restore/Step';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import classes from './Download.module.css';
import { downloadRequest, missingIn } from './draft';
import type { DownloadDraft } from './draft';
import { ReadyLink } from './ReadyLink';

interface Props {
  number: number;
  backup: Backup;
  draft: DownloadDraft;
}

export function LinkStep({ number, backup, draft }: Props) {
  const t = useTranslate();
  const body = downloadRequest(draft);
  return (
    <Step number={number} title={t('link.title')}>
      {/* Another wish has another link. */}
      <MakeLink
        key={JSON.stringify([backup.id, body])}
        backup={backup}
        body={body}
        missing={missingIn(draft)}
      />
    </Step>
  );
}

interface MakeProps {
  backup: Backup;
  body: NewDownload;
  missing: ReturnType<typeof missingIn>;
}

function MakeLink({ backup, body, missing }: MakeProps) {
  const t = useTranslate();
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST('/projects/{project}/backups/{id}/downloads', {
          params: { path: { project: backup.project, id: backup.id } },
          body,
        }),
      ),
  });
  if (make.data) {
    return (
      <ReadyLink
        format={body.format}
        download={make.data}
        making={make.isPending}
        onAgain={() => make.mutate()}
      />
    );
  }
  return (
    <div className={classes.link}>
      {make.error && <ProblemNotice error={make.error} />}
      {missing !== undefined && <p className="dimmed">{t(`link.missing.${missing}`)}</p>}
      <div>
        <Button disabled={missing !== undefined} loading={make.isPending} onClick={() => make.mutate()}>
          {t('link.make')}
        </Button>
      </div>
    </div>
  );
}
