import { useQueryClient } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { PasswordForm } from './PasswordForm';
import { SignInFrame } from './SignInFrame';

// After a one-time password: first a password of one's own.
export function PasswordPage() {
  const t = useTranslate();
  const client = useQueryClient();
  const { account } = useSession();
  return (
    <SignInFrame
      title={t('password.firstTitle')}
      lead={t('password.firstLead', { name: account.display_name || account.name })}
    >
      <PasswordForm
        name={account.name}
        onChanged={() => void client.invalidateQueries({ queryKey: keys.session })}
      />
    </SignInFrame>
  );
}
