import { Button, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import type { Project } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import classes from './Settings.module.css';

export function GeneralForm({ project }: { project: Project }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project.name);
  const form = useForm({ initialValues: { title: project.title, objective_hours: project.objective_hours } });
  const save = useMutation({
    mutationFn: (body: typeof form.values) =>
      take(api.PATCH('/projects/{project}', { params: { path: { project: project.name } }, body })),
    onSuccess: () => {
      toast(t('profile.saved'));
      void refresh();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        {save.error && <ProblemNotice error={save.error} />}
        <TextInput label={t('newProject.projectTitle')} {...form.getInputProps('title')} />
        <NumberInput
          label={t('settings.objective')}
          description={t('settings.objectiveHint')}
          min={1}
          max={720}
          allowDecimal={false}
          suffix=" h"
          classNames={{ wrapper: classes.hours }}
          {...form.getInputProps('objective_hours')}
        />
        <div>
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
