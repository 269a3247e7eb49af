import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';

type Role = 'user' | 'admin' | 'operator';
const day = 86_400_000;

export function NewToken({ onDone }: { onDone: () => void }) {
  const t = useTranslate();
  const client = useQueryClient();
  const { account, memberships } = useSession();
  const { keyFor } = useIdempotencyKey();
  const form = useForm({
    initialValues: { name: '', role: 'user', project: '', days: '90' },
    validate: { name: (name) => (name.trim() === '' ? t('form.required') : null) },
  });
  const create = useMutation({
    mutationFn: ({ name, role, project, days }: typeof form.values) =>
      take(
        api.POST('/me/tokens', {
          params: { header: { 'Idempotency-Key': keyFor({ name, role, project, days }) } },
          body: {
            name: name.trim(),
            role: role as Role,
            ...(project === '' ? {} : { project }),
            ...(days === '' ? {} : { expires_at: new Date(Date.now() + Number(days) * day).toISOString() }),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me('tokens') }),
  });
  if (create.data) {
    return (
      <Stack>
        <Notice tone="warn" title={t('tokens.once')}>
          <p>{t('tokens.onceHow')}</p>
        </Notice>
        <Secret label={t('tokens.secret')} value={create.data.secret} />
        <Button onClick={onDone}>{t('action.done')}</Button>
      </Stack>
    );
  }
  const roles: Role[] = account.operator ? ['user', 'admin', 'operator'] : ['user', 'admin'];
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <ProblemNotice error={create.error} />}
        <TextInput
          label={t('tokens.name')}
          description={t('tokens.nameHint')}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select
          label={t('tokens.role')}
          description={t('tokens.roleHint')}
          data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          {...form.getInputProps('role')}
        />
        {memberships.length > 0 && (
          <Select
            label={t('tokens.project')}
            data={[
              { value: '', label: t('tokens.allProjects') },
              ...memberships.map(({ project }) => ({ value: project, label: project })),
            ]}
            {...form.getInputProps('project')}
          />
        )}
        <Select
          label={t('tokens.expires')}
          data={[
            ...[30, 90, 365].map((count) => ({ value: String(count), label: t('tokens.inDays', { count }) })),
            { value: '', label: t('state.never') },
          ]}
          {...form.getInputProps('days')}
        />
        <Button type="submit" loading={create.isPending}>
          {t('tokens.create')}
        </Button>
      </Stack>
    </form>
  );
}
