import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { LiveJobCard } from '@/features/jobs/LiveJobCard';
import { mayAdminister, mayOperate, useProject, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Page, Section } from '@/ui/Page';
import { IconDatabase, IconPlus, IconRestore } from '@/ui/icons';
import { BackupList } from './BackupList';
import { CreateBackup } from './CreateBackup';
import { HealthBanner } from './HealthBanner';
import { MaintenanceMenu } from './MaintenanceMenu';

// A browser holds six connections to a server; each live job takes one for itself.
const mostLive = 3;

export function BackupsPage() {
  const t = useTranslate();
  const project = useProject();
  const refresh = useProjectRefresh(project.name);
  const [creating, setCreating] = useState(false);
  const admin = mayAdminister(project);
  const nothingYet = (project.production_branch ?? '') === '' && project.backup_count === 0;

  if (nothingYet) return <FirstSteps />;
  const actions = admin && (
    <>
      <MaintenanceMenu project={project.name} />
      {project.backup_count > 0 && (
        <Button
          variant="default"
          component={Link}
          to={`/projects/${project.name}/restore`}
          leftSection={<IconRestore size={18} />}
        >
          {t('backups.restore')}
        </Button>
      )}
      <Button leftSection={<IconPlus size={18} />} onClick={() => setCreating(true)}>
        {t('backups.create')}
      </Button>
    </>
  );
  return (
    <Page title={t('tab.backups')} level={2} actions={actions || undefined}>
      <HealthBanner health={project.health} />
      {project.active_jobs.slice(0, mostLive).map((job) => (
        <LiveJobCard
          key={job.id}
          id={job.id}
          project={project.name}
          mayCancel={admin}
          onOver={() => void refresh()}
        />
      ))}
      <BackupList project={project} />
      {admin && <CreateBackup project={project} opened={creating} onClose={() => setCreating(false)} />}
    </Page>
  );
}

// A project without a production branch: what to do first.
function FirstSteps() {
  const t = useTranslate();
  const project = useProject();
  const operator = mayOperate(project);
  return (
    <Page title={t('tab.backups')} level={2}>
      <Section>
        <Empty
          icon={IconDatabase}
          title={t('firstSteps.title')}
          action={
            operator && (
              <Button component={Link} to={`/projects/${project.name}/branches?new=production`}>
                {t('firstSteps.addBranch')}
              </Button>
            )
          }
        >
          {operator ? t('firstSteps.operator') : t('firstSteps.member')}
        </Empty>
      </Section>
    </Page>
  );
}
