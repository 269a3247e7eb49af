import { Button, SegmentedControl, Select, Stack, TextInput, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { BranchType, Project } from '@/api/types';
import { slugOf } from '@/features/fleet/slug';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import { HookFields } from './HookFields';
import { filledOnly } from './filled';

const types: BranchType[] = ['production', 'staging', 'development'];
interface Props {
  project: Project;
  type: BranchType;
  onDone: () => void;
}

// Where a branch lies: by its odoo.conf, or by hand.
export function NewBranchForm({ project, type, onDone }: Props) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project.name);
  const { keyFor } = useIdempotencyKey();
  const [by, setBy] = useState<'conf' | 'hand'>('conf');
  const form = useForm({
    initialValues: {
      name: type === 'production' ? 'main' : '',
      type: type,
      odoo_conf: '',
      database_url: '',
      filestore: '',
      odoo_version: '',
      addons_path: '',
      before_swap: '',
      after_swap: '',
    },
    validate: {
      name: (name) => (name !== '' && slugOf(name) === name ? null : t('newProject.nameRule')),
      odoo_conf: (text) => (by === 'conf' && text.trim() === '' ? t('form.required') : null),
      database_url: (url) => (by === 'hand' && url.trim() === '' ? t('form.required') : null),
    },
  });
  const create = useMutation({
    mutationFn: ({ name, type: chosen, odoo_conf, database_url, ...rest }: typeof form.values) => {
      const body = {
        name,
        type: chosen,
        ...(by === 'conf' ? { odoo_conf } : { database_url }),
        ...filledOnly(rest),
      };
      return take(
        api.POST('/projects/{project}/branches', {
          params: { path: { project: project.name }, header: { 'Idempotency-Key': keyFor(body) } },
          body,
        }),
      );
    },
    onSuccess: (branch) => {
      toast(t('branches.added', { name: branch.name }));
      void refresh();
      onDone();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <ProblemNotice error={create.error} />}
        <TextInput
          label={t('newProject.name')}
          description={t('branches.nameHint')}
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select
          label={t('restore.newType')}
          data={types.map((value) => ({ value, label: t(`branchType.${value}`) }))}
          {...form.getInputProps('type')}
        />
        <SegmentedControl
          aria-label={t('branches.by')}
          value={by}
          onChange={(value) => setBy(value === 'hand' ? 'hand' : 'conf')}
          data={[
            { value: 'conf', label: t('branches.byConf') },
            { value: 'hand', label: t('branches.byHand') },
          ]}
        />
        {by === 'conf' ? (
          <Textarea
            label={t('branches.conf')}
            description={t('branches.confHint')}
            placeholder={'[options]\ndb_host = db1\ndb_name = acme\ndata_dir = /var/lib/odoo'}
            autosize
            minRows={5}
            maxRows={14}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
            {...form.getInputProps('odoo_conf')}
          />
        ) : (
          <TextInput
            label={t('branches.databaseUrl')}
            description={t('branches.databaseUrlHint')}
            placeholder="postgresql://odoo:password@db1/acme"
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps('database_url')}
          />
        )}
        <TextInput
          label={t('branches.filestore')}
          description={by === 'conf' ? t('branches.filestoreFromConf') : t('branches.filestoreHint')}
          spellCheck={false}
          {...form.getInputProps('filestore')}
        />
        <HookFields form={form} />
        <Button type="submit" loading={create.isPending}>
          {t('branches.add')}
        </Button>
      </Stack>
    </form>
  );
}
