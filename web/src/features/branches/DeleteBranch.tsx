import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done } from '@/api/client';
import type { Branch } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { Dialog } from '@/ui/Dialog';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

interface Props {
  project: string;
  branch: Branch | null;
  onClose: () => void;
}

export function DeleteBranch({ project, branch, onClose }: Props) {
  const t = useTranslate();
  return (
    <Dialog opened={branch !== null} onClose={onClose} title={t('branches.forget')}>
      {branch && <DeleteForm project={project} branch={branch} onClose={onClose} />}
    </Dialog>
  );
}

function DeleteForm({ project, branch, onClose }: Props & { branch: Branch }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () =>
      done(
        api.DELETE('/projects/{project}/branches/{branch}', {
          params: { path: { project, branch: branch.name } },
        }),
      ),
    onSuccess: () => {
      toast(t('branches.forgotten', { name: branch.name }));
      void refresh();
      onClose();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate();
      }}
    >
      <Stack>
        <p>{t('branches.forgetWhat')}</p>
        {remove.error && <ProblemNotice error={remove.error} />}
        <ConfirmName expected={branch.name} value={typed} onChange={setTyped} />
        <Button type="submit" color="red" disabled={typed !== branch.name} loading={remove.isPending}>
          {t('branches.forget')}
        </Button>
      </Stack>
    </form>
  );
}
