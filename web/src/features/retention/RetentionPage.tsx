import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { mayAdminister, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { Pager, useCursor } from '@/ui/Pager';
import { CalendarSection } from './CalendarSection';
import { KeptTable } from './KeptTable';
import { RulesForm } from './RulesForm';
import { RulesInWords } from './RulesInWords';
import { fullRules } from './rules';

export function RetentionPage() {
  const t = useTranslate();
  const project = useProject();
  const cursor = useCursor();
  const query = { limit: 25, ...(cursor.after === undefined ? {} : { after: cursor.after }) };
  const retention = useQuery({
    queryKey: keys.of(project.name, 'retention', query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/retention', {
          params: { path: { project: project.name }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('tab.retention')} lead={t('retention.lead')} level={2}>
      <Loaded query={retention} rows={8}>
        {({ rules, backups, next }) => (
          <>
            <Section title={t('retention.rules')}>
              {mayAdminister(project) ? (
                <RulesForm key={JSON.stringify(rules)} project={project.name} rules={fullRules(rules)} />
              ) : (
                <RulesInWords rules={fullRules(rules)} />
              )}
            </Section>
            {(project.production_branch ?? '') !== '' && <CalendarSection project={project} />}
            <Section title={t('retention.backups')} lead={t('retention.backupsLead')} flush>
              <KeptTable project={project.name} backups={backups} empty={t('backups.empty')} />
              <Pager cursor={cursor} next={next ?? ''} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
