import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

// Filters are a part of the address, so that a filtered list can be sent to somebody. Another filter
// begins at the first page.
export function useFilters<Name extends string>(names: readonly Name[]) {
  const [search, setSearch] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as Record<
    Name,
    string
  >;
  const set = useCallback(
    (changes: Partial<Record<Name, string>>) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          next.delete('after');
          for (const [name, value] of Object.entries<string | undefined>(changes)) {
            if (value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  const clear = useCallback(() => {
    setSearch(new URLSearchParams(), { replace: true });
  }, [setSearch]);
  return { values, set, clear, any: names.some((name) => values[name] !== '') };
}
