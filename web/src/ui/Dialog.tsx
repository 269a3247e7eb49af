import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useTranslate } from '@/i18n/locale';

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
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      fullScreen={phone}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 640, fontSize: '1.0625rem' } }}
    >
      {children}
    </Modal>
  );
}
