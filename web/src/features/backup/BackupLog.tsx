import { JobStory } from '@/features/jobs/JobStory';
import { useLiveJob } from '@/features/jobs/useLiveJob';
import { Loaded } from '@/ui/Loading';
import classes from './Backup.module.css';

// Step by step how the backup was made.
export function BackupLog({ job: id }: { job: string }) {
  const { job, events } = useLiveJob(id, { story: true });
  return (
    <div className={classes.panel}>
      <Loaded query={job}>{(data) => <JobStory job={data} events={events.data ?? []} />}</Loaded>
    </div>
  );
}
