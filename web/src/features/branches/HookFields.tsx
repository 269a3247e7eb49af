import { Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslate } from '@/i18n/locale';

interface Hooks {
  odoo_version: string;
  addons_path: string;
  before_swap: string;
  after_swap: string;
}

// What few branches need to say.
export function HookFields<Values extends Hooks>({ form }: { form: UseFormReturnType<Values> }) {
  const t = useTranslate();
  const field = (name: keyof Hooks, placeholder: string) => (
    <TextInput
      label={t(`branches.${name}`)}
      description={t(`branches.${name}_hint`)}
      placeholder={placeholder}
      spellCheck={false}
      {...form.getInputProps(name)}
    />
  );
  return (
    <details>
      <summary className="dimmed small">{t('branches.more')}</summary>
      <Stack mt="sm">
        {field('odoo_version', '17.0')}
        {field('addons_path', '/opt/odoo/addons,/opt/acme/addons')}
        {field('before_swap', 'systemctl stop odoo-acme')}
        {field('after_swap', 'systemctl start odoo-acme')}
      </Stack>
    </details>
  );
}
