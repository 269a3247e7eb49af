import { useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Backup } from '@/api/types';
import { formatBytes, formatCount } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Facts } from '@/ui/Facts';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import classes from './Backup.module.css';
import { FileTypes } from './FileTypes';

// The filestore, what was missing there, and the modules that the database had installed.
export function Files({ project, backup }: { project: string; backup: Backup }) {
  const { t, locale } = useLocale();
  const query = { limit: 1 };
  const contents = useQuery({
    queryKey: keys.of(project, 'contents', backup.id, query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}/contents', {
          params: { path: { project, id: backup.id }, query },
          signal,
        }),
      ),
    staleTime: Infinity,
  });
  return (
    <Loaded query={contents}>
      {({ files, file_types, missing, modules, sequences, large_objects, database_size_bytes }) => (
        <>
          <div className={classes.panel}>
            {!files.captured && (
              <Notice tone="warn" title={t('files.none')}>
                <p>{t('files.noneWhy')}</p>
              </Notice>
            )}
            <Facts
              facts={[
                { label: t('contents.files'), value: formatCount(files.count, locale) },
                { label: t('files.bytes'), value: formatBytes(files.bytes, locale) },
                {
                  label: t('files.missing'),
                  value: formatCount(backup.missing_file_count ?? missing.length, locale),
                },
                database_size_bytes === undefined
                  ? null
                  : { label: t('files.database'), value: formatBytes(database_size_bytes, locale) },
                sequences === undefined
                  ? null
                  : { label: t('files.sequences'), value: formatCount(sequences, locale) },
                large_objects === undefined
                  ? null
                  : { label: t('files.largeObjects'), value: formatCount(large_objects, locale) },
              ]}
            />
          </div>
          {files.captured && <FileTypes types={file_types} bytes={files.bytes} />}
          {missing.length > 0 && (
            <>
              <h3 className={classes.heading}>{t('files.missingTitle')}</h3>
              <DataTable
                label={t('files.missingTitle')}
                rows={missing}
                rowKey={(file) => file.name}
                columns={[
                  {
                    id: 'name',
                    header: t('files.file'),
                    card: 'wide',
                    cell: (file) => <code>{file.name}</code>,
                  },
                  {
                    id: 'attachments',
                    header: t('files.attachments'),
                    card: 'wide',
                    cell: (file) => (file.attachments ?? []).join(', ') || '–',
                  },
                ]}
              />
            </>
          )}
          {modules.length > 0 && (
            <details className={classes.details}>
              <summary>{t('files.modules', { count: modules.length })}</summary>
              <ul className={classes.modules}>
                {modules.map((module) => (
                  <li key={module.name}>
                    <code>{module.name}</code> <span className="dimmed small">{module.version}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </Loaded>
  );
}
