import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Backup } from '@/api/types';
import { isRestorable, madeBy } from '@/features/backups/words';
import { BackupStatus, KindLabel } from '@/features/status/BackupStatus';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { IconArchive } from '@/ui/icons';
import { Time } from '@/ui/Time';
import { Choice, Choices } from '@/ui/Choice';
import { Step } from './Step';

interface Props {
  project: string;
  chosen: string;
  onChoose: (id: string) => void;
}

export function BackupStep({ project, chosen, onChoose }: Props) {
  const { t } = useLocale();
  const change = chosen !== '' && (
    <Button variant="subtle" size="xs" onClick={() => onChoose('')}>
      {t('restore.otherBackup')}
    </Button>
  );
  return (
    <Step number={1} title={t('restore.which')} action={change}>
      {chosen === '' ? (
        <Newest project={project} onChoose={onChoose} />
      ) : (
        <ChosenBackup project={project} id={chosen} />
      )}
    </Step>
  );
}

function ChosenBackup({ project, id }: { project: string; id: string }) {
  const { t } = useLocale();
  const backup = useQuery({
    queryKey: keys.of(project, 'backup', id),
    queryFn: ({ signal }) =>
      take(api.GET('/projects/{project}/backups/{id}', { params: { path: { project, id } }, signal })),
  });
  if (!backup.data && !backup.error) return <Skeleton height={44} />;
  return (
    <Loaded query={backup}>
      {(data) => (
        <>
          <p>
            <strong>
              <Time at={data.point_in_time ?? data.started_at} style="full" />
            </strong>
          </p>
          <p className="dimmed">
            <Story backup={data} />
          </p>
          {!isRestorable(data) && <p>{t('restore.notRestorable')}</p>}
        </>
      )}
    </Loaded>
  );
}

function Story({ backup }: { backup: Backup }) {
  const { t, locale } = useLocale();
  const size = backup.source_bytes === undefined ? '' : formatBytes(backup.source_bytes, locale);
  return (
    <>{[backup.branch, size, madeBy(backup, t), backup.note].filter((part) => part !== '').join(' · ')}</>
  );
}

function Newest({ project, onChoose }: { project: string; onChoose: (id: string) => void }) {
  const { t } = useLocale();
  const query = { limit: 12 };
  const backups = useQuery({
    queryKey: keys.of(project, 'backups', query),
    queryFn: ({ signal }) =>
      take(api.GET('/projects/{project}/backups', { params: { path: { project }, query }, signal })),
  });
  return (
    <Loaded query={backups}>
      {({ items }) => {
        const restorable = items.filter(isRestorable);
        if (restorable.length === 0) return <Empty icon={IconArchive} title={t('restore.noBackups')} />;
        return (
          <Choices legend={t('restore.which')}>
            {restorable.map((backup) => (
              <Choice
                key={backup.id}
                name="backup"
                checked={false}
                onChoose={() => onChoose(backup.id)}
                title={<Time at={backup.point_in_time ?? backup.started_at} />}
                text={<Story backup={backup} />}
                tag={
                  backup.state === 'good' ? (
                    <KindLabel kind={backup.kind} />
                  ) : (
                    <BackupStatus state={backup.state} />
                  )
                }
              />
            ))}
            <p className="small">
              <Link to={`/projects/${project}`}>{t('restore.olderBackups')}</Link>
            </p>
          </Choices>
        );
      }}
    </Loaded>
  );
}
