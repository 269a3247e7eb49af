import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { usePlatformZone, useSession } from '@/api/session';
import { isRestorable } from '@/features/backups/words';
import { formatBytes } from '@/format/quantity';
import { formatTime } from '@/format/time';
import { useLocale, useTranslate } from '@/i18n/locale';
import classes from './Import.module.css';

interface Props {
  // Into which it is imported.
  target: string;
  project: string;
  backup: string;
  onChange: (project: string, backup: string) => void;
}

const mostBackups = 100;

export function BackupSource({ target, project, backup, onChange }: Props) {
  return (
    <div className={classes.fields}>
      <ProjectField target={target} value={project} onChange={(next) => onChange(next, '')} />
      {project !== '' && (
        <BackupField
          key={project}
          project={project}
          value={backup}
          onChange={(next) => onChange(project, next)}
        />
      )}
    </div>
  );
}

interface ProjectProps {
  target: string;
  value: string;
  onChange: (project: string) => void;
}

function ProjectField({ target, value, onChange }: ProjectProps) {
  const t = useTranslate();
  const { account, memberships } = useSession();
  const [typed, setTyped] = useState(value);
  const [search] = useDebouncedValue(typed.trim(), 250);
  const query = { limit: 20, ...(search === '' ? {} : { search }) };
  // Operators look for it among all; others have a few.
  const projects = useQuery({
    queryKey: [...keys.fleet, 'names', query],
    queryFn: ({ signal }) => take(api.GET('/projects', { params: { query }, signal })),
    enabled: account.operator,
    placeholderData: keepPreviousData,
  });
  const found = account.operator
    ? (projects.data?.items ?? []).map(({ name }) => name)
    : memberships.filter(({ role }) => role === 'admin').map((member) => member.project);
  const others = found.filter((name) => name !== target);
  return (
    <Select
      label={t('source.chooseProject')}
      searchable
      spellCheck={false}
      autoCapitalize="none"
      nothingFoundMessage={projects.isFetching ? t('state.loading') : t('source.noProject')}
      error={projects.error?.message}
      data={value === '' || others.includes(value) ? others : [value, ...others]}
      // For operators the server has searched already.
      filter={account.operator ? ({ options }) => options : undefined}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
      onSearchChange={setTyped}
    />
  );
}

interface BackupProps {
  project: string;
  value: string;
  onChange: (backup: string) => void;
}

function BackupField({ project, value, onChange }: BackupProps) {
  const { t, locale } = useLocale();
  const zone = usePlatformZone();
  const query = { limit: mostBackups };
  const backups = useQuery({
    queryKey: keys.of(project, 'backups', query),
    queryFn: ({ signal }) =>
      take(api.GET('/projects/{project}/backups', { params: { path: { project }, query }, signal })),
  });
  const options = (backups.data?.items ?? []).filter(isRestorable).map((backup) => ({
    value: backup.id,
    label: [
      formatTime(backup.point_in_time ?? backup.started_at, 'short', locale, zone),
      backup.branch,
      ...(backup.source_bytes === undefined ? [] : [formatBytes(backup.source_bytes, locale)]),
      ...(backup.note === '' ? [] : [backup.note]),
    ].join(' · '),
  }));
  const none = backups.data !== undefined && options.length === 0;
  return (
    <Select
      label={t('source.chooseBackup')}
      description={
        (backups.data?.next ?? '') === '' ? undefined : t('source.newestOnly', { count: mostBackups })
      }
      searchable
      disabled={backups.data === undefined || none}
      nothingFoundMessage={t('backups.noMatch')}
      error={none ? t('source.noBackup') : backups.error?.message}
      data={options}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}
