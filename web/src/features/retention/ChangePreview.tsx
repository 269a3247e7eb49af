import type { RetentionPreview } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Notice } from '@/ui/Notice';
import { KeptTable } from './KeptTable';
import classes from './Retention.module.css';
import { changedRules, freedBytes } from './rules';
import type { FullRules } from './rules';

interface Props {
  project: string;
  preview: RetentionPreview;
  from: FullRules;
  to: FullRules;
}

// What a change of rules would delete, before it does.
export function ChangePreview({ project, preview, from, to }: Props) {
  const { t, locale } = useLocale();
  const { deleted } = preview;
  const stricter = changedRules(from, to).some((change) => change.stricter);
  if (deleted.length === 0) {
    return (
      <div className={classes.preview}>
        <Notice tone="good" title={t('retention.deletesNothing')} role="status">
          {stricter && <p>{t('retention.laterSooner')}</p>}
        </Notice>
      </div>
    );
  }
  return (
    <div className={classes.preview}>
      <Notice tone="bad" title={t('retention.deletes', { count: deleted.length })} role="status">
        <p>{t('retention.deletesWhat', { bytes: formatBytes(freedBytes(preview), locale) })}</p>
      </Notice>
      <KeptTable project={project} backups={deleted} empty="" />
    </div>
  );
}
