import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Download, ExportFormat } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import { Notice } from '@/ui/Notice';
import { Secret } from '@/ui/Secret';
import { Time } from '@/ui/Time';
import { IconDownload } from '@/ui/icons';
import { useNow } from '@/ui/useNow';
import { commandsAfterwards, curlCommand } from './commands';
import classes from './Download.module.css';

interface Props {
  format: ExportFormat;
  download: Download;
  making: boolean;
  onAgain: () => void;
}

// The link: fetched by the browser itself, straight to disk, or by a command elsewhere.
export function ReadyLink({ format, download, making, onAgain }: Props) {
  const { t, locale } = useLocale();
  const now = useNow();
  const expired = new Date(download.expires_at) <= now;
  const button = useRef<HTMLAnchorElement>(null);
  // The button that made the link is gone; the next step takes its focus.
  useEffect(() => button.current?.focus(), [download.url]);
  const size = formatBytes(download.size_bytes, locale);
  const yes = (value: boolean) => (value ? t('state.yes') : t('state.no'));
  return (
    <div className={classes.link}>
      <Facts
        facts={[
          { label: t('link.file'), value: <code>{download.file_name}</code>, wide: true },
          { label: t('link.size'), value: download.size_exact ? size : t('link.sizeAbout', { size }) },
          { label: t('link.encrypted'), value: yes(download.encrypted) },
          { label: t('link.resumable'), value: yes(download.resumable) },
          { label: t('link.expires'), value: <Time at={download.expires_at} style="full" />, wide: true },
        ]}
      />
      {expired ? (
        <Notice tone="warn" title={t('link.expired')} role="status">
          <Button size="xs" mt="xs" loading={making} onClick={onAgain}>
            {t('link.makeAgain')}
          </Button>
        </Notice>
      ) : (
        <>
          <div className={classes.row}>
            <Button
              ref={button}
              component="a"
              href={download.url}
              download={download.file_name}
              leftSection={<IconDownload size={18} />}
            >
              {t('download.fetch')}
            </Button>
          </div>
          <p className="dimmed small">
            {t('link.lead')} {!download.resumable && t('link.whole')}
          </p>
          <div className={classes.curl}>
            <p>{t('link.curl')}</p>
            <Secret value={curlCommand(download, window.location.origin)} label={t('link.curl')} />
            {download.resumable && <p className="dimmed small">{t('link.broken')}</p>}
          </div>
        </>
      )}
      <Afterwards format={format} download={download} />
    </div>
  );
}

function Afterwards({ format, download }: Pick<Props, 'format' | 'download'>) {
  const { t } = useLocale();
  const commands = commandsAfterwards(format, download);
  const words =
    format === 'odoo-zip'
      ? t('link.odooRestores')
      : format === 'tar.zst'
        ? t('link.skyholdTakes')
        : undefined;
  if (commands.length === 0 && words === undefined) return null;
  return (
    <details>
      <summary className="dimmed small">{t('link.afterwards')}</summary>
      {commands.length > 0 && (
        <pre className={classes.commands}>
          <code>{commands.join('\n')}</code>
        </pre>
      )}
      {words !== undefined && <p className="small">{words}</p>}
    </details>
  );
}
