import { Button } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Branch } from '@/api/types';
import { mayOperate, useBranches, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { IconBranch, IconPlus } from '@/ui/icons';
import { BranchForm } from './BranchForm';
import { BranchTable } from './BranchTable';
import { NewBranchForm } from './NewBranchForm';

export function BranchesPage() {
  const t = useTranslate();
  const project = useProject();
  const operator = mayOperate(project);
  const branches = useBranches(project.name);
  const [search, setSearch] = useSearchParams();
  const [editing, setEditing] = useState<Branch | null>(null);
  const creating = operator && search.has('new');
  const add = operator && (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setSearch({ new: 'staging' })}>
      {t('branches.add')}
    </Button>
  );
  return (
    <Page title={t('tab.branches')} lead={t('branches.lead')} level={2} actions={add || undefined}>
      <Section flush>
        <Loaded query={branches}>
          {(items) =>
            items.length === 0 ? (
              <Empty icon={IconBranch} title={t('branches.empty')}>
                {operator ? t('firstSteps.operator') : t('firstSteps.member')}
              </Empty>
            ) : (
              <BranchTable project={project} branches={items} onEdit={setEditing} />
            )
          }
        </Loaded>
      </Section>
      <Dialog
        opened={creating}
        onClose={() => setSearch({}, { replace: true })}
        title={t('branches.add')}
        size="lg"
      >
        <NewBranchForm
          project={project}
          type={search.get('new') === 'production' ? 'production' : 'staging'}
          onDone={() => setSearch({}, { replace: true })}
        />
      </Dialog>
      <Dialog opened={editing !== null} onClose={() => setEditing(null)} title={t('branches.edit')} size="lg">
        {editing && <BranchForm project={project.name} branch={editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </Page>
  );
}
