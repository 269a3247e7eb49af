import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';
import { QrCode } from './QrCode';

// The secret as a QR drawn here, a code of it to prove that it arrived, then the recovery codes.
export function TotpSetup({ onDone }: { onDone: () => void }) {
  const t = useTranslate();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const secret = useQuery({
    queryKey: keys.me('totp'),
    queryFn: () => take(api.POST('/me/totp')),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const enable = useMutation({
    mutationFn: () => take(api.PUT('/me/totp', { body: { code: code.replaceAll(' ', '') } })),
  });
  if (enable.data) {
    const finish = () => {
      void client.invalidateQueries({ queryKey: keys.session });
      onDone();
    };
    return (
      <Stack>
        <Notice tone="warn" title={t('totp.recoveryTitle')}>
          <p>{t('totp.recoveryWhy')}</p>
        </Notice>
        <Secret label={t('totp.recoveryCodes')} value={enable.data.recovery_codes.join('\n')} />
        <Button onClick={finish}>{t('totp.recoveryKept')}</Button>
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        enable.mutate();
      }}
    >
      <Stack>
        <p>{t('totp.scan')}</p>
        <Loaded query={secret}>
          {({ uri, secret: text }) => (
            <>
              <QrCode text={uri} label={t('totp.qr')} />
              <p className="dimmed small">{t('totp.byHand')}</p>
              <Secret label={t('totp.secret')} value={text} />
            </>
          )}
        </Loaded>
        {enable.error && <ProblemNotice error={enable.error} />}
        <TextInput
          label={t('totp.code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" loading={enable.isPending} disabled={code.trim().length < 6}>
          {t('totp.enable')}
        </Button>
      </Stack>
    </form>
  );
}
