import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, done } from '@/api/client';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';
import { ConfirmName } from '@/ui/ConfirmName';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

export function DeleteProject({ project }: { project: string }) {
  const t = useTranslate();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () =>
      done(api.DELETE('/projects/{project}', { params: { path: { project }, query: { confirm: typed } } })),
    onSuccess: () => {
      navigate('/projects');
      client.removeQueries({ queryKey: keys.project(project) });
      void client.invalidateQueries({ queryKey: keys.fleet });
      toast(t('deleteProject.done', { name: project }));
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
        {remove.error && <ProblemNotice error={remove.error} />}
        <ConfirmName expected={project} value={typed} onChange={setTyped} />
        <div>
          <Button
            type="submit"
            color="red"
            variant="outline"
            disabled={typed !== project}
            loading={remove.isPending}
          >
            {t('deleteProject.submit')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
