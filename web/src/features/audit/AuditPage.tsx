import { Button, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { usePlatformZone } from '@/api/session';
import { startOfDay } from '@/format/time';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { SearchInput } from '@/ui/SearchInput';
import { IconList } from '@/ui/icons';
import { useFilters } from '@/ui/useFilters';
import classes from './Audit.module.css';
import { AuditTable } from './AuditTable';

const texts = ['actor', 'action', 'project'] as const;

export function AuditPage() {
  const t = useTranslate();
  const zone = usePlatformZone();
  const cursor = useCursor();
  const filters = useFilters([...texts, 'since', 'until']);
  const { values, set } = filters;
  const day = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);
  const query = {
    limit: 50,
    ...(cursor.after === undefined ? {} : { after: cursor.after }),
    ...(values.actor === '' ? {} : { actor: values.actor }),
    ...(values.action === '' ? {} : { action: values.action }),
    ...(values.project === '' ? {} : { project: values.project }),
    ...(day(values.since) ? { since: startOfDay(values.since, zone) } : {}),
    ...(day(values.until) ? { until: startOfDay(dayAfter(values.until), zone) } : {}),
  };
  const audit = useQuery({
    queryKey: keys.platform('audit', query),
    queryFn: ({ signal }) => take(api.GET('/audit', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('nav.audit')} lead={t('audit.lead')}>
      <Section flush>
        <div className={classes.filters} role="group" aria-label={t('backups.filters')}>
          {texts.map((name) => (
            <SearchInput
              key={name}
              label={t(`audit.by_${name}`)}
              value={values[name]}
              onChange={(value) => set({ [name]: value.trim() })}
            />
          ))}
          {(['since', 'until'] as const).map((name) => (
            <TextInput
              key={name}
              type="date"
              label={t(`audit.${name}`)}
              value={values[name]}
              onChange={(event) => set({ [name]: event.currentTarget.value })}
            />
          ))}
          {filters.any && (
            <Button variant="subtle" onClick={filters.clear}>
              {t('action.clearFilters')}
            </Button>
          )}
        </div>
        <Loaded query={audit} rows={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={IconList} title={t('audit.empty')} />
            ) : (
              <>
                <AuditTable records={items} withProject busy={audit.isPlaceholderData} />
                <Pager cursor={cursor} next={next} />
              </>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}

function dayAfter(day: string): string {
  return new Date(new Date(`${day}T12:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10);
}
