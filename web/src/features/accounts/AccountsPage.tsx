import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Page, Section } from '@/ui/Page';
import { SearchInput } from '@/ui/SearchInput';
import { IconPlus, IconUsers } from '@/ui/icons';
import { useFilters } from '@/ui/useFilters';
import classes from './Accounts.module.css';
import { AccountTable } from './AccountTable';
import { NewAccountForm } from './NewAccountForm';

export function AccountsPage() {
  const t = useTranslate();
  const cursor = useCursor();
  const filters = useFilters(['search']);
  const { search } = filters.values;
  const [creating, setCreating] = useState(false);
  const query = {
    limit: 50,
    ...(cursor.after === undefined ? {} : { after: cursor.after }),
    ...(search === '' ? {} : { search }),
  };
  const accounts = useQuery({
    queryKey: keys.platform('accounts', query),
    queryFn: ({ signal }) => take(api.GET('/accounts', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setCreating(true)}>
      {t('accounts.new')}
    </Button>
  );
  return (
    <Page title={t('nav.accounts')} lead={t('accounts.lead')} actions={add}>
      <Section flush>
        <div className={classes.tools}>
          <SearchInput
            label={t('accounts.search')}
            value={search}
            onChange={(value) => filters.set({ search: value })}
          />
        </div>
        <Loaded query={accounts} rows={8}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={IconUsers} title={t('accounts.empty')} />
            ) : (
              <>
                <AccountTable accounts={items} busy={accounts.isPlaceholderData} />
                <Pager cursor={cursor} next={next} />
              </>
            )
          }
        </Loaded>
      </Section>
      <Dialog opened={creating} onClose={() => setCreating(false)} title={t('accounts.new')}>
        <NewAccountForm onDone={() => setCreating(false)} />
      </Dialog>
    </Page>
  );
}
