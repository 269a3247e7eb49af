import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job } from '@/api/types';
import { JobProgress } from '@/features/jobs/JobProgress';
import { JobStory } from '@/features/jobs/JobStory';
import { isOver, useLiveJob } from '@/features/jobs/useLiveJob';
import { mayAdminister, useBranches, useProject, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { IconBack } from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';
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
  const client = useQueryClient();
  const admin = mayAdminister(project);
  const [undoing, setUndoing] = useState(false);
  const over = isOver(job.state);
  const replaced = ['restore', 'refresh', 'undo'].includes(job.kind);
  const branches = useBranches(project.name, over && replaced && admin);
  const canUndo = branches.data?.find((branch) => branch.name === job.branch)?.can_undo === true;
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/jobs/{id}/cancel', { params: { path: { id: job.id } } })),
    onSuccess: (cancelled) => {
      client.setQueryData(keys.job(job.id), cancelled);
      toast(t('job.cancelAsked'));
    },
    onError: toastProblem,
  });
  const actions = admin && (
    <>
      {!over && (
        <Button
          variant="default"
          loading={cancel.isPending}
          disabled={job.cancel_requested}
          onClick={() => cancel.mutate()}
        >
          {job.cancel_requested ? t('job.cancelling') : t('job.cancel')}
        </Button>
      )}
      {over && canUndo && job.state === 'succeeded' && (
        <Button variant="default" leftSection={<IconBack size={18} />} onClick={() => setUndoing(true)}>
          {t('undo.title')}
        </Button>
      )}
      {over && job.kind === 'backup' && job.backup && (
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
