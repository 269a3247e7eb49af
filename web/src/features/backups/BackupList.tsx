import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { BackupKind, BackupState, Project } from '@/api/types';
import { mayAdminister, useBranches } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Pager, useCursor } from '@/ui/Pager';
import { Section } from '@/ui/Page';
import { IconArchive, IconSearch } from '@/ui/icons';
import { useFilters } from '@/ui/useFilters';
import classes from './BackupList.module.css';
import { BackupTable } from './BackupTable';

const kinds: BackupKind[] = ['automatic', 'manual', 'imported', 'safety'];
const states: BackupState[] = ['good', 'degraded', 'failed', 'running', 'deleted'];
const pageSize = 25;

export function BackupList({ project }: { project: Project }) {
  const t = useTranslate();
  const cursor = useCursor();
  const filters = useFilters(['branch', 'kind', 'state']);
  const branches = useBranches(project.name);
  const kind = kinds.find((each) => each === filters.values.kind);
  const state = states.find((each) => each === filters.values.state);
  const query = {
    limit: pageSize,
    ...(cursor.after === undefined ? {} : { after: cursor.after }),
    ...(filters.values.branch === '' ? {} : { branch: filters.values.branch }),
    ...(kind === undefined ? {} : { kind }),
    ...(state === undefined ? {} : { state }),
  };
  const backups = useQuery({
    queryKey: keys.of(project.name, 'backups', query),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups', {
          params: { path: { project: project.name }, query },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const everything = { value: '', label: t('backups.all') };
  return (
    <Section flush>
      <div className={classes.filters} role="group" aria-label={t('backups.filters')}>
        <Select
          label={t('backups.branch')}
          size="sm"
          data={[everything, ...(branches.data ?? []).map(({ name }) => ({ value: name, label: name }))]}
          value={filters.values.branch}
          onChange={(value) => filters.set({ branch: value ?? '' })}
        />
        <Select
          label={t('backups.kind')}
          size="sm"
          data={[everything, ...kinds.map((value) => ({ value, label: t(`kind.${value}`) }))]}
          value={kind ?? ''}
          onChange={(value) => filters.set({ kind: value ?? '' })}
        />
        <Select
          label={t('backups.state')}
          size="sm"
          data={[everything, ...states.map((value) => ({ value, label: t(`backup.${value}`) }))]}
          value={state ?? ''}
          onChange={(value) => filters.set({ state: value ?? '' })}
        />
        {filters.any && (
          <Button variant="subtle" size="sm" onClick={filters.clear}>
            {t('action.clearFilters')}
          </Button>
        )}
      </div>
      <Loaded query={backups} rows={8}>
        {({ items, next }) =>
          items.length > 0 ? (
            <>
              <BackupTable
                project={project.name}
                backups={items}
                mayRestore={mayAdminister(project)}
                busy={backups.isPlaceholderData}
              />
              <Pager cursor={cursor} next={next} />
            </>
          ) : filters.any ? (
            <Empty icon={IconSearch} title={t('backups.noMatch')} />
          ) : (
            <Empty icon={IconArchive} title={t('backups.empty')}>
              {mayAdminister(project) ? t('backups.emptyAdmin') : t('backups.emptyUser')}
            </Empty>
          )
        }
      </Loaded>
    </Section>
  );
}
