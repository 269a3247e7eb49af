import type { Storage } from '@/api/types';

export interface DayOfStorage {
  day: string;
  source: number;
  [store: string]: number | string;
}

export interface Series {
  stores: string[];
  days: DayOfStorage[];
}

// One row a day, with what each store took, and what the backups would take as they were read. Each
// store tells of the same backups, so their source counts once.
export function seriesOf(history: Storage['history']): Series {
  const stores = [...new Set(history.map(({ store }) => store))].sort();
  const days = new Map<string, DayOfStorage>();
  for (const { day, store, bytes, source_bytes } of history) {
    const row = days.get(day) ?? { day, source: 0 };
    row[store] = Number(row[store] ?? 0) + bytes;
    row.source = Math.max(row.source, source_bytes);
    days.set(day, row);
  }
  return { stores, days: [...days.values()].sort((a, b) => a.day.localeCompare(b.day)) };
}
