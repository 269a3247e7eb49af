import { sentence } from '@/api/problem';
import type { ImportFinding, ImportReport } from '@/api/types';
import { en } from '@/i18n/en';
import type { MessageKey } from '@/i18n/en';
import { useTranslate } from '@/i18n/locale';
import { IconAlert, IconInfo, IconX } from '@/ui/icons';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import classes from './Import.module.css';
import { gravestFirst } from './outcome';

const looks = {
  refused: { tone: 'bad', icon: IconX },
  warning: { tone: 'warn', icon: IconAlert },
  note: { tone: 'info', icon: IconInfo },
} as const;

export function Findings({ report }: { report: ImportReport }) {
  const t = useTranslate();
  return (
    <Section title={t('report.findings')} level={3} flush={report.findings.length > 0}>
      {report.findings.length === 0 ? (
        <p className="dimmed">{t('report.findingsNone')}</p>
      ) : (
        <ul role="list" className={classes.findings}>
          {gravestFirst(report.findings).map((finding) => (
            <Finding key={finding.code + finding.words} finding={finding} />
          ))}
        </ul>
      )}
      {!report.complete && (
        <p className={`${classes.incomplete ?? ''} dimmed small`}>{t('report.incomplete')}</p>
      )}
    </Section>
  );
}

// What can be done about it; codes that this page does not know have no advice.
function adviceKey(code: string): MessageKey | undefined {
  const key = `finding.${code}`;
  return key in en ? (key as MessageKey) : undefined;
}

function Finding({ finding }: { finding: ImportFinding }) {
  const t = useTranslate();
  const advice = adviceKey(finding.code);
  return (
    <li className={classes.finding}>
      <span>
        <Status {...looks[finding.severity]} word={t(`severity.${finding.severity}`)} />
      </span>
      <div>
        <p className={classes.words}>
          {sentence(finding.words)}
          {finding.count > 1 && (
            <span className="dimmed small"> {t('report.occurrences', { count: finding.count })}</span>
          )}
        </p>
        {advice && <p className="small">{t(advice)}</p>}
        {finding.examples.length > 0 && (
          <details>
            <summary className="dimmed small">
              {t('report.examples', { count: finding.examples.length })}
            </summary>
            <ul className={classes.examples}>
              {finding.examples.map((example) => (
                <li key={example}>
                  <code>{example}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
}
