import { useRouteError } from 'react-router-dom';
import { useTranslate } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Button } from '@mantine/core';

// A page that could not be fetched, as a rule because the server was updated meanwhile; or a fault
// of the page itself.
export function RouteProblem() {
  const error = useRouteError();
  const t = useTranslate();
  const notFetched = error instanceof TypeError && /import|fetch/i.test(error.message);
  if (!notFetched) return <ProblemNotice error={error} onRetry={() => location.reload()} />;
  return (
    <Notice tone="info" title={t('problem.updated')} role="alert">
      <Button size="xs" onClick={() => location.reload()}>
        {t('action.reload')}
      </Button>
    </Notice>
  );
}
