import { SegmentedControl, Switch } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Project } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Section } from '@/ui/Page';
import { Calendar } from './Calendar';
import classes from './Retention.module.css';

const spans = [30, 60, 120];

// Which backups of production will live on which of the days to come.
export function CalendarSection({ project }: { project: Project }) {
  const t = useTranslate();
  const [days, setDays] = useState(60);
  const [expected, setExpected] = useState(false);
  const calendar = useQuery({
    queryKey: keys.of(project.name, 'calendar', days),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/retention/calendar', {
          params: { path: { project: project.name }, query: { days } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return (
    <Section
      title={t('calendar.title')}
      lead={t('calendar.lead', { branch: project.production_branch ?? '' })}
    >
      <div className={classes.calendarTools}>
        <SegmentedControl
          aria-label={t('calendar.span')}
          size="sm"
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          data={spans.map((span) => ({ value: String(span), label: t('rule.days', { count: span }) }))}
        />
        <Switch
          label={t('calendar.expected')}
          checked={expected}
          onChange={(event) => setExpected(event.currentTarget.checked)}
        />
      </div>
      <Loaded query={calendar} rows={8}>
        {(data) => <Calendar calendar={data} project={project.name} expected={expected} />}
      </Loaded>
    </Section>
  );
}
