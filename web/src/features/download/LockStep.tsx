import { Button, PasswordInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Step } from '@/features/restore/Step';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { Notice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';
import classes from './Download.module.css';
import { badKey, shortestPassphrase, suggestPassphrase } from './draft';
import type { DownloadDraft } from './draft';

interface Props {
  number: number;
  draft: DownloadDraft;
  onChange: (changes: Partial<DownloadDraft>) => void;
}

// Closed for the receiver, so that it stays closed wherever it lies afterwards.
export function LockStep({ number, draft, onChange }: Props) {
  const t = useTranslate();
  return (
    <Step number={number} title={t('lock.title')}>
      <Choices legend={t('lock.title')}>
        <Choice
          name="lock"
          checked={draft.lock === 'open'}
          onChoose={() => onChange({ lock: 'open' })}
          title={t('lock.open')}
          text={t('lock.openWhat')}
        />
        <Choice
          name="lock"
          checked={draft.lock === 'passphrase'}
          onChoose={() => onChange({ lock: 'passphrase' })}
          title={t('lock.passphraseTitle')}
          text={t('lock.passphraseWhat')}
        />
        <Choice
          name="lock"
          checked={draft.lock === 'keys'}
          onChoose={() => onChange({ lock: 'keys' })}
          title={t('lock.keys')}
          text={t('lock.keysWhat')}
        />
      </Choices>
      {draft.lock === 'keys' && <Keys value={draft.keys} onChange={(keys) => onChange({ keys })} />}
      {draft.lock === 'passphrase' && (
        <Passphrase value={draft.passphrase} onChange={(passphrase) => onChange({ passphrase })} />
      )}
    </Step>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function Keys({ value, onChange }: FieldProps) {
  const t = useTranslate();
  // What is being typed is not wrong yet.
  const [left, setLeft] = useState(false);
  const bad = left ? badKey(value) : undefined;
  return (
    <div className={classes.fields}>
      <Textarea
        label={t('lock.keysLabel')}
        description={t('lock.keysHint')}
        placeholder="age1…"
        rows={3}
        resize="vertical"
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        error={bad === undefined ? undefined : t('lock.keysBad', { key: bad })}
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={() => setLeft(false)}
        onBlur={() => setLeft(true)}
      />
    </div>
  );
}

function Passphrase({ value, onChange }: FieldProps) {
  const t = useTranslate();
  const [left, setLeft] = useState(false);
  const [suggested, setSuggested] = useState('');
  const short = left && value !== '' && [...value].length < shortestPassphrase;
  const suggest = () => {
    const fresh = suggestPassphrase();
    setSuggested(fresh);
    onChange(fresh);
  };
  return (
    <div className={classes.fields}>
      <div className={classes.group}>
        <PasswordInput
          className={classes.wide}
          label={t('lock.passphrase')}
          description={t('lock.passphraseShort', { count: shortestPassphrase })}
          autoComplete="new-password"
          maxLength={200}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={value}
          error={short ? t('lock.passphraseShort', { count: shortestPassphrase }) : undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
          onFocus={() => setLeft(false)}
          onBlur={() => setLeft(true)}
        />
        <Button variant="subtle" size="xs" onClick={suggest}>
          {t('lock.suggest')}
        </Button>
      </div>
      {suggested !== '' && suggested === value && <Secret value={suggested} label={t('lock.passphrase')} />}
      <Notice tone="warn" title={t('lock.lost')}>
        <p>{t('lock.lostWhat')}</p>
      </Notice>
    </div>
  );
}
