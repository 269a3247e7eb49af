import type { ReactNode } from 'react';
import { useTranslate } from '@/i18n/locale';
import { Mark } from '@/ui/Mark';
import classes from './Splash.module.css';

// Before it is known who looks.
export function Splash({ children }: { children?: ReactNode }) {
  const t = useTranslate();
  return (
    <main className={classes.splash}>
      <Mark size={48} />
      {children ?? <p role="status">{t('state.loading')}</p>}
    </main>
  );
}
