// A text, or one text for each plural form that the language has. `{name}` stands for a parameter;
// which form is taken is decided by the parameter `count`.
export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Message = string | Plural;
export type Parameters = Record<string, string | number>;

export function formatMessage(message: Message, locale: string, parameters: Parameters = {}): string {
  const text = typeof message === 'string' ? message : pluralForm(message, locale, parameters['count']);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}

function pluralForm(message: Plural, locale: string, count: string | number | undefined): string {
  const rule = new Intl.PluralRules(locale).select(Number(count ?? 0));
  return message[rule] ?? message.other;
}
