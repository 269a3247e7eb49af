import { Button, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { Project } from '@/api/types';
import { useBranches, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { Loaded } from '@/ui/Loading';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

interface Props {
  project: Project;
  opened: boolean;
  onClose: () => void;
}

export function CreateBackup({ project, opened, onClose }: Props) {
  const t = useTranslate();
  const branches = useBranches(project.name);
  const refresh = useProjectRefresh(project.name);
  const { keyFor, renew } = useIdempotencyKey();
  const form = useForm({ initialValues: { branch: project.production_branch ?? '', note: '' } });
  const create = useMutation({
    mutationFn: (body: typeof form.values) =>
      take(
        api.POST('/projects/{project}/backups', {
          params: { path: { project: project.name }, header: { 'Idempotency-Key': keyFor(body) } },
          body,
        }),
      ),
    onSuccess: () => {
      renew();
      form.reset();
      onClose();
      toast(t('createBackup.begun'));
      void refresh();
    },
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={t('backups.create')}>
      <Loaded query={branches}>
        {(items) => (
          <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
            <Stack>
              {create.error && <ProblemNotice error={create.error} />}
              <Select
                label={t('backups.branch')}
                data={items.map(({ name, type }) => ({
                  value: name,
                  label: `${name} (${t(`branchType.${type}`)})`,
                }))}
                required
                withAsterisk={false}
                {...form.getInputProps('branch')}
              />
              <Textarea
                label={t('createBackup.note')}
                description={t('createBackup.noteHint')}
                autosize
                minRows={2}
                maxLength={500}
                data-autofocus
                {...form.getInputProps('note')}
              />
              <p className="dimmed small">{t('createBackup.what')}</p>
              <Button type="submit" loading={create.isPending} disabled={form.values.branch === ''}>
                {t('backups.create')}
              </Button>
            </Stack>
          </form>
        )}
      </Loaded>
    </Dialog>
  );
}
