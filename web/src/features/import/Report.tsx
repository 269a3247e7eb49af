import type { ImportOutcome, Job } from '@/api/types';
import { formatBytes, formatCount, shortVersion } from '@/format/quantity';
import { useLocale } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import type { Fact } from '@/ui/Facts';
import { Section } from '@/ui/Page';
import { Decide } from './Decide';
import { Findings } from './Findings';
import { importRequest } from './outcome';
import { Verdict } from './Verdict';
import { sourceInWords } from './words';

// What was found in a dump or archive: whether it can be had, what speaks against it, what is in it.
export function Report({ job, outcome }: { job: Job; outcome: ImportOutcome }) {
  const { t, locale } = useLocale();
  const { report } = outcome;
  const text = (label: string, value: string | undefined): Fact | null =>
    value === undefined || value === '' ? null : { label, value };
  const count = (label: string, value: number | undefined): Fact | null =>
    value === undefined ? null : { label, value: formatCount(value, locale) };
  const server = shortVersion(report.server_version);
  const target = shortVersion(report.target_server_version ?? '');
  const dump = shortVersion(report.dump_version ?? '');
  const packed = !['none', 'plain'].includes(report.compression);
  return (
    <>
      <Verdict job={job} outcome={outcome} />
      <Findings report={report} />
      {outcome.decision !== 'kept' && <Decide job={job} outcome={outcome} />}
      <Section title={t('report.facts')} level={3}>
        <Facts
          facts={[
            text(t('imports.source'), sourceInWords(importRequest(job), t)),
            text(t('report.kind'), report.kind),
            text(t('report.compression'), packed ? report.compression : ''),
            text(t('report.database'), report.database),
            text(
              t('report.server'),
              server === '' || target === '' ? server : t('report.serverFor', { version: server, target }),
            ),
            text(t('report.dumpVersion'), dump === '' ? '' : `pg_dump ${dump}`),
            text('Odoo', report.odoo_version),
            { label: t('report.archive'), value: formatBytes(report.archive_bytes, locale) },
            text(
              t('report.databaseBytes'),
              report.database_bytes === 0 ? '' : formatBytes(report.database_bytes, locale),
            ),
            count(t('report.tables'), report.tables),
            count(t('report.rows'), report.rows),
            {
              label: t('report.files'),
              value:
                report.files === 0
                  ? t('state.none')
                  : `${formatCount(report.files, locale)} · ${formatBytes(report.file_bytes, locale)}`,
            },
            count(t('report.statements'), report.statements),
          ]}
        />
      </Section>
    </>
  );
}
