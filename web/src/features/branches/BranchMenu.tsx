import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import type { Branch } from '@/api/types';
import { useBranch } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { IconBack, IconDots, IconPencil, IconRefresh, IconTrash } from '@/ui/icons';

export type BranchAction = 'undo' | 'refresh' | 'edit' | 'delete';

interface Props {
  branch: Branch;
  mayRefresh: boolean;
  operator: boolean;
  onChoose: (action: BranchAction) => void;
}

// What can be done with a branch. Whether a restore of it can be undone is known to its database server
// alone, which is asked once the menu is opened.
export function BranchMenu({ branch, mayRefresh, operator, onChoose }: Props) {
  const t = useTranslate();
  const [opened, setOpened] = useState(false);
  const asked = useBranch(branch.project, branch.name, opened);
  const canUndo = asked.data?.can_undo === true;
  return (
    <Menu width={230} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('branches.actions', { name: branch.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayRefresh && (
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => onChoose('refresh')}>
            {t('refresh.title')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconBack size={16} />}
          disabled={!canUndo}
          aria-disabled={!canUndo}
          onClick={() => onChoose('undo')}
        >
          {asked.isLoading || canUndo ? t('undo.title') : t('undo.nothing')}
        </Menu.Item>
        {operator && (
          <>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onChoose('edit')}>
              {t('action.edit')}
            </Menu.Item>
            <Menu.Item
              className="danger"
              leftSection={<IconTrash size={16} />}
              onClick={() => onChoose('delete')}
            >
              {t('branches.forget')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
