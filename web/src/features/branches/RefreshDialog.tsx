import { Button, Checkbox, Select, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { Branch, Project } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { Dialog } from '@/ui/Dialog';
import { ProblemNotice } from '@/ui/Notice';

interface Props {
  project: Project;
  branches: Branch[];
  target: Branch | null;
  onClose: () => void;
}

export function RefreshDialog({ project, branches, target, onClose }: Props) {
  const t = useTranslate();
  return (
    <Dialog opened={target !== null} onClose={onClose} title={t('refresh.title')}>
      {target && <RefreshForm project={project} branches={branches} target={target} onClose={onClose} />}
    </Dialog>
  );
}

function RefreshForm({ project, branches, target, onClose }: Props & { target: Branch }) {
  const t = useTranslate();
  const navigate = useNavigate();
  const refresh = useProjectRefresh(project.name);
  const { keyFor } = useIdempotencyKey();
  const sources = branches.filter((branch) => branch.name !== target.name).map(({ name }) => name);
  const [source, setSource] = useState(project.production_branch || (sources[0] ?? ''));
  const [fresh, setFresh] = useState(false);
  const [typed, setTyped] = useState('');
  const begin = useMutation({
    mutationFn: () => {
      const body = { source, fresh, confirm: typed };
      return take(
        api.POST('/projects/{project}/branches/{branch}/refresh', {
          params: {
            path: { project: project.name, branch: target.name },
            header: { 'Idempotency-Key': keyFor(body) },
          },
          body,
        }),
      );
    },
    onSuccess: (job) => {
      onClose();
      void refresh();
      navigate(`/projects/${project.name}/jobs/${job.id}`);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <Stack>
        <p>{t('refresh.what', { branch: target.name })}</p>
        {begin.error && <ProblemNotice error={begin.error} />}
        <Select
          label={t('schedule.refreshSource')}
          data={sources}
          value={source}
          onChange={(value) => setSource(value ?? '')}
        />
        <Checkbox
          label={t('refresh.fresh')}
          description={t('refresh.freshWhat')}
          checked={fresh}
          onChange={(event) => setFresh(event.currentTarget.checked)}
        />
        <ConfirmName expected={target.name} value={typed} onChange={setTyped} />
        <Button type="submit" disabled={typed !== target.name || source === ''} loading={begin.isPending}>
          {t('refresh.submit', { branch: target.name })}
        </Button>
      </Stack>
    </form>
  );
}
