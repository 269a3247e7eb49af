import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { en } from './en';
import type { MessageKey } from './en';
import { formatMessage } from './message';
import type { Message, Parameters } from './message';

export const locales = { en: 'English', fr: 'Français' } as const;
export type Locale = keyof typeof locales;
export type Translate = (key: MessageKey, parameters?: Parameters) => string;

type Catalog = Partial<Record<MessageKey, Message>>;
const loaders: Record<Locale, () => Promise<Catalog>> = {
  en: () => Promise.resolve(en),
  fr: () => import('./fr').then((module) => module.fr),
};

interface LocaleValue {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  t: Translate;
}

const LocaleContext = createContext<LocaleValue>({
  locale: 'en',
  setLocale: () => undefined,
  t: (key, parameters) => formatMessage(en[key], 'en', parameters),
});

const remembered = 'skyhold-locale';

export function isLocale(text: string | null | undefined): text is Locale {
  return text === 'en' || text === 'fr';
}

function firstLocale(): Locale {
  const chosen = localStorage.getItem(remembered);
  if (isLocale(chosen)) return chosen;
  const wished = navigator.languages.map((language) => language.slice(0, 2)).find(isLocale);
  return wished ?? 'en';
}

export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState<Locale>(firstLocale);
  const [catalog, setCatalog] = useState<{ locale: Locale; messages: Catalog }>({
    locale: 'en',
    messages: en,
  });

  useEffect(() => {
    let current = true;
    void loaders[locale]().then((messages) => {
      if (!current) return;
      setCatalog({ locale, messages });
      document.documentElement.lang = locale;
    });
    return () => {
      current = false;
    };
  }, [locale]);

  const value = useMemo<LocaleValue>(
    () => ({
      locale: catalog.locale,
      setLocale: (next) => {
        localStorage.setItem(remembered, next);
        setLocale(next);
      },
      // What is not translated yet is said in English, with English plurals.
      t: (key, parameters) => {
        const translated = catalog.messages[key];
        return translated === undefined
          ? formatMessage(en[key], 'en', parameters)
          : formatMessage(translated, catalog.locale, parameters);
      },
    }),
    [catalog],
  );
  return <LocaleContext.Provider value={value}>{children}</LocaleContext.Provider>;
}

export const useLocale = (): LocaleValue => useContext(LocaleContext);
export const useTranslate = (): Translate => useLocale().t;
