import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import type { Session } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';

export function PasswordStep({ onEntered }: { onEntered: (session: Session) => void }) {
  const t = useTranslate();
  const form = useForm({ initialValues: { name: '', password: '' } });
  const signIn = useMutation({
    mutationFn: (values: typeof form.values) => take(api.POST('/session', { body: values })),
    onSuccess: onEntered,
  });
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
      <Stack gap="md">
        {signIn.error && <ProblemNotice error={signIn.error} />}
        <TextInput
          label={t('signIn.name')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
