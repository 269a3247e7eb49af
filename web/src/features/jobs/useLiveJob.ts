import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job, JobEvent, JobState } from '@/api/types';
import { mergeEvents } from './events';

export const isOver = (state: JobState): boolean => state !== 'queued' && state !== 'running';

interface Options {
  // Also its story, line by line.
  story?: boolean;
  onOver?: () => void;
}

// One job as it goes: told by the server as it happens, asked for every few seconds where a stream
// of events does not come through.
export function useLiveJob(id: string | undefined, { story = false, onOver }: Options = {}) {
  const client = useQueryClient();
  const [polling, setPolling] = useState(false);

  const job = useQuery({
    queryKey: keys.job(id ?? ''),
    queryFn: ({ signal }) => take(api.GET('/jobs/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== undefined,
    refetchInterval: (query) =>
      polling && query.state.data && !isOver(query.state.data.state) ? 3000 : false,
  });
  const over = job.data !== undefined && isOver(job.data.state);

  const events = useQuery({
    queryKey: keys.jobEvents(id ?? ''),
    queryFn: async ({ signal }) => {
      const answer = await take(
        api.GET('/jobs/{id}/events', {
          params: { path: { id: id ?? '' } },
          headers: { Accept: 'application/json' },
          signal,
        }),
      );
      return typeof answer === 'string' ? [] : answer.items;
    },
    enabled: id !== undefined && story,
    refetchInterval: polling && !over ? 3000 : false,
  });

  const follow = id !== undefined && job.data !== undefined && !over;
  useEffect(() => {
    if (!follow || typeof EventSource === 'undefined') return undefined;
    const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(id)}/events`);
    source.addEventListener('job', (message: MessageEvent<string>) => {
      setPolling(false);
      client.setQueryData(keys.job(id), JSON.parse(message.data) as Job);
    });
    source.addEventListener('event', (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as JobEvent;
      client.setQueryData<JobEvent[]>(keys.jobEvents(id), (before) => mergeEvents(before ?? [], [event]));
    });
    source.addEventListener('end', () => {
      source.close();
      void client.invalidateQueries({ queryKey: keys.job(id) });
    });
    source.onerror = () => setPolling(true);
    return () => source.close();
  }, [client, follow, id]);

  const [wasRunning, setWasRunning] = useState(false);
  useEffect(() => {
    if (follow) setWasRunning(true);
    if (over && wasRunning) {
      setWasRunning(false);
      onOver?.();
    }
  }, [follow, over, wasRunning, onOver]);

  return { job, events, over };
}
