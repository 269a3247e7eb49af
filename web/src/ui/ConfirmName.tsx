import { TextInput } from '@mantine/core';
import { useTranslate } from '@/i18n/locale';

interface Props {
  expected: string;
  value: string;
  onChange: (value: string) => void;
  label?: string;
}

// What cannot be taken back by accident asks for a name to be typed.
export function ConfirmName({ expected, value, onChange, label }: Props) {
  const t = useTranslate();
  return (
    <TextInput
      label={label ?? t('confirm.type', { name: expected })}
      placeholder={expected}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      error={value !== '' && !expected.startsWith(value) ? t('confirm.differs') : undefined}
    />
  );
}
