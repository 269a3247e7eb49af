// Of a form's texts those that were filled in: what is left empty is left to the server.
export function filledOnly<Values extends Record<string, string>>(values: Values): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value.trim() !== ''),
  ) as Partial<Values>;
}
