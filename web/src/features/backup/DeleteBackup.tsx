import { Button, Checkbox, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import type { Backup } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { Time } from '@/ui/Time';
import { toast } from '@/ui/toast';

export function DeleteBackup({ backup, onDone }: { backup: Backup; onDone: () => void }) {
  const t = useTranslate();
  const navigate = useNavigate();
  const refresh = useProjectRefresh(backup.project);
  const [sure, setSure] = useState(false);
  const remove = useMutation({
    mutationFn: () =>
      take(
        api.DELETE('/projects/{project}/backups/{id}', {
          params: { path: { project: backup.project, id: backup.id }, query: { confirm: backup.id } },
        }),
      ),
    onSuccess: () => {
      toast(t('deleteBackup.begun'));
      void refresh();
      onDone();
      navigate(`/projects/${backup.project}`);
    },
  });
  return (
    <Stack>
      <p>
        {t('deleteBackup.what', { branch: backup.branch })}{' '}
        <strong>
          <Time at={backup.point_in_time ?? backup.started_at} style="full" />
        </strong>
      </p>
      <p>{t('deleteBackup.noWayBack')}</p>
      {remove.error && <ProblemNotice error={remove.error} />}
      <Checkbox
        label={t('deleteBackup.sure')}
        checked={sure}
        onChange={(event) => setSure(event.currentTarget.checked)}
      />
      <Button color="red" disabled={!sure} loading={remove.isPending} onClick={() => remove.mutate()}>
        {t('deleteBackup.title')}
      </Button>
    </Stack>
  );
}
