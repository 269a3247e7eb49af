import { useTranslate } from '@/i18n/locale';
import { Facts } from '@/ui/Facts';
import { dayRules, tierRules } from './rules';
import type { FullRules } from './rules';

export function RulesInWords({ rules }: { rules: FullRules }) {
  const t = useTranslate();
  return (
    <Facts
      facts={[
        ...tierRules.map((name) => ({ label: t(`rule.${name}`), value: rules[name] })),
        ...dayRules.map((name) => ({
          label: t(`rule.${name}`),
          value: rules[name] === 0 ? t('backups.keptForGood') : t('rule.days', { count: rules[name] }),
        })),
      ]}
    />
  );
}
