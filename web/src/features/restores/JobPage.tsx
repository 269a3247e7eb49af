import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import type { Job } from '@/api/types';
import { importOutcome } from '@/features/import/outcome';
import { CancelJob } from '@/features/jobs/CancelJob';
import { JobProgress } from '@/features/jobs/JobProgress';
import { JobStory } from '@/features/jobs/JobStory';
import { isOver, useLiveJob } from '@/features/jobs/useLiveJob';
import { mayAdminister, useBranch, useProject, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { IconBack } from '@/ui/icons';
import { JobFacts } from './JobFacts';
import { JobOutcome } from './JobOutcome';
import { UndoDialog } from './UndoDialog';

// One job from its beginning to its result.
export function JobPage() {
  const { job: id = '' } = useParams();
  const project = useProject();
  const refresh = useProjectRefresh(project.name);
  const live = useLiveJob(id, { story: true, onOver: () => void refresh() });
  return (
    <Loaded query={live.job} rows={6}>
      {(job) => <OneJob job={job} story={<JobStory job={job} events={live.events.data ?? []} />} />}
    </Loaded>
  );
}

function OneJob({ job, story }: { job: Job; story: React.ReactNode }) {
  const t = useTranslate();
  const project = useProject();
  const admin = mayAdminister(project);
  const [undoing, setUndoing] = useState(false);
  const over = isOver(job.state);
  const replaced = ['restore', 'refresh', 'undo'].includes(job.kind);
  const canUndo = useBranch(project.name, job.branch, over && replaced && admin).data?.can_undo === true;
  const actions = admin && (
    <>
      {!over && <CancelJob job={job} label={t('job.cancel')} />}
      {over && canUndo && job.state === 'succeeded' && (
        <Button variant="default" leftSection={<IconBack size={18} />} onClick={() => setUndoing(true)}>
          {t('undo.title')}
        </Button>
      )}
      {importOutcome(job) !== undefined && (
        <Button component={Link} to={`/projects/${project.name}/import/${job.id}`}>
          {t('imports.openReport')}
        </Button>
      )}
      {over && ['backup', 'import'].includes(job.kind) && job.backup && (
        <Button component={Link} to={`/projects/${project.name}/backups/${job.backup}`}>
          {t('job.openBackup')}
        </Button>
      )}
    </>
  );
  const kind = t(`jobKind.${job.kind}`);
  return (
    <Page
      title={job.branch === '' ? kind : t('job.title', { kind, branch: job.branch })}
      level={2}
      narrow
      actions={actions || undefined}
    >
      {!over && (
        <Section>
          <JobProgress job={job} label={kind} />
        </Section>
      )}
      <JobOutcome job={job} project={project.name} />
      <JobFacts job={job} project={project.name} />
      <Section title={t('story.steps')}>{story}</Section>
      <UndoDialog
        project={project.name}
        branch={job.branch}
        opened={undoing}
        onClose={() => setUndoing(false)}
      />
    </Page>
  );
}
