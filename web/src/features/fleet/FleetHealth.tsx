import { Skeleton, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { HealthState } from '@/api/types';
import { HealthStatus } from '@/features/status/HealthStatus';
import { useLocale } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import classes from './FleetPage.module.css';

const states: HealthState[] = ['unprotected', 'at_risk', 'safe', 'paused', 'new'];

interface Props {
  chosen: string;
  onChoose: (state: string) => void;
}

// The platform at a glance; each count is a filter.
export function FleetHealth({ chosen, onChoose }: Props) {
  const { t, locale } = useLocale();
  const health = useQuery({
    queryKey: keys.platform('health'),
    queryFn: ({ signal }) => take(api.GET('/health', { signal })),
    refetchInterval: 30_000,
  });
  if (health.error && !health.data) return <ProblemNotice error={health.error} />;
  const data = health.data;
  return (
    <div>
      <ul role="list" className={classes.states}>
        {states.map((state) => (
          <li key={state}>
            <UnstyledButton
              className={classes.state}
              aria-pressed={chosen === state}
              onClick={() => onChoose(chosen === state ? '' : state)}
            >
              <span className={`${classes.count ?? ''} numbers`}>
                {data ? data.projects[state].toLocaleString(locale) : <Skeleton height={28} width={48} />}
              </span>
              <HealthStatus state={state} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {data && (
        <p className={classes.jobs}>
          <Link to="/platform/jobs">
            {t('fleet.jobs', { running: data.jobs_running, queued: data.jobs_queued })}
          </Link>
          <Link to="/platform/stores">
            {data.stores.failing > 0
              ? t('fleet.storesFailing', { count: data.stores.failing })
              : t('fleet.storesHealthy', { count: data.stores.healthy })}
          </Link>
          <span>{data.catalog.behind ? t('fleet.catalogBehind') : t('fleet.catalogSaved')}</span>
        </p>
      )}
    </div>
  );
}
