// "Ada Lovelace" → "AL", "ada@example.com" → "A"
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+|@.*/)
    .filter((word) => word !== '');
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toUpperCase();
}
