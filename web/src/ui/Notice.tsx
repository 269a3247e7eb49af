import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { asProblem } from '@/api/problem';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconCheck, IconInfo, IconRefresh } from './icons';
import classes from './Notice.module.css';
import type { Tone } from './Status';

const icons = { good: IconCheck, warn: IconAlert, bad: IconAlert, info: IconInfo, idle: IconInfo };

interface Props {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  role?: 'alert' | 'status';
}

// Words that stand out from the page, with an icon that says how they are meant.
export function Notice({ tone, title, children, role }: Props) {
  const NoticeIcon = icons[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={role}>
      <NoticeIcon size={20} aria-hidden="true" className={classes.icon} />
      <div className={classes.words}>
        {title !== undefined && <p className={classes.title}>{title}</p>}
        {children}
      </div>
    </div>
  );
}

// What went wrong, and what to do about it, in the words of the server.
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTranslate();
  const problem = asProblem(error);
  return (
    <Notice tone="bad" title={problem.message} role="alert">
      {problem.hint !== '' && <p>{problem.hint}</p>}
      {problem.requestId !== '' && (
        <p className="small">
          {t('problem.request')} <code>{problem.requestId}</code>
        </p>
      )}
      {onRetry && (
        <Button variant="default" size="xs" mt="xs" leftSection={<IconRefresh size={15} />} onClick={onRetry}>
          {t('action.tryAgain')}
        </Button>
      )}
    </Notice>
  );
}
