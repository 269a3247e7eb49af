import { Stack } from '@mantine/core';
import { useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router-dom';
import { useQueryClient } from '@tanstack/react-query';
import { keepSession, useSessionQuery } from '@/api/session';
import type { Session } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { Notice } from '@/ui/Notice';
import { ProviderStep } from './ProviderStep';
import { SignInFrame } from './SignInFrame';
import { PasswordStep } from './PasswordStep';
import { safeNext } from './next';
import { wordsOfProblem } from './oidc';
import { TotpStep } from './TotpStep';

export function SignInPage() {
  const t = useTranslate();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const next = safeNext(search.get('next'));
  const problem = wordsOfProblem(search.get('problem'));
  const session = useSessionQuery();
  const [needsCode, setNeedsCode] = useState(false);

  if (session.data && !session.data.needs_totp && !needsCode) return <Navigate to={next} replace />;

  const enter = (entered: Session) => {
    keepSession(client, entered);
    setNeedsCode(entered.needs_totp);
    if (!entered.needs_totp) navigate(next, { replace: true });
  };
  return (
    <SignInFrame title={needsCode ? t('signIn.codeTitle') : t('signIn.title')}>
      {needsCode ? (
        <TotpStep onEntered={enter} onBack={() => setNeedsCode(false)} />
      ) : (
        <Stack gap="md">
          {problem && (
            <Notice tone="bad" title={t('oidc.failed')} role="alert">
              <p>{t(problem)}</p>
            </Notice>
          )}
          <ProviderStep next={search.get('next')} />
          <PasswordStep onEntered={enter} />
        </Stack>
      )}
    </SignInFrame>
  );
}
