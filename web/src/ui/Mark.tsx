// The mark: a keep that is a shield, under the line of the sky. Drawn again in public/mark.svg.
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#1c5a87" />
      <path d="M6 8.5q10-6 20 0" fill="none" stroke="#8fd0ff" strokeWidth="2.6" strokeLinecap="round" />
      <path
        d="M8 12h3.6v2.6h2.6V12h3.6v2.6h2.6V12H24v8.2c0 4-3.4 6.6-8 8.3-4.6-1.7-8-4.3-8-8.3z"
        fill="#fff"
      />
      <path d="M13.4 26.9v-4.4a2.6 2.6 0 0 1 5.2 0v4.4q-1.2.7-2.6 1.2-1.4-.5-2.6-1.2z" fill="#1c5a87" />
    </svg>
  );
}
