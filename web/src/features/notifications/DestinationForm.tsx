import { Button, Checkbox, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { NotificationDestination } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';
import { toast } from '@/ui/toast';
import { addressesIn, eventKey, events, usualEvents } from './events';

interface Props {
  project: string;
  destination: NotificationDestination | 'new';
  mail: boolean;
  // Whether webhooks may go to the platform's own network.
  inside: boolean;
  onDone: () => void;
}

export function DestinationForm({ project, destination, mail, inside, onDone }: Props) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const { keyFor } = useIdempotencyKey();
  const fresh = destination === 'new';
  const form = useForm({
    initialValues: {
      kind: fresh ? (mail ? 'email' : 'webhook') : destination.kind,
      name: fresh ? '' : destination.name,
      addresses: fresh ? '' : destination.addresses.join('\n'),
      url: fresh ? '' : destination.url,
      events: fresh ? usualEvents : destination.events,
    },
    validate: {
      addresses: (text, { kind }) =>
        kind === 'email' && addressesIn(text).length === 0 ? t('form.required') : null,
      url: (url, { kind }) => (kind === 'webhook' && url.trim() === '' ? t('form.required') : null),
      events: (chosen) => (chosen.length === 0 ? t('notify.eventsNone') : null),
    },
  });
  const byMail = form.values.kind === 'email';
  const save = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const body = {
        name: values.name.trim(),
        events: values.events,
        ...(values.kind === 'email'
          ? { addresses: addressesIn(values.addresses) }
          : { url: values.url.trim() }),
      };
      if (!fresh) {
        const path = { project, id: destination.id };
        return {
          destination: await take(
            api.PATCH('/projects/{project}/notifications/{id}', { params: { path }, body }),
          ),
        };
      }
      const made = { kind: values.kind, ...body };
      return take(
        api.POST('/projects/{project}/notifications', {
          params: { path: { project }, header: { 'Idempotency-Key': keyFor(made) } },
          body: made,
        }),
      );
    },
    onSuccess: (saved) => {
      void refresh();
      if ('secret' in saved && saved.secret) return;
      toast(t('notify.saved'));
      onDone();
    },
  });
  if (save.data && 'secret' in save.data && save.data.secret) {
    return (
      <Stack>
        <Notice tone="warn" title={t('notify.secretOnce')}>
          <p>{t('notify.secretHow')}</p>
        </Notice>
        <Secret label={t('notify.secret')} value={save.data.secret} />
        <Button onClick={onDone}>{t('action.done')}</Button>
      </Stack>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        {save.error && <ProblemNotice error={save.error} />}
        {fresh && (
          <Choices legend={t('notify.kind')}>
            {(['email', 'webhook'] as const).map((kind) => (
              <Choice
                key={kind}
                name="kind"
                checked={form.values.kind === kind}
                onChoose={() => form.setFieldValue('kind', kind)}
                title={t(`notify.kind.${kind}`)}
                text={t(`notify.kind.${kind}What`)}
              />
            ))}
          </Choices>
        )}
        {byMail && !mail && <Notice tone="warn" title={t('notify.noMail')} />}
        {byMail ? (
          <Textarea
            label={t('notify.addresses')}
            description={t('notify.addressesHint')}
            autosize
            minRows={2}
            autoCapitalize="none"
            spellCheck={false}
            {...form.getInputProps('addresses')}
          />
        ) : (
          <TextInput
            label={t('notify.url')}
            description={t(inside ? 'notify.urlHintInside' : 'notify.urlHint')}
            placeholder="https://"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps('url')}
          />
        )}
        <Checkbox.Group label={t('notify.eventsLabel')} {...form.getInputProps('events')}>
          <Stack gap="xs" mt="xs">
            {events.map((event) => (
              <Checkbox
                key={event}
                value={event}
                label={t(eventKey(event))}
                description={t(`notifyEventWhat.${event}`)}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={t('notify.name')}
          description={t('notify.nameHint')}
          autoComplete="off"
          maxLength={100}
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={save.isPending}>
          {t('action.save')}
        </Button>
      </Stack>
    </form>
  );
}
