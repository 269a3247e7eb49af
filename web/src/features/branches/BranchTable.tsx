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
import { BranchMenu } from './BranchMenu';
import type { BranchAction } from './BranchMenu';
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
  const [open, setOpen] = useState<{ what: BranchAction; branch: Branch } | null>(null);
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
      cell: (branch) => (
        <BranchMenu
          branch={branch}
          mayRefresh={branches.length > 1 && branch.type !== 'production'}
          operator={operator}
          onChoose={(what) => (what === 'edit' ? onEdit(branch) : setOpen({ what, branch }))}
        />
      ),
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
