import { useSearchParams } from 'react-router-dom';
import { mayAdminister, useBranches, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { BackupStep } from './BackupStep';
import { ModeStep } from './ModeStep';
import { ReviewStep } from './ReviewStep';
import { TargetStep } from './TargetStep';
import { useRestoreDraft } from './useRestoreDraft';

// From a backup to a branch, a step below the other; each appears when the one before is decided.
export function RestorePage() {
  const t = useTranslate();
  const project = useProject();
  const [search, setSearch] = useSearchParams();
  const branches = useBranches(project.name);
  const backup = search.get('backup') ?? '';
  const [draft, change] = useRestoreDraft();

  if (!mayAdminister(project)) return <Notice tone="info" title={t('restore.adminsOnly')} />;
  const decided = draft.target === 'new' ? draft.newName !== '' : draft.branch !== '';
  const target = (branches.data ?? []).find((branch) => branch.name === draft.branch);
  return (
    <Page title={t('restore.title')} lead={t('restore.lead')} level={2} narrow>
      <BackupStep
        project={project.name}
        chosen={backup}
        onChoose={(id) => setSearch(id === '' ? {} : { backup: id })}
      />
      {backup !== '' && (
        <Loaded query={branches}>
          {(items) => <TargetStep project={project} branches={items} draft={draft} onChange={change} />}
        </Loaded>
      )}
      {backup !== '' && decided && (
        <>
          <ModeStep
            draft={draft}
            production={draft.target === 'existing' && target?.type === 'production'}
            onChange={change}
          />
          <ReviewStep project={project.name} backup={backup} draft={draft} onChange={change} />
        </>
      )}
    </Page>
  );
}
