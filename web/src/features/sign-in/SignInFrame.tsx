import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMeta } from '@/api/session';
import { isLocale, locales, useLocale } from '@/i18n/locale';
import { Mark } from '@/ui/Mark';
import { useTitle } from '@/ui/Page';
import classes from './SignInFrame.module.css';

interface Props {
  title: string;
  lead?: string;
  children: ReactNode;
}

// The frame of everything before one is in.
export function SignInFrame({ title, lead, children }: Props) {
  const { t, locale, setLocale } = useLocale();
  const meta = useMeta();
  useTitle(title);
  return (
    <div className={classes.frame}>
      <header className={classes.brand}>
        <Mark size={40} />
        <div>
          <p className={classes.name}>Skyhold</p>
          <p className="dimmed small">{t('signIn.tagline')}</p>
        </div>
      </header>
      <main className={classes.card}>
        <h1 className={classes.title}>{title}</h1>
        {lead !== undefined && <p className={classes.lead}>{lead}</p>}
        {children}
        <div id="overlays" />
      </main>
      <footer className={classes.foot}>
        <Select
          aria-label={t('profile.language')}
          size="xs"
          w={120}
          data={Object.entries(locales).map(([value, label]) => ({ value, label }))}
          value={locale}
          onChange={(value) => {
            if (isLocale(value)) setLocale(value);
          }}
        />
        {meta && <span className="dimmed small">{t('signIn.version', { version: meta.version })}</span>}
      </footer>
    </div>
  );
}
