import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import type { Backup } from '@/api/types';
import { isRestorable } from '@/features/backups/words';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { IconDots, IconDownload, IconPin, IconRestore, IconTrash } from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';
import { DeleteBackup } from './DeleteBackup';
import { PinBackup } from './PinBackup';

export function BackupActions({ backup }: { backup: Backup }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(backup.project);
  const [open, setOpen] = useState<'pin' | 'delete' | null>(null);
  const path = { project: backup.project, id: backup.id };
  const unpin = useMutation({
    mutationFn: () => take(api.DELETE('/projects/{project}/backups/{id}/pin', { params: { path } })),
    onSuccess: () => {
      toast(t('pin.removed'));
      void refresh();
    },
    onError: toastProblem,
  });
  if (backup.state === 'running' || backup.state === 'deleted') return null;
  const restorable = isRestorable(backup);
  return (
    <>
      <Menu width={220}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('action.more')} flex="none">
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {restorable && !backup.pin && (
            <Menu.Item leftSection={<IconPin size={16} />} onClick={() => setOpen('pin')}>
              {t('pin.pin')}
            </Menu.Item>
          )}
          {backup.pin && (
            <Menu.Item leftSection={<IconPin size={16} />} onClick={() => unpin.mutate()}>
              {t('pin.unpin')}
            </Menu.Item>
          )}
          <Menu.Item
            className="danger"
            leftSection={<IconTrash size={16} />}
            disabled={backup.pin !== undefined}
            onClick={() => setOpen('delete')}
          >
            {t('deleteBackup.title')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {restorable && (
        <Button
          component={Link}
          variant="default"
          to={`/projects/${backup.project}/backups/${backup.id}/download`}
          leftSection={<IconDownload size={18} />}
        >
          {t('download.fetch')}
        </Button>
      )}
      {restorable && (
        <Button
          component={Link}
          to={`/projects/${backup.project}/restore?backup=${backup.id}`}
          leftSection={<IconRestore size={18} />}
        >
          {t('backups.restore')}
        </Button>
      )}
      <Dialog opened={open === 'pin'} onClose={() => setOpen(null)} title={t('pin.pin')}>
        <PinBackup backup={backup} onDone={() => setOpen(null)} />
      </Dialog>
      <Dialog opened={open === 'delete'} onClose={() => setOpen(null)} title={t('deleteBackup.title')}>
        <DeleteBackup backup={backup} onDone={() => setOpen(null)} />
      </Dialog>
    </>
  );
}
