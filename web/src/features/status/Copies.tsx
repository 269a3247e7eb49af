import { Tooltip } from '@mantine/core';
import type { Copy, CopyState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconCheck, IconChecks, IconClock, IconX } from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Tone } from '@/ui/Status';
import classes from './Copies.module.css';

const looks: Record<CopyState, { tone: Tone; icon: Icon }> = {
  pending: { tone: 'idle', icon: IconClock },
  stored: { tone: 'good', icon: IconCheck },
  verified: { tone: 'good', icon: IconChecks },
  missing: { tone: 'bad', icon: IconX },
  corrupt: { tone: 'bad', icon: IconAlert },
};

export function CopyStatus({ state }: { state: CopyState }) {
  const t = useTranslate();
  return <Status {...looks[state]} word={t(`copy.${state}`)} />;
}

// The copies of a backup at a glance: one sign each, and how many are complete.
export function Copies({ copies }: { copies: Copy[] }) {
  const t = useTranslate();
  if (copies.length === 0) return <span className="dimmed">–</span>;
  const complete = copies.filter((copy) => copy.state === 'stored' || copy.state === 'verified').length;
  const story = copies.map((copy) => `${copy.store}: ${t(`copy.${copy.state}`)}`).join('\n');
  return (
    <Tooltip label={<span className={classes.story}>{story}</span>}>
      <span className={classes.copies}>
        {copies.map((copy) => {
          const { tone, icon: CopyIcon } = looks[copy.state];
          return (
            <span key={copy.store} className={classes.copy} data-tone={tone}>
              <CopyIcon size={13} stroke={2.6} aria-hidden="true" />
              <span className="reader-only">{`${copy.store}: ${t(`copy.${copy.state}`)}. `}</span>
            </span>
          );
        })}
        <span className={classes.count}>{t('copies.of', { complete, wanted: copies.length })}</span>
      </span>
    </Tooltip>
  );
}
