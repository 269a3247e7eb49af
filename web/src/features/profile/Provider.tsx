import { useMeta, useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { IconCheck, IconMinus } from '@/ui/icons';

// Whether one may sign in at the provider, where there is one.
export function Provider() {
  const t = useTranslate();
  const meta = useMeta();
  const { account } = useSession();
  if (!meta?.oidc) return null;
  const label = meta.oidc_label ?? t('oidc.provider');
  return (
    <Section title={t('oidc.title')} lead={account.has_oidc ? t('oidc.linkedWhat') : t('oidc.notLinkedWhat')}>
      <Status
        tone={account.has_oidc ? 'good' : 'idle'}
        icon={account.has_oidc ? IconCheck : IconMinus}
        word={account.has_oidc ? t('oidc.linked', { label }) : t('oidc.notLinked', { label })}
      />
    </Section>
  );
}
