import { mayAdminister, mayOperate, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Page, Section } from '@/ui/Page';
import { DeleteProject } from './DeleteProject';
import { GeneralForm } from './GeneralForm';
import { PauseForm } from './PauseForm';
import { RecoveryKit } from './RecoveryKit';

export function SettingsPage() {
  const t = useTranslate();
  const project = useProject();
  if (!mayAdminister(project)) return null;
  return (
    <Page title={t('tab.settings')} level={2} narrow>
      <Section title={t('settings.general')}>
        <GeneralForm key={project.title + String(project.objective_hours)} project={project} />
      </Section>
      <Section title={t('settings.pause')} lead={t('settings.pauseLead')}>
        <PauseForm project={project} />
      </Section>
      {mayOperate(project) && (
        <>
          <Section title={t('kit.title')} lead={t('kit.lead')}>
            <RecoveryKit project={project.name} />
          </Section>
          <Section title={t('deleteProject.title')} lead={t('deleteProject.lead')}>
            <DeleteProject project={project.name} />
          </Section>
        </>
      )}
    </Page>
  );
}
