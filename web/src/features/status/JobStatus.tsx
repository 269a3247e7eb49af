import type { JobState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconCheck, IconClock, IconMinus, IconRefresh, IconX } from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Tone } from '@/ui/Status';

const looks: Record<JobState, { tone: Tone; icon: Icon; spin?: boolean }> = {
  queued: { tone: 'idle', icon: IconClock },
  running: { tone: 'info', icon: IconRefresh, spin: true },
  succeeded: { tone: 'good', icon: IconCheck },
  failed: { tone: 'bad', icon: IconX },
  cancelled: { tone: 'idle', icon: IconMinus },
};

export function JobStatus({ state }: { state: JobState }) {
  const t = useTranslate();
  return <Status {...looks[state]} word={t(`job.${state}`)} />;
}
