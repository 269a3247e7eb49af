import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import type { NotificationDestination } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { useDestinationName } from './DestinationTable';

interface Props {
  project: string;
  destination: NotificationDestination;
  onDone: () => void;
}

// Sends a message now, and shows what the server said to it.
export function TestDestination({ project, destination, onDone }: Props) {
  const t = useTranslate();
  const nameOf = useDestinationName();
  const test = useMutation({
    mutationFn: async () => {
      const { items } = await take(
        api.POST('/projects/{project}/notifications/{id}/test', {
          params: { path: { project, id: destination.id } },
        }),
      );
      return items;
    },
  });
  return (
    <Stack>
      <p>{t('notify.testWhat', { name: nameOf(destination) })}</p>
      {test.error && <ProblemNotice error={test.error} />}
      <Stack gap="xs" aria-live="polite">
        {test.data?.map(({ receiver, sent, answer }) => (
          <Notice
            key={receiver}
            tone={sent ? 'good' : 'bad'}
            title={t(sent ? 'notify.testSent' : 'notify.testFailed', {
              receiver: receiver || t('notify.theHook'),
            })}
          >
            <p>{answer}</p>
          </Notice>
        ))}
      </Stack>
      <Button
        loading={test.isPending}
        onClick={() => test.mutate()}
        variant={test.data ? 'default' : 'filled'}
      >
        {t(test.data ? 'notify.testAgain' : 'notify.testSend')}
      </Button>
      {test.data && <Button onClick={onDone}>{t('action.done')}</Button>}
    </Stack>
  );
}
