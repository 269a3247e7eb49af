import { Button, CopyButton } from '@mantine/core';
import { useTranslate } from '@/i18n/locale';
import { IconCheck, IconCopy } from './icons';
import classes from './Secret.module.css';

// A text to copy. Where the browser gives no clipboard (plain http) it can still be selected.
export function Secret({ value, label }: { value: string; label: string }) {
  const t = useTranslate();
  return (
    <div className={classes.secret}>
      <code className={classes.value} aria-label={label}>
        {value}
      </code>
      {window.isSecureContext && (
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="xs"
              onClick={copy}
              leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            >
              {copied ? t('action.copied') : t('action.copy')}
            </Button>
          )}
        </CopyButton>
      )}
    </div>
  );
}
