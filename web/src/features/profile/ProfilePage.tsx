import { useQueryClient } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import { PasswordForm } from '@/features/sign-in/PasswordForm';
import { useTranslate } from '@/i18n/locale';
import { Page, Section } from '@/ui/Page';
import { toast } from '@/ui/toast';
import { AboutMe } from './AboutMe';
import { Provider } from './Provider';
import { SecondFactor } from './SecondFactor';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

export function ProfilePage() {
  const t = useTranslate();
  const client = useQueryClient();
  const { account } = useSession();
  const changed = () => {
    toast(t('password.changed'));
    void client.invalidateQueries({ queryKey: keys.session });
    void client.invalidateQueries({ queryKey: keys.me('sessions') });
  };
  return (
    <Page title={t('profile.title')} narrow>
      <Section title={t('profile.about')}>
        <AboutMe />
      </Section>
      <Section title={t('password.title')} lead={t('password.lead')}>
        <PasswordForm name={account.name} onChanged={changed} />
      </Section>
      <Provider />
      <SecondFactor />
      <Sessions />
      <Tokens />
    </Page>
  );
}
