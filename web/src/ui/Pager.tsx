import { Button } from '@mantine/core';
import { useCallback } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router-dom';
import { useTranslate } from '@/i18n/locale';
import { IconNext, IconPrevious } from './icons';
import classes from './Pager.module.css';

export interface Cursor {
  after: string | undefined;
  trail: string[];
  go: (after: string, trail: string[]) => void;
}

// Where one is in a list that comes in pages. The cursor is a part of the address; the way back is
// remembered beside it.
export function useCursor(): Cursor {
  const [search] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const state: unknown = location.state;
  const trail =
    typeof state === 'object' && state !== null && 'trail' in state && Array.isArray(state.trail)
      ? (state.trail as string[])
      : [];
  const go = useCallback(
    (after: string, nextTrail: string[]) => {
      const next = new URLSearchParams(location.search);
      if (after === '') next.delete('after');
      else next.set('after', after);
      navigate({ search: next.toString() }, { state: { trail: nextTrail } });
    },
    [location.search, navigate],
  );
  return { after: search.get('after') ?? undefined, trail, go };
}

export function Pager({ cursor, next }: { cursor: Cursor; next: string }) {
  const t = useTranslate();
  const { after, trail, go } = cursor;
  if (after === undefined && next === '') return null;
  return (
    <nav className={classes.pager} aria-label={t('pager.label')}>
      <Button
        variant="default"
        size="sm"
        disabled={after === undefined}
        leftSection={<IconPrevious size={16} />}
        onClick={() => go(trail.at(-1) ?? '', trail.slice(0, -1))}
      >
        {after !== undefined && trail.length === 0 ? t('pager.first') : t('pager.previous')}
      </Button>
      <Button
        variant="default"
        size="sm"
        disabled={next === ''}
        rightSection={<IconNext size={16} />}
        onClick={() => go(next, after === undefined ? [''] : [...trail, after])}
      >
        {t('pager.next')}
      </Button>
    </nav>
  );
}
