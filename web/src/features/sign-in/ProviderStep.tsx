import { Button, Divider, Stack } from '@mantine/core';
import { useMeta } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { IconKey } from '@/ui/icons';
import { providerAddress } from './oidc';

// The way to the provider, where there is one. A link and no request: the browser leaves this site.
export function ProviderStep({ next }: { next: string | null }) {
  const t = useTranslate();
  const meta = useMeta();
  if (!meta?.oidc) return null;
  return (
    <Stack gap="md">
      <Button
        component="a"
        href={providerAddress(next)}
        variant="default"
        fullWidth
        leftSection={<IconKey size={16} aria-hidden="true" />}
      >
        {t('oidc.button', { label: meta.oidc_label ?? t('oidc.provider') })}
      </Button>
      <Divider label={t('oidc.or')} />
    </Stack>
  );
}
