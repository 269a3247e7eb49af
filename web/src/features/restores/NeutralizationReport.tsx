import { en } from '@/i18n/en';
import type { MessageKey } from '@/i18n/en';
import { useLocale } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Notice } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { IconAlert, IconCheck } from '@/ui/icons';
import { Status } from '@/ui/Status';
import type { Neutralization, SwitchedOff } from './outcome';
import classes from './Restores.module.css';

const mostNames = 6;

// What was switched off in the copy, and what nobody has a rule for.
export function NeutralizationReport({ report }: { report: Neutralization }) {
  const { t, locale } = useLocale();
  if (!report.odoo) return <Notice tone="info" title={t('neutralization.notOdoo')} />;
  if (!report.neutralized)
    return report.newIdentity ? <Notice tone="info" title={t('neutralization.identity')} /> : null;
  const few = (names: string[]) =>
    names.length <= mostNames + 1
      ? names.join(', ')
      : t('neutralization.andMore', {
          names: names.slice(0, mostNames).join(', '),
          count: names.length - mostNames,
        });
  const wereOn = report.switchedOff.filter(({ before, after }) => before > 0 || after > 0);
  const name = (kind: string) => {
    const key = `neutralized.${kind}`;
    if (key in en) return t(key as MessageKey);
    // Of a server that is newer than this page.
    return kind.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
  };
  return (
    <Section title={t('neutralization.title')} lead={t('neutralization.lead')} flush level={3}>
      {wereOn.length === 0 ? (
        <p className={classes.padded}>{t('neutralization.nothing')}</p>
      ) : (
        <DataTable<SwitchedOff>
          label={t('neutralization.title')}
          rows={wereOn}
          rowKey={(each) => each.kind}
          columns={[
            {
              id: 'kind',
              header: t('neutralization.what'),
              card: 'title',
              cell: (each) => (
                <>
                  {name(each.kind)}
                  {each.names.length > 0 && <div className="dimmed small">{few(each.names)}</div>}
                </>
              ),
            },
            {
              id: 'before',
              header: t('neutralization.before'),
              align: 'end',
              cell: (each) => each.before.toLocaleString(locale),
            },
            {
              id: 'after',
              header: t('neutralization.after'),
              align: 'end',
              cell: (each) => each.after.toLocaleString(locale),
            },
            {
              id: 'state',
              header: t('backups.state'),
              cell: (each) =>
                each.after === 0 ? (
                  <Status tone="good" icon={IconCheck} word={t('neutralization.off')} quiet />
                ) : (
                  <Status tone="warn" icon={IconAlert} word={t('neutralization.stillOn')} quiet />
                ),
            },
          ]}
        />
      )}
      <div className={classes.padded}>
        {report.foreignWithoutRule.length > 0 && (
          <Notice
            tone="warn"
            title={t('neutralization.foreign', { count: report.foreignWithoutRule.length })}
          >
            <p>
              <code>{few(report.foreignWithoutRule)}</code>
            </p>
            <p>{t('neutralization.foreignWhat')}</p>
          </Notice>
        )}
        <details>
          <summary className="dimmed small">{t('neutralization.details')}</summary>
          <p className="small">
            {t('neutralization.rules')}{' '}
            {report.scripts
              .map(({ module, builtIn }) => (builtIn ? `${module} (${t('neutralization.builtIn')})` : module))
              .join(', ') || t('state.none')}
          </p>
          <p className="small">
            {t('neutralization.without')} {report.withoutRule.join(', ') || t('state.none')}
          </p>
        </details>
      </div>
    </Section>
  );
}
