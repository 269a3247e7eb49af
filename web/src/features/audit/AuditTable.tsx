import { Link } from 'react-router-dom';
import type { AuditRecord } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import type { Column } from '@/ui/DataTable';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconCheck, IconX } from '@/ui/icons';
import { isGood } from './outcome';

interface Props {
  records: AuditRecord[];
  withProject: boolean;
  busy: boolean;
}

export function AuditTable({ records, withProject, busy }: Props) {
  const t = useTranslate();
  const columns: Column<AuditRecord>[] = [
    { id: 'at', header: t('audit.at'), cell: (record) => <Time at={record.at} />, card: 'title' },
    { id: 'actor', header: t('audit.actor'), cell: (record) => record.actor || '–' },
    { id: 'action', header: t('audit.action'), cell: (record) => <code>{record.action}</code> },
    {
      id: 'subject',
      header: t('audit.subject'),
      cell: (record) => (
        <>
          {record.subject || '–'}
          {record.detail && <div className="dimmed small">{record.detail}</div>}
        </>
      ),
    },
    {
      id: 'outcome',
      header: t('audit.outcome'),
      cell: (record) =>
        isGood(record.outcome) ? (
          <Status tone="good" icon={IconCheck} word={record.outcome} quiet />
        ) : (
          <Status tone="bad" icon={IconX} word={record.outcome.replaceAll('_', ' ')} quiet />
        ),
    },
    { id: 'address', header: t('sessions.address'), cell: (record) => record.address || '–' },
  ];
  if (withProject) {
    columns.splice(3, 0, {
      id: 'project',
      header: t('fleet.project'),
      cell: (record) =>
        record.project === '' ? '–' : <Link to={`/projects/${record.project}`}>{record.project}</Link>,
    });
  }
  return (
    <DataTable
      label={t('nav.audit')}
      columns={columns}
      rows={records}
      rowKey={(record) => String(record.sequence)}
      busy={busy}
    />
  );
}
