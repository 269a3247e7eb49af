import { useTranslate } from '@/i18n/locale';
import { Notice } from '@/ui/Notice';
import { Choice, Choices } from '@/ui/Choice';
import { Step } from './Step';
import type { RestoreDraft } from './useRestoreDraft';

interface Props {
  draft: RestoreDraft;
  production: boolean;
  onChange: (changes: Partial<RestoreDraft>) => void;
}

export function ModeStep({ draft, production, onChange }: Props) {
  const t = useTranslate();
  const risky = draft.mode === 'exact' && !production;
  const odd = draft.mode === 'neutralized' && production;
  return (
    <Step number={3} title={t('restore.how')}>
      <Choices legend={t('restore.how')}>
        <Choice
          name="mode"
          checked={draft.mode === 'neutralized'}
          onChoose={() => onChange({ mode: 'neutralized' })}
          title={t('mode.neutralized')}
          text={t('mode.neutralizedWhat')}
        />
        <Choice
          name="mode"
          checked={draft.mode === 'exact'}
          onChoose={() => onChange({ mode: 'exact' })}
          title={t('mode.exact')}
          text={t('mode.exactWhat')}
        />
        {(risky || odd) && (
          <Notice tone="warn" title={risky ? t('mode.exactRisk') : t('mode.neutralizedRisk')} role="status" />
        )}
      </Choices>
    </Step>
  );
}
