import { ActionIcon, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { IconChecks, IconDots, IconRefresh } from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';

// What runs by itself every now and then, asked for now.
export function MaintenanceMenu({ project }: { project: string }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const path = { project };
  const run = useMutation({
    mutationFn: (what: 'verify' | 'read' | 'mend') =>
      what === 'mend'
        ? take(api.POST('/projects/{project}/mend', { params: { path } }))
        : take(
            api.POST('/projects/{project}/verify', {
              params: { path },
              body: { read_data: what === 'read' },
            }),
          ),
    onSuccess: () => {
      toast(t('maintenance.begun'));
      void refresh();
    },
    onError: toastProblem,
  });
  return (
    <Menu width={300}>
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={t('action.more')}
          loading={run.isPending}
          flex="none"
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconChecks size={16} />} onClick={() => run.mutate('verify')}>
          {t('maintenance.verify')}
        </Menu.Item>
        <Menu.Item leftSection={<IconChecks size={16} />} onClick={() => run.mutate('read')}>
          {t('maintenance.read')}
        </Menu.Item>
        <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => run.mutate('mend')}>
          {t('maintenance.mend')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
