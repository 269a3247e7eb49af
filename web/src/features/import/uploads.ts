// Files on their way to the server. They belong to no page: who looks at the backups meanwhile stops nothing.
import { api, done, take } from '@/api/client';
import { ApiProblem, asProblem } from '@/api/problem';
import { putBytes } from '@/api/send';
import type { Upload } from '@/api/types';
import { forget, recall, remember } from './remembered';
import { sendFile } from './send_file';
import { Speed } from './speed';

export interface RunView {
  name: string;
  size: number;
  sent: number;
  bytesPerSecond: number | undefined;
  // stopped: it goes on when a person says so.
  state: 'sending' | 'waiting' | 'stopped';
  pauseSeconds: number;
  problem: ApiProblem | undefined;
}

const runs = new Map<string, Run>();
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed(): void {
  for (const each of listeners) each();
}

export const runOf = (project: string): RunView | undefined => runs.get(project)?.view;

export function begin(project: string, file: File): void {
  runs.get(project)?.stop();
  const run = new Run(project, file);
  runs.set(project, run);
  void run.go();
}

// Takes up what somebody sent before: with the file what lacks is sent, without it all is there.
export function adopt(project: string, upload: Upload, file?: File): void {
  remember(project, { id: upload.id, name: file?.name ?? upload.file_name, size: upload.size_bytes });
  if (file) begin(project, file);
  else changed();
}

export function goOn(project: string): void {
  void runs.get(project)?.go();
}

// Takes what was sent away again: that upload, or the one that is under way.
export async function discard(project: string, upload?: string): Promise<void> {
  const run = runs.get(project);
  const id = upload ?? run?.id;
  if (run !== undefined && (upload === undefined || upload === run.id)) {
    run.stop();
    runs.delete(project);
    changed();
  }
  if (id === undefined) return;
  try {
    await done(api.DELETE('/projects/{project}/uploads/{id}', { params: { path: { project, id } } }));
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
  }
  lose(project, id);
}

// That upload is no more.
export function lose(project: string, id: string): void {
  forget(project, id);
  changed();
}

// null: it expired, was kept as a backup, or was taken away.
export async function findUpload(project: string, id: string, signal?: AbortSignal): Promise<Upload | null> {
  try {
    return await take(
      api.GET('/projects/{project}/uploads/{id}', { params: { path: { project, id } }, signal }),
    );
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

class Run {
  view: RunView;
  id: string | undefined;
  private readonly stopping = new AbortController();
  private readonly speed = new Speed();

  constructor(
    private readonly project: string,
    private readonly file: File,
  ) {
    const { name, size } = file;
    this.view = {
      name,
      size,
      sent: 0,
      bytesPerSecond: undefined,
      state: 'sending',
      pauseSeconds: 0,
      problem: undefined,
    };
  }

  stop(): void {
    this.stopping.abort();
  }

  async go(): Promise<void> {
    this.show({ state: 'sending', problem: undefined });
    window.addEventListener('beforeunload', askBeforeLeaving);
    try {
      this.id = await this.find();
      await this.send(this.id);
      // From here on the server knows all there is to know.
      if (runs.get(this.project) === this) runs.delete(this.project);
      changed();
    } catch (error) {
      if (!this.stopping.signal.aborted) this.show({ state: 'stopped', problem: asProblem(error) });
    } finally {
      window.removeEventListener('beforeunload', askBeforeLeaving);
    }
  }

  // The upload of this file that was begun before, or a new one.
  private async find(): Promise<string> {
    const { project, file } = this;
    const before = this.id ?? recall(project, file);
    if (before !== undefined) {
      if ((await findUpload(project, before, this.stopping.signal)) !== null) return before;
      forget(project, before);
    }
    const { id } = await take(
      api.POST('/projects/{project}/uploads', {
        params: { path: { project } },
        body: { file_name: file.name, size_bytes: file.size },
        signal: this.stopping.signal,
      }),
    );
    remember(project, { id, name: file.name, size: file.size });
    return id;
  }

  private send(id: string): Promise<void> {
    const { project } = this;
    const { signal } = this.stopping;
    return sendFile(
      this.file,
      {
        received: async () => {
          const path = { project, id };
          const upload = await take(
            api.GET('/projects/{project}/uploads/{id}', { params: { path }, signal }),
          );
          return upload.received_bytes;
        },
        send: async (offset, part, onSent) => {
          const path = `/projects/${encodeURIComponent(project)}/uploads/${encodeURIComponent(id)}/content`;
          const upload = await putBytes(`${path}?offset=${offset}`, part, { signal, onSent });
          return (upload as Upload).received_bytes;
        },
      },
      {
        onBytes: (sent) => {
          this.speed.note(sent);
          this.show({
            state: 'sending',
            sent,
            bytesPerSecond: this.speed.bytesPerSecond,
            problem: undefined,
          });
        },
        onPause: (pauseSeconds, problem) => {
          this.speed.forget();
          this.show({ state: 'waiting', pauseSeconds, problem, bytesPerSecond: undefined });
        },
        pause: (seconds) => pause(seconds, signal),
      },
    );
  }

  private show(changes: Partial<RunView>): void {
    if (this.stopping.signal.aborted) return;
    this.view = { ...this.view, ...changes };
    changed();
  }
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

// Ends early when the network is back, or when nobody wants it any longer.
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(new DOMException('The sending was stopped.', 'AbortError'));
      else resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
