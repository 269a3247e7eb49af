import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useTranslate } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import classes from './Settings.module.css';

// Shown on request alone: it opens every backup of the project to whoever holds it.
export function RecoveryKit({ project }: { project: string }) {
  const t = useTranslate();
  const kit = useMutation({
    mutationFn: () =>
      take(
        api.GET('/projects/{project}/recovery-kit', {
          params: { path: { project } },
          parseAs: 'text',
        }),
      ),
  });
  return (
    <Stack>
      {kit.error && <ProblemNotice error={kit.error} />}
      {kit.data ? (
        <>
          <Notice tone="warn" title={t('kit.keep')} />
          {/* Long lines scroll, by keyboard too. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className={classes.kit} tabIndex={0} aria-label={t('kit.title')}>
            {kit.data}
          </pre>
          <div>
            <Button variant="default" onClick={() => window.print()}>
              {t('kit.print')}
            </Button>
          </div>
        </>
      ) : (
        <div>
          <Button variant="default" loading={kit.isPending} onClick={() => kit.mutate()}>
            {t('kit.show')}
          </Button>
        </div>
      )}
    </Stack>
  );
}
