import type { ReactNode } from 'react';
import type { RestorePreview } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Time } from '@/ui/Time';
import { IconBack, IconBranch, IconCheck, IconDatabase, IconRefresh, IconShield } from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import classes from './Restore.module.css';

// The steps of a restore, before it is begun.
export function Plan({ preview }: { preview: RestorePreview }) {
  const { t, locale } = useLocale();
  const { branch, database, replaces, replaced_size_bytes: size, replaced_last_write_at: written } = preview;
  return (
    <ul role="list" className={classes.plan}>
      {replaces ? (
        <Item icon={IconDatabase}>
          <strong>{t('plan.replaces', { branch })}</strong>{' '}
          {size === undefined ? (
            <code>{database}</code>
          ) : (
            t('plan.database', { database, size: formatBytes(size, locale) })
          )}
          {written && (
            <>
              {' '}
              {t('plan.lastWrite')} <Time at={written} style="relative" />.
            </>
          )}
        </Item>
      ) : (
        <Item icon={IconBranch}>{t('plan.creates', { branch, database })}</Item>
      )}
      {preview.safety_backup && <Item icon={IconShield}>{t('plan.safety', { branch })}</Item>}
      <Item icon={IconRefresh}>{preview.mode === 'exact' ? t('plan.exact') : t('plan.neutralized')}</Item>
      {preview.identity === 'new' && <Item icon={IconBranch}>{t('plan.identity')}</Item>}
      <Item icon={IconCheck}>{replaces ? t('plan.checkAndSwap', { branch }) : t('plan.check')}</Item>
      {replaces && <Item icon={IconBack}>{t('plan.undo')}</Item>}
    </ul>
  );
}

function Item({ icon: ItemIcon, children }: { icon: Icon; children: ReactNode }) {
  return (
    <li>
      <ItemIcon size={18} aria-hidden="true" />
      <span>{children}</span>
    </li>
  );
}
