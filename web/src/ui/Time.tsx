import { usePlatformZone } from '@/api/session';
import { formatRelative, formatTime, viewerTimeZone } from '@/format/time';
import type { TimeStyle } from '@/format/time';
import { useLocale } from '@/i18n/locale';
import { useNow } from './useNow';

interface Props {
  at: string | null | undefined;
  style?: TimeStyle | 'relative';
  missing?: string;
}

// An instant in platform time; the viewer's own time is in its title.
export function Time({ at, style = 'short', missing = '–' }: Props) {
  const { locale, t } = useLocale();
  const zone = usePlatformZone();
  const now = useNow();
  if (!at) return <span>{missing}</span>;
  const own = viewerTimeZone();
  const full = formatTime(at, 'full', locale, zone);
  const title =
    own === zone ? full : t('time.title', { platform: full, own: formatTime(at, 'full', locale, own) });
  return (
    <time dateTime={at} title={title} className={style === 'full' ? undefined : 'nowrap'}>
      {style === 'relative' ? formatRelative(at, now, locale) : formatTime(at, style, locale, zone, now)}
    </time>
  );
}
