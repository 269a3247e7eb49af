import type { BackupKind, BackupState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import {
  IconAlert,
  IconCheck,
  IconClock,
  IconDown,
  IconRefresh,
  IconShield,
  IconTrash,
  IconUser,
  IconX,
} from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Tone } from '@/ui/Status';
import classes from './BackupStatus.module.css';

const looks: Record<BackupState, { tone: Tone; icon: Icon; spin?: boolean }> = {
  running: { tone: 'info', icon: IconRefresh, spin: true },
  good: { tone: 'good', icon: IconCheck },
  degraded: { tone: 'warn', icon: IconAlert },
  failed: { tone: 'bad', icon: IconX },
  deleted: { tone: 'idle', icon: IconTrash },
};

export function BackupStatus({ state }: { state: BackupState }) {
  const t = useTranslate();
  return <Status {...looks[state]} word={t(`backup.${state}`)} />;
}

const kindIcons: Record<BackupKind, Icon> = {
  automatic: IconClock,
  manual: IconUser,
  imported: IconDown,
  safety: IconShield,
};

export function KindLabel({ kind }: { kind: BackupKind }) {
  const t = useTranslate();
  const KindIcon = kindIcons[kind];
  return (
    <span className={classes.kind}>
      <KindIcon size={15} stroke={1.9} aria-hidden="true" />
      {t(`kind.${kind}`)}
    </span>
  );
}
