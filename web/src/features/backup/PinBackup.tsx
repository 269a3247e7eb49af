import { Button, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import type { Backup } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

export function PinBackup({ backup, onDone }: { backup: Backup; onDone: () => void }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(backup.project);
  const [reason, setReason] = useState('');
  const pin = useMutation({
    mutationFn: () =>
      take(
        api.PUT('/projects/{project}/backups/{id}/pin', {
          params: { path: { project: backup.project, id: backup.id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: () => {
      toast(t('pin.done'));
      void refresh();
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        pin.mutate();
      }}
    >
      <Stack>
        <p>{t('pin.what')}</p>
        {pin.error && <ProblemNotice error={pin.error} />}
        <Textarea
          label={t('pin.reason')}
          description={t('pin.reasonHint')}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" loading={pin.isPending} disabled={reason.trim() === ''}>
          {t('pin.pin')}
        </Button>
      </Stack>
    </form>
  );
}
