import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import { sentence } from '@/api/problem';
import type { RestorePreview } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { Loaded } from '@/ui/Loading';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Plan } from './Plan';
import classes from './Restore.module.css';
import { Step } from './Step';
import { restoreRequest } from './useRestoreDraft';
import type { RestoreDraft } from './useRestoreDraft';

interface Props {
  project: string;
  backup: string;
  draft: RestoreDraft;
  onChange: (changes: Partial<RestoreDraft>) => void;
}

// What will happen, as the server sees it; then the branch's name, typed.
export function ReviewStep({ project, backup, draft, onChange }: Props) {
  const t = useTranslate();
  const body = restoreRequest(backup, draft);
  const preview = useQuery({
    // Apart from what is forgotten when the project changes: the restore itself is such a change.
    queryKey: ['restore-preview', project, body],
    queryFn: ({ signal }) =>
      take(api.POST('/projects/{project}/restores/preview', { params: { path: { project } }, body, signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Step number={4} title={t('restore.review')}>
      <Loaded query={preview}>
        {(data) => (
          <>
            <Plan preview={data} />
            {data.warnings?.map((warning) => (
              <Notice key={warning} tone="warn" title={sentence(warning)} />
            ))}
            <Confirm
              key={data.branch}
              project={project}
              backup={backup}
              draft={draft}
              preview={data}
              onChange={onChange}
            />
          </>
        )}
      </Loaded>
    </Step>
  );
}

function Confirm({ project, backup, draft, preview, onChange }: Props & { preview: RestorePreview }) {
  const t = useTranslate();
  const navigate = useNavigate();
  const refresh = useProjectRefresh(project);
  const { keyFor } = useIdempotencyKey();
  const [typed, setTyped] = useState('');
  const begin = useMutation({
    mutationFn: () => {
      const body = { ...restoreRequest(backup, draft), confirm: preview.branch };
      return take(
        api.POST('/projects/{project}/restores', {
          params: { path: { project }, header: { 'Idempotency-Key': keyFor(body) } },
          body,
        }),
      );
    },
    onSuccess: (job) => {
      void refresh();
      navigate(`/projects/${project}/jobs/${job.id}`);
    },
  });
  const confirmed = !preview.replaces || typed === preview.branch;
  return (
    <form
      className={classes.confirm}
      onSubmit={(event) => {
        event.preventDefault();
        if (confirmed) begin.mutate();
      }}
    >
      {preview.replaces && (
        <>
          <Checkbox
            label={t('restore.safety')}
            description={t('restore.safetyWhat')}
            checked={draft.safetyBackup}
            onChange={(event) => onChange({ safetyBackup: event.currentTarget.checked })}
          />
          <ConfirmName expected={preview.branch} value={typed} onChange={setTyped} />
        </>
      )}
      {begin.error && <ProblemNotice error={begin.error} />}
      <div>
        <Button
          type="submit"
          color={preview.branch_type === 'production' ? 'red' : undefined}
          disabled={!confirmed}
          loading={begin.isPending}
        >
          {preview.replaces
            ? t('restore.replace', { branch: preview.branch })
            : t('restore.into', { branch: preview.branch })}
        </Button>
      </div>
    </form>
  );
}
