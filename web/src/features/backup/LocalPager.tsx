import { Pager } from '@/ui/Pager';

interface Props {
  trail: string[];
  next: string;
  onChange: (trail: string[]) => void;
}

// Pages of a list inside a page: where one is in it is no part of the address.
export function LocalPager({ trail, next, onChange }: Props) {
  const after = trail.at(-1);
  return (
    <Pager
      next={next}
      cursor={{
        after,
        // The Pager's trail has the cursors before this one, and '' for the first page.
        trail: after === undefined ? [] : ['', ...trail.slice(0, -1)],
        go: (to) =>
          onChange(
            to === '' ? [] : trail.includes(to) ? trail.slice(0, trail.indexOf(to) + 1) : [...trail, to],
          ),
      }}
    />
  );
}
