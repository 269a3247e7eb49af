import { SegmentedControl } from '@mantine/core';
import { Suspense, lazy } from 'react';
import type { Storage } from '@/api/types';
import { formatBytes, formatBytesChange, formatCount, formatFactor } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Facts } from '@/ui/Facts';
import { Loading } from '@/ui/Loading';
import { Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { IconChart } from '@/ui/icons';
import { seriesOf } from './series';
import type { DayOfStorage, Series } from './series';
import classes from './Storage.module.css';

// Drawing is most of the weight of a chart, so it comes after the numbers.
const GrowthChart = lazy(() => import('./GrowthChart').then((module) => ({ default: module.GrowthChart })));

export const spans = [30, 90, 365] as const;

interface Props {
  storage: Storage;
  days: number;
  onDays: (days: number) => void;
}

export function StorageView({ storage, days, onDays }: Props) {
  const { t, locale } = useLocale();
  const series = seriesOf(storage.history);
  const largest = Math.max(0, ...storage.stores.map(({ bytes }) => bytes));
  const source = series.days.at(-1)?.source ?? 0;
  const span = (
    <SegmentedControl
      aria-label={t('storage.span')}
      size="sm"
      value={String(days)}
      onChange={(value) => onDays(Number(value))}
      data={spans.map((count) => ({ value: String(count), label: t('rule.days', { count }) }))}
    />
  );
  return (
    <>
      <Section>
        <Facts
          facts={[
            { label: t('storage.oneCopy'), value: formatBytes(largest, locale) },
            {
              label: t('storage.allCopies'),
              value: formatBytes(
                storage.stores.reduce((sum, { bytes }) => sum + bytes, 0),
                locale,
              ),
            },
            { label: t('storage.source'), value: source === 0 ? '–' : formatBytes(source, locale) },
            { label: t('storage.saves'), value: formatFactor(source, largest, locale) || '–' },
          ]}
        />
      </Section>
      <Section title={t('storage.growth')} lead={t('storage.growthLead')} actions={span}>
        {series.days.length < 2 ? (
          <Empty icon={IconChart} title={t('storage.noHistory')}>
            {t('storage.noHistoryWhy')}
          </Empty>
        ) : (
          <>
            <Suspense fallback={<Loading rows={8} />}>
              <GrowthChart series={series} />
            </Suspense>
            <HistoryTable series={series} />
          </>
        )}
      </Section>
      <Section title={t('storage.stores')} flush>
        <DataTable
          label={t('storage.stores')}
          rows={storage.stores}
          rowKey={(store) => store.store}
          columns={[
            {
              id: 'store',
              header: t('copies.store'),
              card: 'title',
              cell: (store) => <strong>{store.store}</strong>,
            },
            { id: 'location', header: t('copies.location'), cell: (store) => store.location || '–' },
            {
              id: 'bytes',
              header: t('storage.bytes'),
              align: 'end',
              cell: (store) => formatBytes(store.bytes, locale),
            },
            {
              id: 'objects',
              header: t('storage.objects'),
              align: 'end',
              cell: (store) => formatCount(store.objects, locale),
            },
            {
              id: 'measured',
              header: t('storage.measured'),
              cell: (store) => <Time at={store.measured_at} style="relative" />,
            },
          ]}
        />
      </Section>
    </>
  );
}

// The numbers behind the chart.
function HistoryTable({ series }: { series: Series }) {
  const { t, locale } = useLocale();
  const date = (day: string) =>
    new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const newestFirst = [...series.days].reverse();
  const total = (day: DayOfStorage) => series.stores.reduce((sum, store) => sum + Number(day[store] ?? 0), 0);
  return (
    <details className={classes.table}>
      <summary>{t('storage.asTable')}</summary>
      <DataTable<DayOfStorage>
        label={t('storage.growth')}
        rows={newestFirst}
        rowKey={(row) => row.day}
        columns={[
          { id: 'day', header: t('storage.day'), card: 'title', cell: (row) => date(row.day) },
          ...series.stores.map((store) => ({
            id: store,
            header: store,
            align: 'end' as const,
            cell: (row: DayOfStorage) => formatBytes(Number(row[store] ?? 0), locale),
          })),
          {
            id: 'change',
            header: t('storage.change'),
            align: 'end',
            cell: (row) => {
              const before = newestFirst[newestFirst.indexOf(row) + 1];
              return before ? formatBytesChange(total(row) - total(before), locale) : '–';
            },
          },
          {
            id: 'source',
            header: t('storage.sourceShort'),
            align: 'end',
            cell: (row) => formatBytes(row.source, locale),
          },
        ]}
      />
    </details>
  );
}
