import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import type { Project } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

export function PauseForm({ project }: { project: Project }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project.name);
  const [reason, setReason] = useState('');
  const change = useMutation({
    mutationFn: (body: { paused: boolean; paused_reason: string }) =>
      take(api.PATCH('/projects/{project}', { params: { path: { project: project.name } }, body })),
    onSuccess: (changed) => {
      toast(changed.paused ? t('settings.paused') : t('settings.resumed'));
      void refresh();
    },
  });
  if (project.paused) {
    return (
      <Stack>
        <Notice tone="warn" title={t('schedule.paused')}>
          {project.paused_reason && <p>{project.paused_reason}</p>}
        </Notice>
        {change.error && <ProblemNotice error={change.error} />}
        <div>
          <Button
            loading={change.isPending}
            onClick={() => change.mutate({ paused: false, paused_reason: '' })}
          >
            {t('settings.resume')}
          </Button>
        </div>
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ paused: true, paused_reason: reason.trim() });
      }}
    >
      <Stack>
        {change.error && <ProblemNotice error={change.error} />}
        <TextInput
          label={t('settings.pauseReason')}
          placeholder={t('settings.pauseExample')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default" loading={change.isPending} disabled={reason.trim() === ''}>
            {t('settings.pauseSubmit')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
