import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useMeta } from '@/api/session';
import type { Schedule } from '@/api/types';
import { mayAdminister, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { IconCalendar, IconPlus } from '@/ui/icons';
import { ScheduleForm } from './ScheduleForm';
import { ScheduleTable } from './ScheduleTable';

export function SchedulePage() {
  const t = useTranslate();
  const meta = useMeta();
  const project = useProject();
  const admin = mayAdminister(project);
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null);
  const schedules = useQuery({
    queryKey: keys.of(project.name, 'schedules'),
    queryFn: async ({ signal }) => {
      const { items } = await take(
        api.GET('/projects/{project}/schedules', { params: { path: { project: project.name } }, signal }),
      );
      return items;
    },
  });
  const close = () => setEditing(null);
  const add = admin && (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing('new')}>
      {t('schedule.new')}
    </Button>
  );
  return (
    <Page
      title={t('tab.schedule')}
      lead={meta && t('schedule.lead', { zone: meta.platform_time_zone })}
      level={2}
      actions={add || undefined}
    >
      {project.paused && (
        <Notice tone="warn" title={t('schedule.paused')}>
          {project.paused_reason && <p>{project.paused_reason}</p>}
        </Notice>
      )}
      <Section flush>
        <Loaded query={schedules}>
          {(items) =>
            items.length === 0 ? (
              <Empty icon={IconCalendar} title={t('schedule.empty')}>
                {t('schedule.emptyWhy')}
              </Empty>
            ) : (
              <ScheduleTable project={project} schedules={items} onEdit={setEditing} />
            )
          }
        </Loaded>
      </Section>
      <Dialog
        opened={editing !== null}
        onClose={close}
        title={editing === 'new' ? t('schedule.new') : t('schedule.edit')}
      >
        {editing !== null && <ScheduleForm project={project} schedule={editing} onDone={close} />}
      </Dialog>
    </Page>
  );
}
