import { useMemo, useRef } from 'react';

// A random UUID; crypto.randomUUID() itself is missing on plain http.
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// One key for one wish: a second try with the same input repeats it, so that an answer that got lost
// does not create a thing twice. Other input, or success, means another wish.
export function useIdempotencyKey(): { keyFor: (input: unknown) => string; renew: () => void } {
  const current = useRef<{ input: string; key: string } | null>(null);
  return useMemo(
    () => ({
      keyFor: (input) => {
        const text = JSON.stringify(input);
        if (current.current?.input !== text) current.current = { input: text, key: randomKey() };
        return current.current.key;
      },
      renew: () => {
        current.current = null;
      },
    }),
    [],
  );
}
