import { Tooltip } from '@mantine/core';
import type { Copy, CopyState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconCheck, IconChecks, IconClock, IconX } from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Tone } from '@/ui/Status';
import classes from './Copies.module.css';

// As stored, and one more: it was tried, and its store did not take it.
type Look = CopyState | 'waiting';

const looks: Record<Look, { tone: Tone; icon: Icon }> = {
  pending: { tone: 'idle', icon: IconClock },
  waiting: { tone: 'warn', icon: IconAlert },
  stored: { tone: 'good', icon: IconCheck },
  verified: { tone: 'good', icon: IconChecks },
  missing: { tone: 'bad', icon: IconX },
  corrupt: { tone: 'bad', icon: IconAlert },
};

function lookOf(copy: Copy): Look {
  return copy.state === 'pending' && copy.problem ? 'waiting' : copy.state;
}

export function CopyStatus({ copy }: { copy: Copy }) {
  const t = useTranslate();
  const look = lookOf(copy);
  return <Status {...looks[look]} word={t(`copy.${look}`)} />;
}

// The copies of a backup at a glance: one sign each, and how many are complete.
export function Copies({ copies }: { copies: Copy[] }) {
  const t = useTranslate();
  if (copies.length === 0) return <span className="dimmed">–</span>;
  const complete = copies.filter((copy) => copy.state === 'stored' || copy.state === 'verified').length;
  const story = copies.map((copy) => `${copy.store}: ${t(`copy.${lookOf(copy)}`)}`).join('\n');
  return (
    <Tooltip label={<span className={classes.story}>{story}</span>}>
      <span className={classes.copies}>
        {copies.map((copy) => {
          const { tone, icon: CopyIcon } = looks[lookOf(copy)];
          return (
            <span key={copy.store} className={classes.copy} data-tone={tone}>
              <CopyIcon size={13} stroke={2.6} aria-hidden="true" />
              <span className="reader-only">{`${copy.store}: ${t(`copy.${lookOf(copy)}`)}. `}</span>
            </span>
          );
        })}
        <span className={classes.count}>{t('copies.of', { complete, wanted: copies.length })}</span>
      </span>
    </Tooltip>
  );
}
