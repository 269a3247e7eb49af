import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Backup, FoundAttachment } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { IconDownload, IconSearch } from '@/ui/icons';
import { Loaded } from '@/ui/Loading';
import { Time } from '@/ui/Time';
import { toast, toastProblem } from '@/ui/toast';
import classes from './Download.module.css';
import { fetchByLink } from './fetch_by_link';

// An attachment by its name. Each search reads the backup and is written down, so it begins when it is asked
// for and not with each letter.
export function FindAttachment({ backup }: { backup: Backup }) {
  const { t } = useLocale();
  const [text, setText] = useState('');
  const [search, setSearch] = useState('');
  return (
    <div className={classes.fields}>
      <form
        role="search"
        className={classes.search}
        onSubmit={(event) => {
          event.preventDefault();
          setSearch(text.trim());
        }}
      >
        <TextInput
          type="search"
          className={classes.searchField}
          label={t('findFile.label')}
          description={t('findFile.labelHint')}
          placeholder="invoice 2024 0042"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          disabled={text.trim() === ''}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
        >
          {t('findFile.search')}
        </Button>
      </form>
      {search !== '' && <Matches backup={backup} search={search} />}
    </div>
  );
}

function Matches({ backup, search }: { backup: Backup; search: string }) {
  const { t, locale } = useLocale();
  const { project, id } = backup;
  const found = useQuery({
    queryKey: keys.of(project, 'attachments', id, search),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}/attachments', {
          params: { path: { project, id }, query: { search } },
          signal,
        }),
      ),
    staleTime: Infinity,
    retry: false,
  });
  return (
    <Loaded query={found} rows={3}>
      {({ items, more }) =>
        items.length === 0 ? (
          <Empty icon={IconSearch} title={t('findFile.nothing')}>
            {t('findFile.nothingHow')}
          </Empty>
        ) : (
          <div role="status">
            <DataTable<FoundAttachment>
              label={t('findFile.results')}
              rows={items}
              rowKey={(each) => String(each.id)}
              columns={[
                {
                  id: 'name',
                  header: t('findFile.name'),
                  card: 'title',
                  cell: (each) => <span className={classes.name}>{each.name}</span>,
                },
                {
                  id: 'of',
                  header: t('findFile.of'),
                  cell: ({ model, record }) =>
                    model === '' ? '–' : <code className="nowrap">{`${model},${record}`}</code>,
                },
                {
                  id: 'size',
                  header: t('contents.bytes'),
                  align: 'end',
                  cell: (each) => <span className="nowrap">{formatBytes(each.size_bytes, locale)}</span>,
                },
                {
                  id: 'made',
                  header: t('findFile.made'),
                  cell: (each) => (each.created_at ? <Time at={each.created_at} style="short" /> : '–'),
                },
                {
                  id: 'download',
                  header: t('findFile.downloadShort'),
                  align: 'end',
                  cell: (each) => <DownloadOne backup={backup} attachment={each} />,
                },
              ]}
            />
            {more && <p className="dimmed small">{t('findFile.more')}</p>}
          </div>
        )
      }
    </Loaded>
  );
}

function DownloadOne({ backup, attachment }: { backup: Backup; attachment: FoundAttachment }) {
  const { t } = useLocale();
  const { name, file, held } = attachment;
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST('/projects/{project}/backups/{id}/downloads', {
          params: { path: { project: backup.project, id: backup.id } },
          body: { format: 'file', file, save_as: name },
        }),
      ),
    onSuccess: (download) => {
      fetchByLink(download);
      toast(t('findFile.started', { name: download.file_name }));
    },
    onError: toastProblem,
  });
  if (!held) {
    return (
      <span className="dimmed small">{t(file === '' ? 'findFile.inDatabase' : 'findFile.missing')}</span>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      loading={make.isPending}
      aria-label={t('findFile.download', { name })}
      leftSection={<IconDownload size={16} aria-hidden="true" />}
      onClick={() => make.mutate()}
    >
      {t('findFile.downloadShort')}
    </Button>
  );
}
