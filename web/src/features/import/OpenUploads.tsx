import { Button, FileButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Upload } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { toast, toastProblem } from '@/ui/toast';
import classes from './Import.module.css';
import { adopt, discard } from './uploads';
import { useProjectUpload } from './useProjectUpload';

// What was taken up is shown in the form, above.
const toTheForm = () => window.scrollTo({ top: 0, behavior: 'smooth' });

// What was sent to the project before, from any browser or by the command line, and still waits.
export function OpenUploads({ project }: { project: string }) {
  const { t, locale } = useLocale();
  const current = useProjectUpload(project);
  const queries = useQueryClient();
  const [wrong, setWrong] = useState<{ upload: Upload; size: number }>();
  const queryKey = keys.of(project, 'uploads', current.run?.state ?? '', current.upload?.id ?? '');
  const list = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      take(api.GET('/projects/{project}/uploads', { params: { path: { project } }, signal })),
    staleTime: 0,
  });
  const removal = useMutation({
    mutationFn: (upload: Upload) => discard(project, upload.id),
    onSuccess: (_, upload) => {
      toast(t('openUploads.discarded', { name: upload.file_name }));
      return queries.invalidateQueries({ queryKey: keys.of(project, 'uploads') });
    },
    onError: toastProblem,
  });
  const goOn = (upload: Upload, file: File | null) => {
    if (file === null) return;
    setWrong(file.size === upload.size_bytes ? undefined : { upload, size: file.size });
    if (file.size !== upload.size_bytes) return;
    adopt(project, upload, file);
    toTheForm();
  };
  const rows = (list.data?.items ?? []).filter(
    ({ id }) => current.run === undefined && id !== current.upload?.id,
  );
  if (list.error) return <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />;
  if (rows.length === 0) return null;
  return (
    <Section title={t('openUploads.title')} lead={t('openUploads.lead')} flush>
      {wrong && (
        <Notice
          tone="bad"
          role="alert"
          title={t('openUploads.otherFile', {
            name: wrong.upload.file_name,
            wanted: formatBytes(wrong.upload.size_bytes, locale),
            chosen: formatBytes(wrong.size, locale),
          })}
        />
      )}
      <DataTable<Upload>
        label={t('openUploads.title')}
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'name',
            header: t('openUploads.name'),
            card: 'title',
            cell: (upload) => <code>{upload.file_name}</code>,
          },
          {
            id: 'sent',
            header: t('openUploads.sent'),
            cell: (upload) =>
              t('progress.of', {
                done: formatBytes(upload.received_bytes, locale),
                total: formatBytes(upload.size_bytes, locale),
              }),
          },
          { id: 'by', header: t('openUploads.by'), cell: ({ created_by }) => created_by },
          {
            id: 'begun',
            header: t('openUploads.begun'),
            cell: ({ created_at }) => <Time at={created_at} style="short" />,
          },
          {
            id: 'expires',
            header: t('openUploads.expires'),
            cell: ({ expires_at }) => <Time at={expires_at} style="short" />,
          },
          {
            id: 'actions',
            header: t('table.actions'),
            card: 'wide',
            cell: (upload) => (
              <div className={classes.row}>
                {upload.complete ? (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t('openUploads.use', { name: upload.file_name })}
                    onClick={() => {
                      adopt(project, upload);
                      toTheForm();
                    }}
                  >
                    {t('openUploads.useShort')}
                  </Button>
                ) : (
                  <FileButton onChange={(file) => goOn(upload, file)}>
                    {(props) => (
                      <Button
                        {...props}
                        size="xs"
                        variant="default"
                        aria-label={t('openUploads.goOn', { name: upload.file_name })}
                      >
                        {t('openUploads.goOnShort')}
                      </Button>
                    )}
                  </FileButton>
                )}
                <Button
                  size="xs"
                  variant="subtle"
                  loading={removal.isPending && removal.variables.id === upload.id}
                  aria-label={t('openUploads.discard', { name: upload.file_name })}
                  onClick={() => removal.mutate(upload)}
                >
                  {t('openUploads.discardShort')}
                </Button>
              </div>
            ),
          },
        ]}
      />
    </Section>
  );
}
