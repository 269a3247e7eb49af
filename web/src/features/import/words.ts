import type { Translate } from '@/i18n/locale';
import type { ImportRequest } from './outcome';

// Where an import came from. What follows an address's question mark is as a rule a signature.
export function sourceInWords({ source, fileName }: ImportRequest, t: Translate): string {
  if (source?.upload !== undefined) return fileName === '' ? t('source.upload') : fileName;
  if (source?.backup !== undefined) return t('source.backupOf', { project: source.backup.project });
  return source?.path ?? source?.url?.replace(/[?#].*$/, '') ?? t('source.unknown');
}
