import { Group, NumberInput, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useLocale } from '@/i18n/locale';
import { cronOf, rhythms, weekdayName } from './cron';
import type { Plan } from './cron';

type Values = Plan & { what: string; branch: string; source: string };

export function PlanFields({ form }: { form: UseFormReturnType<Values> }) {
  const { t, locale } = useLocale();
  const { rhythm, weekday, everyHours } = form.values;
  return (
    <>
      <Select
        label={t('schedule.rhythm')}
        data={rhythms.map((value) => ({ value, label: t(`rhythm.${value}`) }))}
        {...form.getInputProps('rhythm')}
      />
      {rhythm === 'custom' ? (
        <TextInput
          label={t('schedule.cron')}
          description={t('schedule.cronHint')}
          placeholder="30 2 * * mon-fri"
          spellCheck={false}
          {...form.getInputProps('custom')}
        />
      ) : (
        <Group grow align="flex-start">
          {rhythm === 'weekly' && (
            <Select
              label={t('schedule.weekday')}
              data={[1, 2, 3, 4, 5, 6, 0].map((day) => ({
                value: String(day),
                label: weekdayName(day, locale),
              }))}
              value={String(weekday)}
              onChange={(value) => form.setFieldValue('weekday', Number(value))}
            />
          )}
          {rhythm === 'hours' && (
            <NumberInput
              label={t('schedule.everyHours')}
              min={1}
              max={12}
              value={everyHours}
              onChange={(value) => form.setFieldValue('everyHours', Number(value) || 1)}
            />
          )}
          {rhythm !== 'hours' && (
            <TextInput type="time" label={t('schedule.time')} {...form.getInputProps('time')} />
          )}
        </Group>
      )}
      {rhythm !== 'custom' && (
        <p className="dimmed small">
          {t('schedule.cron')} <code>{cronOf(form.values)}</code>
        </p>
      )}
    </>
  );
}
