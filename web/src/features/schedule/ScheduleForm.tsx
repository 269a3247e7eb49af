import { Button, SegmentedControl, Select, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { Project, Schedule } from '@/api/types';
import { useBranches, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import { PlanFields } from './PlanFields';
import { cronOf, dailyAtOne, planOf } from './cron';

interface Props {
  project: Project;
  schedule: Schedule | 'new';
  onDone: () => void;
}

export function ScheduleForm({ project, schedule, onDone }: Props) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project.name);
  const branches = useBranches(project.name);
  const { keyFor } = useIdempotencyKey();
  const fresh = schedule === 'new';
  const form = useForm({
    initialValues: {
      what: !fresh && schedule.refresh_source ? 'refresh' : 'backup',
      branch: fresh ? '' : schedule.branch,
      source: fresh ? (project.production_branch ?? '') : (schedule.refresh_source ?? ''),
      ...(fresh ? dailyAtOne : planOf(schedule.cron)),
    },
    validate: {
      branch: (branch) => (branch === '' ? t('form.required') : null),
      custom: (custom, { rhythm }) =>
        rhythm === 'custom' && custom.trim() === '' ? t('form.required') : null,
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const refreshes = values.what === 'refresh';
      const body = {
        branch: values.branch,
        cron: cronOf(values),
        refresh_source: refreshes ? values.source : '',
      };
      const path = { project: project.name };
      return fresh
        ? take(
            api.POST('/projects/{project}/schedules', {
              params: { path, header: { 'Idempotency-Key': keyFor(body) } },
              body: {
                branch: body.branch,
                cron: body.cron,
                ...(refreshes ? { refresh_source: values.source } : {}),
              },
            }),
          )
        : take(
            api.PATCH('/projects/{project}/schedules/{id}', {
              params: { path: { ...path, id: schedule.id } },
              body,
            }),
          );
    },
    onSuccess: (saved) => {
      toast(t('schedule.saved', { words: saved.words }));
      void refresh();
      onDone();
    },
  });
  const refreshing = form.values.what === 'refresh';
  return (
    <Loaded query={branches}>
      {(items) => {
        const targets = refreshing ? items.filter((branch) => branch.type !== 'production') : items;
        const options = targets.map(({ name, type }) => ({
          value: name,
          label: `${name} (${t(`branchType.${type}`)})`,
        }));
        return (
          <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
            <Stack>
              {save.error && <ProblemNotice error={save.error} />}
              <SegmentedControl
                aria-label={t('schedule.what')}
                data={[
                  { value: 'backup', label: t('jobKind.backup') },
                  { value: 'refresh', label: t('schedule.refreshStaging') },
                ]}
                value={form.values.what}
                onChange={(what) => form.setValues({ what, branch: '' })}
              />
              {refreshing && <Notice tone="info" title={t('schedule.refreshWhat')} />}
              <Select
                label={refreshing ? t('schedule.refreshTarget') : t('backups.branch')}
                data={
                  refreshing
                    ? options
                    : [{ value: '*production', label: t('schedule.production') }, ...options]
                }
                {...form.getInputProps('branch')}
              />
              {refreshing && (
                <Select
                  label={t('schedule.refreshSource')}
                  data={items.map(({ name }) => name)}
                  {...form.getInputProps('source')}
                />
              )}
              <PlanFields form={form} />
              <Button type="submit" loading={save.isPending}>
                {t('action.save')}
              </Button>
            </Stack>
          </form>
        );
      }}
    </Loaded>
  );
}
