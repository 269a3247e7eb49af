import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keepSession, useSession } from '@/api/session';
import { isLocale, locales, useLocale } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';

export function AboutMe() {
  const { t, setLocale } = useLocale();
  const client = useQueryClient();
  const { account } = useSession();
  const form = useForm({ initialValues: { display_name: account.display_name, locale: account.locale } });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      take(
        api.PATCH('/me', {
          body: { display_name: values.display_name, locale: isLocale(values.locale) ? values.locale : '' },
        }),
      ),
    onSuccess: (session, values) => {
      keepSession(client, session);
      if (isLocale(values.locale)) setLocale(values.locale);
      toast(t('profile.saved'));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap="md">
        {save.error && <ProblemNotice error={save.error} />}
        <TextInput label={t('profile.accountName')} value={account.name} readOnly variant="filled" />
        <TextInput
          label={t('profile.displayName')}
          autoComplete="name"
          {...form.getInputProps('display_name')}
        />
        <Select
          label={t('profile.language')}
          data={[
            { value: '', label: t('profile.browserLanguage') },
            ...Object.entries(locales).map(([value, label]) => ({ value, label })),
          ]}
          {...form.getInputProps('locale')}
        />
        <div>
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
