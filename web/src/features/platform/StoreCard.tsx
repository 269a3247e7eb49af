import { Button } from '@mantine/core';
import { sentence } from '@/api/problem';
import type { Store } from '@/api/types';
import { providerName } from '@/features/status/provider';
import { formatBytes, formatSeconds } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import { Notice } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconAlert, IconCheck } from '@/ui/icons';
import classes from './Platform.module.css';

interface Props {
  store: Store;
  checking: boolean;
  onCheck: () => void;
}

export function StoreCard({ store, checking, onCheck }: Props) {
  const { t, locale } = useLocale();
  return (
    <Section
      title={store.name}
      lead={[providerName(store.provider), store.location].filter((part) => part !== '').join(' · ')}
      actions={
        <Status
          tone={store.healthy ? 'good' : 'bad'}
          icon={store.healthy ? IconCheck : IconAlert}
          word={store.healthy ? t('stores.healthy') : t('stores.failing')}
        />
      }
    >
      <div className={classes.card}>
        {store.error && !store.healthy && (
          <Notice tone="bad" title={sentence(store.error.message)}>
            {store.error.hint && <p>{sentence(store.error.hint)}</p>}
          </Notice>
        )}
        <Facts
          facts={[
            {
              label: t('stores.latency'),
              value: store.latency_seconds == null ? '–' : formatSeconds(store.latency_seconds, locale),
            },
            {
              label: t('copies.checked'),
              value: <Time at={store.checked_at} style="relative" missing={t('state.never')} />,
            },
            {
              label: t('storage.bytes'),
              value: store.bytes === undefined ? '–' : formatBytes(store.bytes, locale),
            },
            { label: t('regions.title'), value: store.regions.join(', ') || t('state.none') },
            { label: t('stores.url'), value: <code>{store.url}</code>, wide: true },
          ]}
        />
        <div>
          <Button
            variant="default"
            size="sm"
            loading={checking}
            onClick={onCheck}
            aria-label={t('stores.checkNamed', { name: store.name })}
          >
            {t('stores.check')}
          </Button>
        </div>
      </div>
    </Section>
  );
}
