import { Button, Stack } from '@mantine/core';
import { useTranslate } from '@/i18n/locale';
import { Notice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';

interface Props {
  name: string;
  password: string;
  onDone: () => void;
}

// For somebody who comes in for the first time, or again after losing a password.
export function OneTimePassword({ name, password, onDone }: Props) {
  const t = useTranslate();
  return (
    <Stack>
      <Notice tone="warn" title={t('oneTime.title')}>
        <p>{t('oneTime.how', { name })}</p>
      </Notice>
      <Secret label={t('oneTime.label')} value={password} />
      <Button onClick={onDone}>{t('action.done')}</Button>
    </Stack>
  );
}
