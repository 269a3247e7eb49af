import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router-dom';
import { useSessionQuery } from '@/api/session';
import { PasswordPage } from '@/features/sign-in/PasswordPage';
import { isLocale, useLocale } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { Splash } from './Splash';

// What lies below is for people who are signed in, and who chose their password themselves.
export function RequireSession() {
  const session = useSessionQuery();
  const location = useLocation();
  const { setLocale } = useLocale();
  const locale = session.data?.account.locale;
  useEffect(() => {
    if (isLocale(locale)) setLocale(locale);
    // Only when the account's own choice changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [locale]);

  if (session.data === undefined) {
    if (!session.error) return <Splash />;
    return (
      <Splash>
        <ProblemNotice error={session.error} onRetry={() => void session.refetch()} />
      </Splash>
    );
  }
  if (session.data === null || session.data.needs_totp) {
    const next = location.pathname + location.search;
    return <Navigate to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  if (session.data.account.must_change_password) return <PasswordPage />;
  return <Outlet />;
}
