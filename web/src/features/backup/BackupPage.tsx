import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Backup } from '@/api/types';
import { isRestorable } from '@/features/backups/words';
import { LiveJobCard } from '@/features/jobs/LiveJobCard';
import { mayAdminister, useProject, useProjectRefresh } from '@/features/project/useProject';
import { formatTime } from '@/format/time';
import { usePlatformZone } from '@/api/session';
import { useLocale } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { BackupActions } from './BackupActions';
import { CopiesTable } from './CopiesTable';
import { DifferenceTables } from './DifferenceTables';
import { BackupLog } from './BackupLog';
import { BackupSummary } from './BackupSummary';
import { ContentTables } from './ContentTables';
import classes from './Backup.module.css';
import { Files } from './Files';

export function BackupPage() {
  const { id = '' } = useParams();
  const project = useProject();
  const backup = useQuery({
    queryKey: keys.of(project.name, 'backup', id),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}', {
          params: { path: { project: project.name, id } },
          signal,
        }),
      ),
  });
  return (
    <Loaded query={backup} rows={6}>
      {(data) => <OneBackup backup={data} />}
    </Loaded>
  );
}

function OneBackup({ backup }: { backup: Backup }) {
  const { t, locale } = useLocale();
  const zone = usePlatformZone();
  const project = useProject();
  const refresh = useProjectRefresh(project.name);
  const admin = mayAdminister(project);
  const [search, setSearch] = useSearchParams();
  const hasContents = admin && isRestorable(backup);
  const tabs = [
    'copies',
    ...(hasContents ? ['tables', 'files', 'difference'] : []),
    ...(backup.job ? ['log'] : []),
  ];
  const tab = tabs.find((each) => each === search.get('tab')) ?? (hasContents ? 'tables' : 'copies');
  const show = (value: string | null) => setSearch(value === null ? {} : { tab: value }, { replace: true });
  const title = t('backup.title', {
    branch: backup.branch,
    time: formatTime(backup.point_in_time ?? backup.started_at, 'short', locale, zone),
  });
  return (
    <Page title={title} level={2} actions={admin ? <BackupActions backup={backup} /> : undefined}>
      {backup.state === 'running' && backup.job && (
        <LiveJobCard id={backup.job} project={project.name} mayCancel={admin} onOver={() => void refresh()} />
      )}
      <BackupSummary backup={backup} />
      <Section flush>
        <Tabs value={tab} onChange={show} keepMounted={false}>
          <Tabs.List className={classes.tabs}>
            {hasContents && <Tabs.Tab value="tables">{t('contents.tables')}</Tabs.Tab>}
            {hasContents && <Tabs.Tab value="files">{t('contents.files')}</Tabs.Tab>}
            {hasContents && <Tabs.Tab value="difference">{t('difference.title')}</Tabs.Tab>}
            <Tabs.Tab value="copies">{t('backups.copies')}</Tabs.Tab>
            {backup.job && <Tabs.Tab value="log">{t('log.title')}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="tables">
            <ContentTables project={project.name} id={backup.id} />
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <Files project={project.name} backup={backup} />
          </Tabs.Panel>
          <Tabs.Panel value="difference">
            <DifferenceTables project={project.name} id={backup.id} />
          </Tabs.Panel>
          <Tabs.Panel value="copies">
            <CopiesTable copies={backup.copies} />
          </Tabs.Panel>
          <Tabs.Panel value="log">{backup.job && <BackupLog job={backup.job} />}</Tabs.Panel>
        </Tabs>
      </Section>
    </Page>
  );
}
