import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { Branch, Project } from '@/api/types';
import { mayAdminister, mayOperate } from '@/features/project/useProject';
import { UndoDialog } from '@/features/restores/UndoDialog';
import { BackupStatus } from '@/features/status/BackupStatus';
import { BranchTypeLabel } from '@/features/status/BranchTypeLabel';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Time } from '@/ui/Time';
import { IconBack, IconDots, IconPencil, IconRefresh, IconTrash } from '@/ui/icons';
import classes from './Branches.module.css';
import { DeleteBranch } from './DeleteBranch';
import { RefreshDialog } from './RefreshDialog';

interface Props {
  project: Project;
  branches: Branch[];
  onEdit: (branch: Branch) => void;
}

export function BranchTable({ project, branches, onEdit }: Props) {
  const t = useTranslate();
  const admin = mayAdminister(project);
  const operator = mayOperate(project);
  const [open, setOpen] = useState<{ what: 'undo' | 'refresh' | 'delete'; branch: Branch } | null>(null);
  const close = () => setOpen(null);
  const columns: Column<Branch>[] = [
    {
      id: 'name',
      header: t('backups.branch'),
      card: 'title',
      cell: (branch) => (
        <span className={classes.name}>
          <Link to={`/projects/${project.name}?branch=${branch.name}`}>{branch.name}</Link>
          <BranchTypeLabel type={branch.type} />
        </span>
      ),
    },
    {
      id: 'database',
      header: t('branches.database'),
      card: 'wide',
      cell: (branch) => (
        <>
          <div>{branch.database}</div>
          {branch.filestore && <div className="dimmed small mono">{branch.filestore}</div>}
          {!branch.has_filestore && <div className="dimmed small">{t('branches.noFilestore')}</div>}
        </>
      ),
    },
    { id: 'version', header: 'Odoo', cell: (branch) => branch.odoo_version || '–' },
    {
      id: 'last',
      header: t('branches.lastBackup'),
      cell: (branch) =>
        branch.last_backup ? (
          <>
            <BackupStatus state={branch.last_backup.state} />{' '}
            <Time at={branch.last_backup.point_in_time ?? branch.last_backup.started_at} style="relative" />
          </>
        ) : (
          t('state.never')
        ),
    },
  ];
  if (admin) {
    columns.push({
      id: 'actions',
      header: '',
      align: 'end',
      card: 'corner',
      cell: (branch) => {
        const others = branches.length > 1 && branch.type !== 'production';
        if (!operator && !others && !branch.can_undo) return null;
        return (
          <Menu width={230}>
            <Menu.Target>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={t('branches.actions', { name: branch.name })}
              >
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {others && (
                <Menu.Item
                  leftSection={<IconRefresh size={16} />}
                  onClick={() => setOpen({ what: 'refresh', branch })}
                >
                  {t('refresh.title')}
                </Menu.Item>
              )}
              {branch.can_undo && (
                <Menu.Item
                  leftSection={<IconBack size={16} />}
                  onClick={() => setOpen({ what: 'undo', branch })}
                >
                  {t('undo.title')}
                </Menu.Item>
              )}
              {operator && (
                <>
                  <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onEdit(branch)}>
                    {t('action.edit')}
                  </Menu.Item>
                  <Menu.Item
                    className="danger"
                    leftSection={<IconTrash size={16} />}
                    onClick={() => setOpen({ what: 'delete', branch })}
                  >
                    {t('branches.forget')}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        );
      },
    });
  }
  return (
    <>
      <DataTable
        label={t('tab.branches')}
        columns={columns}
        rows={branches}
        rowKey={(branch) => branch.name}
      />
      <UndoDialog
        project={project.name}
        branch={open?.branch.name ?? ''}
        opened={open?.what === 'undo'}
        onClose={close}
      />
      <RefreshDialog
        project={project}
        branches={branches}
        target={open?.what === 'refresh' ? open.branch : null}
        onClose={close}
      />
      <DeleteBranch
        project={project.name}
        branch={open?.what === 'delete' ? open.branch : null}
        onClose={close}
      />
    </>
  );
}
