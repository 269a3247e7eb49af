import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import type { Branch, BranchType } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import { HookFields } from './HookFields';

const types: BranchType[] = ['production', 'staging', 'development'];

interface Props {
  project: string;
  branch: Branch;
  onDone: () => void;
}

export function BranchForm({ project, branch, onDone }: Props) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const form = useForm({
    initialValues: {
      type: branch.type,
      // The present one is not shown: it may hold a password.
      database_url: '',
      filestore: branch.filestore ?? '',
      odoo_version: branch.odoo_version,
      addons_path: branch.addons_path ?? '',
      before_swap: branch.before_swap ?? '',
      after_swap: branch.after_swap ?? '',
    },
  });
  const save = useMutation({
    mutationFn: ({ type, database_url, ...rest }: typeof form.values) =>
      take(
        api.PATCH('/projects/{project}/branches/{branch}', {
          params: { path: { project, branch: branch.name } },
          body: { ...rest, type: type, ...(database_url === '' ? {} : { database_url }) },
        }),
      ),
    onSuccess: () => {
      toast(t('branches.saved', { name: branch.name }));
      void refresh();
      onDone();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        {save.error && <ProblemNotice error={save.error} />}
        <Select
          label={t('restore.newType')}
          data={types.map((value) => ({ value, label: t(`branchType.${value}`) }))}
          {...form.getInputProps('type')}
        />
        <TextInput
          label={t('branches.databaseUrl')}
          description={t('branches.databaseNow', { database: branch.database })}
          placeholder={t('branches.unchanged')}
          spellCheck={false}
          autoComplete="off"
          {...form.getInputProps('database_url')}
        />
        <TextInput label={t('branches.filestore')} spellCheck={false} {...form.getInputProps('filestore')} />
        <HookFields form={form} />
        <Button type="submit" loading={save.isPending}>
          {t('action.save')}
        </Button>
      </Stack>
    </form>
  );
}
