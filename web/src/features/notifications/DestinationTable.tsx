import { Button, Group, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, take } from '@/api/client';
import type { NotificationDestination, Project } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Dialog } from '@/ui/Dialog';
import { toast, toastProblem } from '@/ui/toast';
import { TestDestination } from './TestDestination';
import { eventKey } from './events';

interface Props {
  project: Project;
  destinations: NotificationDestination[];
  onEdit: (destination: NotificationDestination) => void;
}

// "Mail to ada@example.com", or the name that somebody gave it.
export function useDestinationName() {
  const t = useTranslate();
  return (destination: NotificationDestination): string => {
    if (destination.name !== '') return destination.name;
    if (destination.kind === 'webhook') return t('notify.hookAt', { host: new URL(destination.url).host });
    const [first = '', ...others] = destination.addresses;
    return others.length === 0
      ? t('notify.mailTo', { address: first })
      : t('notify.mailToMany', { address: first, count: others.length });
  };
}

export function DestinationTable({ project, destinations, onEdit }: Props) {
  const t = useTranslate();
  const nameOf = useDestinationName();
  const refresh = useProjectRefresh(project.name);
  const [testing, setTesting] = useState<NotificationDestination | null>(null);
  const path = { project: project.name };
  const toggle = useMutation({
    mutationFn: ({ id, enabled }: NotificationDestination) =>
      take(
        api.PATCH('/projects/{project}/notifications/{id}', {
          params: { path: { ...path, id } },
          body: { enabled: !enabled },
        }),
      ),
    onSuccess: () => refresh(),
    onError: toastProblem,
  });
  const remove = useMutation({
    mutationFn: ({ id }: NotificationDestination) =>
      done(api.DELETE('/projects/{project}/notifications/{id}', { params: { path: { ...path, id } } })),
    onSuccess: (_, destination) => {
      toast(t('notify.deleted', { name: nameOf(destination) }));
      return refresh();
    },
    onError: toastProblem,
  });
  return (
    <>
      <DataTable<NotificationDestination>
        label={t('notify.destinations')}
        rows={destinations}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'where',
            header: t('notify.where'),
            card: 'title',
            cell: (destination) => (
              <>
                <strong>{nameOf(destination)}</strong>
                <div className="dimmed small">
                  {destination.kind === 'email'
                    ? destination.addresses.join(', ')
                    : new URL(destination.url).host}
                </div>
              </>
            ),
          },
          {
            id: 'events',
            header: t('notify.events'),
            card: 'wide',
            cell: ({ events }) => events.map((event) => t(eventKey(event))).join(' · '),
          },
          {
            id: 'enabled',
            header: t('schedule.enabled'),
            card: 'corner',
            cell: (destination) => (
              <Switch
                aria-label={t('schedule.enabledNamed', { what: nameOf(destination) })}
                checked={destination.enabled}
                disabled={toggle.isPending}
                onChange={() => toggle.mutate(destination)}
              />
            ),
          },
          {
            id: 'actions',
            header: '',
            align: 'end',
            card: 'wide',
            cell: (destination) => (
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('notify.testNamed', { name: nameOf(destination) })}
                  onClick={() => setTesting(destination)}
                >
                  {t('notify.test')}
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('notify.editNamed', { name: nameOf(destination) })}
                  onClick={() => onEdit(destination)}
                >
                  {t('action.edit')}
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('notify.deleteNamed', { name: nameOf(destination) })}
                  loading={remove.isPending && remove.variables === destination}
                  onClick={() => remove.mutate(destination)}
                >
                  {t('action.delete')}
                </Button>
              </Group>
            ),
          },
        ]}
      />
      <Dialog opened={testing !== null} onClose={() => setTesting(null)} title={t('notify.testTitle')}>
        {testing !== null && (
          <TestDestination project={project.name} destination={testing} onDone={() => setTesting(null)} />
        )}
      </Dialog>
    </>
  );
}
