import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { useReducedMotion } from '@mantine/hooks';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import type { Series } from './series';

// What the stores took, one on top of the other.
export function GrowthChart({ series }: { series: Series }) {
  const { t, locale } = useLocale();
  const still = useReducedMotion();
  const date = (day: string) =>
    new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, {
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    });
  return (
    <div role="img" aria-label={t('storage.chart')}>
      <AreaChart
        h={300}
        data={series.days.map((day) => ({ ...day, day: date(day.day) }))}
        dataKey="day"
        type="stacked"
        series={series.stores.map((store, index) => ({
          name: store,
          color: `var(--chart-${(index % 4) + 1})`,
        }))}
        valueFormatter={(bytes) => formatBytes(bytes, locale)}
        curveType="linear"
        withLegend
        withDots={false}
        withGradient={false}
        fillOpacity={0.35}
        strokeWidth={1.5}
        gridAxis="y"
        tickLine="none"
        yAxisProps={{ width: 72 }}
        xAxisProps={{ minTickGap: 40 }}
        areaProps={{ isAnimationActive: !still }}
        areaChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
