import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import { keys } from '@/api/keys';
import { OneTimePassword } from '@/features/members/OneTimePassword';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';

export function NewAccountForm({ onDone }: { onDone: () => void }) {
  const t = useTranslate();
  const client = useQueryClient();
  const { keyFor } = useIdempotencyKey();
  const form = useForm({
    initialValues: { name: '', display_name: '', operator: false },
    validate: { name: (name) => (name.trim() === '' ? t('form.required') : null) },
  });
  const create = useMutation({
    mutationFn: (body: typeof form.values) =>
      take(api.POST('/accounts', { params: { header: { 'Idempotency-Key': keyFor(body) } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.platform('accounts') }),
  });
  if (create.data) {
    return (
      <OneTimePassword
        name={create.data.account.name}
        password={create.data.one_time_password}
        onDone={onDone}
      />
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <ProblemNotice error={create.error} />}
        <TextInput
          label={t('signIn.name')}
          autoCapitalize="none"
          spellCheck={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('members.displayName')}
          autoComplete="off"
          {...form.getInputProps('display_name')}
        />
        <Checkbox
          label={t('accounts.asOperator')}
          description={t('accounts.asOperatorWhat')}
          {...form.getInputProps('operator', { type: 'checkbox' })}
        />
        <Button type="submit" loading={create.isPending}>
          {t('accounts.create')}
        </Button>
      </Stack>
    </form>
  );
}
