import { Button, Group, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, done, take } from '@/api/client';
import type { Project, Schedule } from '@/api/types';
import { mayAdminister, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconCheck, IconPause } from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';

interface Props {
  project: Project;
  schedules: Schedule[];
  onEdit: (schedule: Schedule) => void;
}

export function ScheduleTable({ project, schedules, onEdit }: Props) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project.name);
  const admin = mayAdminister(project);
  const toggle = useMutation({
    mutationFn: ({ id, enabled }: Schedule) =>
      take(
        api.PATCH('/projects/{project}/schedules/{id}', {
          params: { path: { project: project.name, id } },
          body: { enabled: !enabled },
        }),
      ),
    onSuccess: () => refresh(),
    onError: toastProblem,
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      done(
        api.DELETE('/projects/{project}/schedules/{id}', { params: { path: { project: project.name, id } } }),
      ),
    onSuccess: () => {
      toast(t('schedule.deleted'));
      return refresh();
    },
    onError: toastProblem,
  });
  const what = (schedule: Schedule) => {
    const branch = schedule.branch === '*production' ? t('schedule.production') : schedule.branch;
    return schedule.refresh_source
      ? t('schedule.refreshes', { branch, source: schedule.refresh_source })
      : t('schedule.backsUp', { branch });
  };
  const columns: Column<Schedule>[] = [
    {
      id: 'what',
      header: t('schedule.what'),
      card: 'title',
      cell: (schedule) => <strong>{what(schedule)}</strong>,
    },
    {
      id: 'when',
      header: t('schedule.when'),
      cell: (schedule) => (
        <>
          {schedule.words}
          <div className="dimmed small mono nowrap">{schedule.cron}</div>
        </>
      ),
    },
    {
      id: 'next',
      header: t('banner.next'),
      cell: (schedule) => <Time at={schedule.enabled ? schedule.next_run_at : null} />,
    },
    {
      id: 'enabled',
      header: t('schedule.enabled'),
      card: 'corner',
      cell: (schedule) =>
        admin ? (
          <Switch
            aria-label={t('schedule.enabledNamed', { what: what(schedule) })}
            checked={schedule.enabled}
            disabled={toggle.isPending}
            onChange={() => toggle.mutate(schedule)}
          />
        ) : schedule.enabled ? (
          <Status tone="good" icon={IconCheck} word={t('state.yes')} quiet />
        ) : (
          <Status tone="idle" icon={IconPause} word={t('state.no')} quiet />
        ),
    },
  ];
  if (admin) {
    columns.push({
      id: 'actions',
      header: '',
      align: 'end',
      card: 'wide',
      cell: (schedule) => (
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button variant="default" size="xs" onClick={() => onEdit(schedule)}>
            {t('action.edit')}
          </Button>
          <Button
            variant="default"
            size="xs"
            loading={remove.isPending && remove.variables === schedule.id}
            onClick={() => remove.mutate(schedule.id)}
          >
            {t('action.delete')}
          </Button>
        </Group>
      ),
    });
  }
  return (
    <DataTable
      label={t('tab.schedule')}
      columns={columns}
      rows={schedules}
      rowKey={(schedule) => schedule.id}
    />
  );
}
