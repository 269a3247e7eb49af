import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { IconQuestion } from '@/ui/icons';
import { Page } from '@/ui/Page';

export function NotFoundPage() {
  const t = useTranslate();
  return (
    <Page title={t('notFound.title')}>
      <Empty
        icon={IconQuestion}
        title={t('notFound.what')}
        action={
          <Button component={Link} to="/">
            {t('notFound.home')}
          </Button>
        }
      >
        {t('notFound.why')}
      </Empty>
    </Page>
  );
}
