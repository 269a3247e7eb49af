import { Button } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import type { Job } from '@/api/types';
import { CancelJob } from '@/features/jobs/CancelJob';
import { JobProgress } from '@/features/jobs/JobProgress';
import { JobStory } from '@/features/jobs/JobStory';
import { isOver, useLiveJob } from '@/features/jobs/useLiveJob';
import { mayAdminister, useProject, useProjectRefresh } from '@/features/project/useProject';
import { JobFacts } from '@/features/restores/JobFacts';
import { JobOutcome } from '@/features/restores/JobOutcome';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { importOutcome } from './outcome';
import { Report } from './Report';

// One import: how it goes, then its report, on which somebody decides.
export function ImportJobPage() {
  const t = useTranslate();
  const { job: id = '' } = useParams();
  const project = useProject();
  const admin = mayAdminister(project);
  const refresh = useProjectRefresh(project.name);
  const live = useLiveJob(admin ? id : undefined, { story: true, onOver: () => void refresh() });
  if (!admin) return <Notice tone="info" title={t('imports.adminsOnly')} />;
  return (
    <Loaded query={live.job} rows={6}>
      {(job) => <OneImport job={job} story={<JobStory job={job} events={live.events.data ?? []} />} />}
    </Loaded>
  );
}

function OneImport({ job, story }: { job: Job; story: React.ReactNode }) {
  const t = useTranslate();
  const project = useProject();
  const outcome = importOutcome(job);
  const over = isOver(job.state);
  const title = t('imports.titleFor', { branch: job.branch });
  return (
    <Page
      title={title}
      level={2}
      narrow
      actions={over ? undefined : <CancelJob job={job} label={t('job.cancel')} />}
    >
      {!over && (
        <Section>
          <JobProgress job={job} label={title} />
        </Section>
      )}
      <JobOutcome job={job} project={project.name} />
      {outcome && <Report job={job} outcome={outcome} />}
      {over && !outcome && (
        <div>
          <Button component={Link} variant="default" to={`/projects/${project.name}/import`}>
            {t('report.tryAgain')}
          </Button>
        </div>
      )}
      <JobFacts job={job} project={project.name} />
      <Section title={t('story.steps')} level={3}>
        {story}
      </Section>
    </Page>
  );
}
