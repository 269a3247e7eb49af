import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { IconList } from '@/ui/icons';
import { AuditTable } from './AuditTable';

export function ProjectAuditPage() {
  const t = useTranslate();
  const project = useProject();
  const cursor = useCursor();
  const query = { limit: 50, ...(cursor.after === undefined ? {} : { after: cursor.after }) };
  const audit = useQuery({
    queryKey: keys.of(project.name, 'audit', query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/audit', { params: { path: { project: project.name }, query }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('tab.activity')} lead={t('audit.projectLead')} level={2}>
      <Section flush>
        <Loaded query={audit} rows={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={IconList} title={t('audit.empty')} />
            ) : (
              <>
                <AuditTable records={items} withProject={false} busy={audit.isPlaceholderData} />
                <Pager cursor={cursor} next={next} />
              </>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}
