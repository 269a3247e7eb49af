import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useTranslate } from '@/i18n/locale';
import classes from './Dialog.module.css';

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  size?: string;
}

// A dialog; the whole screen on a phone. The page behind it does not scroll: see base.css.
export function Dialog({ opened, onClose, title, children, size = 'md' }: Props) {
  const t = useTranslate();
  const phone = useMediaQuery('(max-width: 700px)') ?? false;
  useEffect(() => {
    if (!opened) return undefined;
    document.body.classList.add('dialog-open');
    return () => document.body.classList.remove('dialog-open');
  }, [opened]);
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} fullScreen={phone}>
      <Modal.Overlay />
      <Modal.Content>
        {/* Mantine's <header> would be taken for another one of the whole page. */}
        <Modal.Header role="none">
          <Modal.Title className={classes.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('action.close')} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
