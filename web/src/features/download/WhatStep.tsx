import { Checkbox, SegmentedControl, TextInput } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { Backup } from '@/api/types';
import { Step } from '@/features/restore/Step';
import { formatBytes } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { Time } from '@/ui/Time';
import classes from './Download.module.css';
import { formats } from './draft';
import type { DownloadDraft } from './draft';
import { FindAttachment } from './FindAttachment';
import { TableField } from './TableField';

interface Props {
  backup: Backup;
  draft: DownloadDraft;
  onChange: (changes: Partial<DownloadDraft>) => void;
}

export function WhatStep({ backup, draft, onChange }: Props) {
  const { t, locale } = useLocale();
  const size = backup.source_bytes === undefined ? '' : ` · ${formatBytes(backup.source_bytes, locale)}`;
  return (
    <Step number={1} title={t('download.what')}>
      <p className="dimmed">
        {backup.branch} ·{' '}
        <Link to={`/projects/${backup.project}/backups/${backup.id}`}>
          <Time at={backup.point_in_time ?? backup.started_at} style="full" />
        </Link>
        {size}
      </p>
      <div className={classes.fields}>
        <Choices legend={t('download.what')}>
          {formats.map((format) => (
            <Choice
              key={format}
              name="format"
              checked={draft.format === format}
              onChoose={() => onChange({ format })}
              title={t(`format.${format}`)}
              text={t(`format.${format}.what`)}
            />
          ))}
        </Choices>
        {draft.format === 'odoo-zip' && (
          <Checkbox
            label={t('download.filestore')}
            description={t('download.filestoreWhat')}
            checked={draft.filestore}
            onChange={(event) => onChange({ filestore: event.currentTarget.checked })}
          />
        )}
        {draft.format === 'table' && (
          <>
            <TableField
              project={backup.project}
              backup={backup.id}
              value={draft.table}
              onChange={(table) => onChange({ table })}
            />
            <SegmentedControl
              aria-label={t('download.tableFormat')}
              value={draft.tableFormat}
              onChange={(value) => onChange({ tableFormat: value === 'copy' ? 'copy' : 'csv' })}
              data={(['csv', 'copy'] as const).map((value) => ({ value, label: t(`download.${value}`) }))}
            />
          </>
        )}
        {draft.format === 'file' && (
          <>
            <FindAttachment backup={backup} />
            <TextInput
              label={t('download.file')}
              description={t('download.fileHint')}
              placeholder="ab/abcdef0123456789abcdef0123456789abcdef01"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={400}
              value={draft.file}
              onChange={(event) => onChange({ file: event.currentTarget.value })}
            />
          </>
        )}
      </div>
    </Step>
  );
}
