import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import type { Session } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';

interface Props {
  onEntered: (session: Session) => void;
  onBack: () => void;
}

// The second factor; a recovery code is as good as one of the authenticator.
export function TotpStep({ onEntered, onBack }: Props) {
  const t = useTranslate();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => take(api.POST('/session/totp', { body: { code: code.replaceAll(' ', '') } })),
    onSuccess: onEntered,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack gap="md">
        {confirm.error && <ProblemNotice error={confirm.error} />}
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          inputMode="text"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" loading={confirm.isPending} fullWidth>
          {t('signIn.submit')}
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={onBack}>
          {t('signIn.otherAccount')}
        </Anchor>
      </Stack>
    </form>
  );
}
