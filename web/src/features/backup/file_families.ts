import type { Contents } from '@/api/types';

type FileType = NonNullable<Contents['file_types']>[number];

export type Family =
  | 'image'
  | 'pdf'
  | 'document'
  | 'sheet'
  | 'presentation'
  | 'text'
  | 'web'
  | 'video'
  | 'audio'
  | 'archive'
  | 'other'
  | 'unknown';

export interface FamilyTotal {
  family: Family;
  count: number;
  bytes: number;
  // The largest first.
  types: string[];
}

// The first that fits. Office's names end in long words that say what they are.
const patterns: [RegExp, Family][] = [
  [/^unknown$/, 'unknown'],
  [/^application\/pdf$/, 'pdf'],
  [/^image\//, 'image'],
  [/^video\//, 'video'],
  [/^audio\//, 'audio'],
  [/(javascript|ecmascript|typescript|\/(html|css|scss|x-scss|less|json|xhtml\+xml)$)/, 'web'],
  [/(ms-excel|spreadsheet|text\/csv)/, 'sheet'],
  [/(ms-powerpoint|presentation)/, 'presentation'],
  [/(msword|wordprocessing|opendocument\.text|application\/rtf|text\/rtf|epub)/, 'document'],
  [/(\/zip|gzip|x-tar|x-7z|x-rar|vnd\.rar|bzip2?|zstd|x-xz)/, 'archive'],
  [/^(text\/|message\/|application\/xml)/, 'text'],
];

export function familyOf(type: string): Family {
  return patterns.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
}

// The largest first; what nobody knows or wants to know last.
export function families(types: FileType[]): FamilyTotal[] {
  const totals = new Map<Family, FamilyTotal>();
  for (const { type, count, bytes } of types) {
    const family = familyOf(type);
    const total = totals.get(family) ?? { family, count: 0, bytes: 0, types: [] };
    total.count += count;
    total.bytes += bytes;
    if (type.includes('/')) total.types.push(type);
    totals.set(family, total);
  }
  const last = (total: FamilyTotal) => Number(total.family === 'other' || total.family === 'unknown');
  return [...totals.values()].sort((a, b) => last(a) - last(b) || b.bytes - a.bytes);
}
