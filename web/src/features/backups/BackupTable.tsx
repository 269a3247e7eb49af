import { ActionIcon, Button, Menu } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { Backup } from '@/api/types';
import { formatBytes, formatSeconds } from '@/format/quantity';
import { secondsBetween } from '@/format/time';
import { BackupStatus, KindLabel } from '@/features/status/BackupStatus';
import { Copies } from '@/features/status/Copies';
import { useLocale, useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Time } from '@/ui/Time';
import { IconDots, IconDownload, IconPin } from '@/ui/icons';
import classes from './BackupList.module.css';
import { isRestorable, madeBy, shortTier } from './words';

interface Props {
  project: string;
  backups: Backup[];
  mayRestore: boolean;
  busy: boolean;
}

export function BackupTable({ project, backups, mayRestore, busy }: Props) {
  const { t, locale } = useLocale();
  const columns: Column<Backup>[] = [
    {
      id: 'when',
      header: t('backups.when'),
      card: 'title',
      cell: (backup) => (
        <span className={classes.when}>
          <Link to={`/projects/${project}/backups/${backup.id}`}>
            <Time at={backup.point_in_time ?? backup.started_at} />
          </Link>
          <span className="dimmed small">{backup.branch}</span>
        </span>
      ),
    },
    {
      id: 'state',
      header: t('backups.state'),
      card: 'plain',
      cell: (backup) => (
        <span className={classes.pair}>
          <BackupStatus state={backup.state} />
          {backup.error && (
            <span className={`${classes.note ?? ''} small dimmed`}>{backup.error.message}</span>
          )}
        </span>
      ),
    },
    {
      id: 'who',
      header: t('backups.made'),
      cell: (backup) => (
        <span className={classes.pair}>
          <KindLabel kind={backup.kind} />
          <span className={`${classes.note ?? ''} small dimmed`} title={backup.note}>
            {[madeBy(backup, t), backup.note].filter((part) => part !== '').join(': ')}
          </span>
        </span>
      ),
    },
    {
      id: 'size',
      header: t('backups.sizeAdded'),
      align: 'end',
      cell: (backup) =>
        backup.source_bytes ? (
          <>
            <div className="nowrap">{formatBytes(backup.source_bytes, locale)}</div>
            <div className="nowrap small dimmed">+{formatBytes(backup.added_bytes ?? 0, locale)}</div>
          </>
        ) : (
          '–'
        ),
    },
    {
      id: 'duration',
      header: t('backups.duration'),
      align: 'end',
      card: 'hidden',
      cell: (backup) => (
        <span className="nowrap">
          {backup.finished_at
            ? formatSeconds(secondsBetween(backup.started_at, backup.finished_at), locale)
            : '–'}
        </span>
      ),
    },
    { id: 'copies', header: t('backups.copies'), cell: (backup) => <Copies copies={backup.copies} /> },
    { id: 'kept', header: t('backups.kept'), cell: (backup) => <Kept backup={backup} /> },
    {
      id: 'restore',
      header: '',
      align: 'end',
      // On a phone it is at hand at the bottom of the screen.
      card: 'hidden',
      cell: (backup) =>
        mayRestore && isRestorable(backup) && <RowActions project={project} backup={backup} />,
    },
  ];
  return (
    <DataTable
      label={t('tab.backups')}
      columns={mayRestore ? columns : columns.slice(0, -1)}
      rows={backups}
      rowKey={(backup) => backup.id}
      busy={busy}
    />
  );
}

function RowActions({ project, backup }: { project: string; backup: Backup }) {
  const t = useTranslate();
  return (
    <span className={classes.rowActions}>
      <Button
        component={Link}
        to={`/projects/${project}/restore?backup=${backup.id}`}
        variant="default"
        size="xs"
        aria-label={t('backups.restoreThis', { id: backup.id })}
      >
        {t('backups.restore')}
      </Button>
      <Menu>
        <Menu.Target>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={t('download.rowMenu', { id: backup.id })}
            flex="none"
          >
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            to={`/projects/${project}/backups/${backup.id}/download`}
            leftSection={<IconDownload size={16} />}
          >
            {t('download.open')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

// Until when, and why: the tiers that hold it, or the hand that pinned it.
export function Kept({ backup }: { backup: Backup }) {
  const { t, locale } = useLocale();
  if (!isRestorable(backup)) return <span className="dimmed">–</span>;
  return (
    <span className={classes.pair}>
      {backup.pin ? (
        <span className="nowrap">
          <IconPin size={14} aria-hidden="true" /> {t('backups.pinned')}
        </span>
      ) : (
        <Time at={backup.kept_until} style="date" missing={t('backups.keptForGood')} />
      )}
      {backup.tiers && backup.tiers.length > 0 && (
        <span className={`${classes.tiers ?? ''} small dimmed`}>
          {backup.tiers.map((tier) => shortTier(tier, t, locale)).join(', ')}
        </span>
      )}
    </span>
  );
}
