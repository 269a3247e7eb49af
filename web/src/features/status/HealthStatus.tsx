import type { HealthState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconPause, IconShield, IconShieldOff, IconSpark } from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Tone } from '@/ui/Status';

export const healthLooks: Record<HealthState, { tone: Tone; icon: Icon }> = {
  safe: { tone: 'good', icon: IconShield },
  at_risk: { tone: 'warn', icon: IconAlert },
  unprotected: { tone: 'bad', icon: IconShieldOff },
  paused: { tone: 'idle', icon: IconPause },
  new: { tone: 'info', icon: IconSpark },
};

export function HealthStatus({ state }: { state: HealthState }) {
  const t = useTranslate();
  return <Status {...healthLooks[state]} word={t(`health.${state}`)} />;
}
