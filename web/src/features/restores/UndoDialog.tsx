import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { Dialog } from '@/ui/Dialog';
import { ProblemNotice } from '@/ui/Notice';

interface Props {
  project: string;
  branch: string;
  opened: boolean;
  onClose: () => void;
}

export function UndoDialog({ project, branch, opened, onClose }: Props) {
  const t = useTranslate();
  const navigate = useNavigate();
  const refresh = useProjectRefresh(project);
  const [typed, setTyped] = useState('');
  const undo = useMutation({
    mutationFn: () =>
      take(
        api.POST('/projects/{project}/branches/{branch}/undo', {
          params: { path: { project, branch } },
          body: { confirm: typed },
        }),
      ),
    onSuccess: (job) => {
      setTyped('');
      onClose();
      void refresh();
      navigate(`/projects/${project}/jobs/${job.id}`);
    },
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={t('undo.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          undo.mutate();
        }}
      >
        <Stack>
          <p>{t('undo.what', { branch })}</p>
          {undo.error && <ProblemNotice error={undo.error} />}
          <ConfirmName expected={branch} value={typed} onChange={setTyped} />
          <Button type="submit" disabled={typed !== branch} loading={undo.isPending}>
            {t('undo.title')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  );
}
