import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, done } from '@/api/client';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';

export const shortestPassword = 12;

// Another password in the place of the present one. The name is there for password managers.
export function PasswordForm({ name, onChanged }: { name: string; onChanged: () => void }) {
  const t = useTranslate();
  const form = useForm({
    initialValues: { current: '', fresh: '', again: '' },
    validate: {
      fresh: (fresh) =>
        [...fresh].length < shortestPassword ? t('password.short', { count: shortestPassword }) : null,
      again: (again, values) => (again === values.fresh ? null : t('password.differs')),
    },
  });
  const change = useMutation({
    mutationFn: ({ current, fresh }: typeof form.values) =>
      done(api.PUT('/me/password', { body: { current, fresh } })),
    onSuccess: () => {
      form.reset();
      onChanged();
    },
  });
  const toggle = { 'aria-label': t('signIn.showPassword') };
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <Stack gap="md">
        {change.error && <ProblemNotice error={change.error} />}
        <PasswordInput
          label={t('password.current')}
          autoComplete="current-password"
          visibilityToggleButtonProps={toggle}
          required
          withAsterisk={false}
          {...form.getInputProps('current')}
        />
        <PasswordInput
          label={t('password.fresh')}
          description={t('password.rule', { count: shortestPassword })}
          autoComplete="new-password"
          visibilityToggleButtonProps={toggle}
          required
          withAsterisk={false}
          {...form.getInputProps('fresh')}
        />
        <PasswordInput
          label={t('password.again')}
          autoComplete="new-password"
          visibilityToggleButtonProps={toggle}
          required
          withAsterisk={false}
          {...form.getInputProps('again')}
        />
        <div>
          <Button type="submit" loading={change.isPending}>
            {t('password.submit')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
