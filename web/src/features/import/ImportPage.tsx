import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import { mayAdminister, mayOperate, useBranches, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { ImportForm } from './ImportForm';
import { ImportList } from './ImportList';
import { OpenUploads } from './OpenUploads';

export function ImportPage() {
  const t = useTranslate();
  const project = useProject();
  const admin = mayAdminister(project);
  const branches = useBranches(project.name, admin);
  if (!admin) return <Notice tone="info" title={t('imports.adminsOnly')} />;
  return (
    <Page title={t('imports.title')} lead={t('imports.lead')} level={2}>
      <Loaded query={branches} rows={6}>
        {(items) =>
          items.length === 0 ? (
            <Notice tone="info" title={t('imports.noBranch')}>
              <p>{t('imports.noBranchWhat')}</p>
              {mayOperate(project) && (
                <Button
                  component={Link}
                  to={`/projects/${project.name}/branches?new=production`}
                  size="xs"
                  mt="xs"
                >
                  {t('branches.add')}
                </Button>
              )}
            </Notice>
          ) : (
            <ImportForm project={project} branches={items} />
          )
        }
      </Loaded>
      <OpenUploads project={project.name} />
      <ImportList project={project} />
    </Page>
  );
}
