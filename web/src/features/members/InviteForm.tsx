import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { MemberRole } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import { OneTimePassword } from './OneTimePassword';

export function InviteForm({ project, onDone }: { project: string; onDone: () => void }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const { keyFor } = useIdempotencyKey();
  const form = useForm({
    initialValues: { name: '', display_name: '', role: 'user' as MemberRole },
    validate: { name: (name) => (name.trim() === '' ? t('form.required') : null) },
  });
  const invite = useMutation({
    mutationFn: ({ name, display_name, role }: typeof form.values) => {
      const body = { name: name.trim(), role, ...(display_name === '' ? {} : { display_name }) };
      return take(
        api.POST('/projects/{project}/members', {
          params: { path: { project }, header: { 'Idempotency-Key': keyFor(body) } },
          body,
        }),
      );
    },
    onSuccess: ({ member, one_time_password }) => {
      void refresh();
      if (one_time_password) return;
      toast(t('members.added', { name: member.display_name || member.name }));
      onDone();
    },
  });
  if (invite.data?.one_time_password) {
    return (
      <OneTimePassword
        name={invite.data.member.name}
        password={invite.data.one_time_password}
        onDone={onDone}
      />
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <Stack>
        {invite.error && <ProblemNotice error={invite.error} />}
        <TextInput
          label={t('signIn.name')}
          description={t('members.nameHint')}
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
        <Choices legend={t('members.role')}>
          {(['user', 'admin'] as const).map((role) => (
            <Choice
              key={role}
              name="role"
              checked={form.values.role === role}
              onChoose={() => form.setFieldValue('role', role)}
              title={t(`role.${role}`)}
              text={t(`members.${role}What`)}
            />
          ))}
        </Choices>
        <Notice tone="info" title={t('members.how')} />
        <Button type="submit" loading={invite.isPending}>
          {t('members.invite')}
        </Button>
      </Stack>
    </form>
  );
}
