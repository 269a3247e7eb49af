import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useIsOperator } from '@/api/session';
import type { HealthState } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { SearchInput } from '@/ui/SearchInput';
import { IconGrid, IconPlus, IconSearch } from '@/ui/icons';
import { useFilters } from '@/ui/useFilters';
import { FleetHealth } from './FleetHealth';
import classes from './FleetPage.module.css';
import { FleetTable } from './FleetTable';

const sorts = ['name', 'health', 'last_good', 'stored_bytes'] as const;
type Sort = (typeof sorts)[number];
const states: readonly string[] = ['safe', 'at_risk', 'unprotected', 'paused', 'new'] satisfies HealthState[];
const pageSize = 50;

export function FleetPage() {
  const t = useTranslate();
  const operator = useIsOperator();
  const cursor = useCursor();
  const filters = useFilters(['search', 'health', 'sort']);
  const { search, health } = filters.values;
  const sort = sorts.find((each) => each === filters.values.sort) ?? 'name';
  const query = {
    limit: pageSize,
    sort: sort satisfies Sort,
    ...(cursor.after === undefined ? {} : { after: cursor.after }),
    ...(search === '' ? {} : { search }),
    ...(states.includes(health) ? { health: health as HealthState } : {}),
  };
  const projects = useQuery({
    queryKey: [...keys.fleet, query],
    queryFn: ({ signal }) => take(api.GET('/projects', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const filtered = search !== '' || health !== '';
  const add = operator && (
    <Button component={Link} to="/new-project" leftSection={<IconPlus size={18} />}>
      {t('fleet.new')}
    </Button>
  );
  return (
    <Page
      title={operator ? t('nav.fleet') : t('nav.projects')}
      lead={operator ? t('fleet.lead') : undefined}
      actions={add || undefined}
    >
      {operator && <FleetHealth chosen={health} onChoose={(state) => filters.set({ health: state })} />}
      <Section flush>
        <div className={classes.filters}>
          <SearchInput
            label={t('fleet.search')}
            value={search}
            onChange={(value) => filters.set({ search: value })}
          />
          <Select
            aria-label={t('fleet.sort')}
            data={sorts.map((value) => ({ value, label: t(`fleet.sort.${value}`) }))}
            value={sort}
            onChange={(value) => filters.set({ sort: value === 'name' ? '' : (value ?? '') })}
          />
        </div>
        <Loaded query={projects} rows={8}>
          {({ items, next }) =>
            items.length > 0 ? (
              <>
                <FleetTable projects={items} busy={projects.isPlaceholderData} />
                <Pager cursor={cursor} next={next} />
              </>
            ) : filtered ? (
              <Empty
                icon={IconSearch}
                title={t('fleet.noMatch')}
                action={
                  <Button variant="default" onClick={filters.clear}>
                    {t('action.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <Empty icon={IconGrid} title={t('fleet.empty')} action={add || undefined}>
                {operator ? t('fleet.emptyOperator') : t('fleet.emptyMember')}
              </Empty>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}
