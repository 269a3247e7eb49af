import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Region, Store } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { IconCloud } from '@/ui/icons';
import { toastProblem } from '@/ui/toast';
import { StoreCard } from './StoreCard';
import classes from './Platform.module.css';

const storesKey = keys.platform('stores');

export function StoresPage() {
  const t = useTranslate();
  const client = useQueryClient();
  const stores = useQuery({
    queryKey: storesKey,
    queryFn: async ({ signal }) => (await take(api.GET('/stores', { signal }))).items,
    refetchInterval: 30_000,
  });
  const regions = useQuery({
    queryKey: keys.platform('regions'),
    queryFn: ({ signal }) => take(api.GET('/regions', { signal })),
  });
  const check = useMutation({
    mutationFn: (store: string) => take(api.POST('/stores/{store}/check', { params: { path: { store } } })),
    onSuccess: (checked) => {
      client.setQueryData<Store[]>(storesKey, (before) =>
        before?.map((store) => (store.name === checked.name ? checked : store)),
      );
    },
    onError: toastProblem,
  });
  return (
    <Page title={t('nav.stores')} lead={t('stores.lead')}>
      <Loaded query={stores} rows={8}>
        {(items) =>
          items.length === 0 ? (
            <Section>
              <Empty icon={IconCloud} title={t('stores.empty')}>
                {t('stores.emptyWhy')}
              </Empty>
            </Section>
          ) : (
            <div className={classes.cards}>
              {items.map((store) => (
                <StoreCard
                  key={store.name}
                  store={store}
                  checking={check.isPending && check.variables === store.name}
                  onCheck={() => check.mutate(store.name)}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      <Section title={t('regions.title')} lead={t('regions.lead')} flush>
        <Loaded query={regions}>
          {({ items }) => (
            <DataTable<Region>
              label={t('regions.title')}
              rows={items}
              rowKey={(region) => region.name}
              columns={[
                {
                  id: 'name',
                  header: t('newProject.region'),
                  card: 'title',
                  cell: (region) => <strong>{region.name}</strong>,
                },
                {
                  id: 'stores',
                  header: t('storage.stores'),
                  card: 'wide',
                  cell: (region) => region.stores.join(', '),
                },
                {
                  id: 'projects',
                  header: t('nav.projects'),
                  align: 'end',
                  cell: (region) => region.project_count,
                },
              ]}
            />
          )}
        </Loaded>
      </Section>
    </Page>
  );
}
