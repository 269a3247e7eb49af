import type { BranchType } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { IconBranch, IconPencil, IconServer } from '@/ui/icons';
import { Status } from '@/ui/Status';

const looks = {
  production: { tone: 'info', icon: IconServer },
  staging: { tone: 'idle', icon: IconBranch },
  development: { tone: 'idle', icon: IconPencil },
} as const;

export function BranchTypeLabel({ type }: { type: BranchType }) {
  const t = useTranslate();
  return <Status {...looks[type]} word={t(`branchType.${type}`)} />;
}
