import { describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import type { ImportReport, Job, Upload } from '@/api/types';
import { blankDraft, importBody, sourceOf } from './draft';
import { gravestFirst, importOutcome, importRequest } from './outcome';
import { forget, newest, recall, remember } from './remembered';
import { mostFailures, partBytes, pauseAfter, sendFile } from './send_file';
import type { Transport } from './send_file';
import { Speed } from './speed';

const broken = () => new ApiProblem({ title: 'the server could not be reached', code: 'unreachable' });
const refused = (status: number) => new ApiProblem({ title: 'no', status, code: 'refused' });

// A server that has so much of a file, and answers what is asked of it in turn.
function serverWith(received: number, faults: (ApiProblem | undefined)[] = []) {
  const asked: number[] = [];
  let there = received;
  const transport: Transport = {
    received: () => Promise.resolve(there),
    send: (offset, part, onSent) => {
      asked.push(offset);
      const fault = faults.shift();
      // What arrived before a connection broke is kept.
      there = offset + (fault ? Math.floor(part.size / 2) : part.size);
      if (fault) return Promise.reject(fault);
      onSent(part.size + 100);
      return Promise.resolve(there);
    },
  };
  return { asked, transport };
}
const watching = () => {
  const bytes: number[] = [];
  const pauses: number[] = [];
  return {
    bytes,
    pauses,
    onBytes: (count: number) => bytes.push(count),
    onPause: (seconds: number) => pauses.push(seconds),
    pause: () => Promise.resolve(),
  };
};
const file = (size: number) => new Blob([new Uint8Array(size)]);

describe('a file on its way', () => {
  it('goes in parts, each from where the server is', async () => {
    const server = serverWith(0);
    await sendFile(file(2 * partBytes + 5), server.transport, watching());
    expect(server.asked).toEqual([0, partBytes, 2 * partBytes]);
  });

  it('goes on after a reload where it was, and says no more than there is', async () => {
    const server = serverWith(partBytes);
    const watch = watching();
    await sendFile(file(partBytes + 7), server.transport, watch);
    expect(server.asked).toEqual([partBytes]);
    expect(watch.bytes[0]).toBe(partBytes);
    expect(Math.max(...watch.bytes)).toBe(partBytes + 7);
  });

  it('of which all is there is not sent again', async () => {
    const server = serverWith(9);
    await sendFile(file(9), server.transport, watching());
    expect(server.asked).toEqual([]);
  });

  it('waits longer from time to time when the connection breaks, and keeps what has arrived', async () => {
    const server = serverWith(0, [broken(), refused(503), undefined]);
    const watch = watching();
    await sendFile(file(8), server.transport, watch);
    expect(server.asked).toEqual([0, 4, 6]);
    expect(watch.pauses).toEqual([1, 2]);
    expect([1, 5, 6, 60].map(pauseAfter)).toEqual([1, 16, 30, 30]);
  });

  it('asks at once where it is when the server says that it is elsewhere', async () => {
    const server = serverWith(0, [refused(409)]);
    const watch = watching();
    await sendFile(file(8), server.transport, watch);
    expect(server.asked).toEqual([0, 4]);
    expect(watch.pauses).toEqual([]);
  });

  it.each([403, 404, 413, 507])('stops at a refusal: %i', async (status) => {
    const server = serverWith(0, [refused(status)]);
    await expect(sendFile(file(8), server.transport, watching())).rejects.toThrow('No.');
    expect(server.asked).toEqual([0]);
  });

  it('gives up some time', async () => {
    const send = vi.fn(() => Promise.reject(broken()));
    const transport = { received: () => Promise.resolve(0), send };
    await expect(sendFile(file(8), transport, watching())).rejects.toThrow('could not be reached');
    expect(send).toHaveBeenCalledTimes(mostFailures + 1);
  });

  it('that was moved away is named as the reason', async () => {
    const gone = file(8);
    vi.spyOn(gone, 'slice').mockReturnValue({
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadable')) }),
    } as unknown as Blob);
    await expect(sendFile(gone, serverWith(0).transport, watching())).rejects.toThrow(/cannot be read/);
  });
});

describe('the speed', () => {
  it('is that of the last seconds', () => {
    const speed = new Speed();
    speed.note(0, 0);
    expect(speed.bytesPerSecond).toBeUndefined();
    speed.note(1000, 1000);
    expect(speed.bytesPerSecond).toBe(1000);
    for (let second = 2; second <= 40; second += 1) speed.note(1000 + 10 * second, second * 1000);
    expect(speed.bytesPerSecond).toBe(10);
  });
  it('begins anew when the server has less than was sent', () => {
    const speed = new Speed();
    speed.note(0, 0);
    speed.note(5000, 1000);
    speed.note(2000, 2000);
    expect(speed.bytesPerSecond).toBeUndefined();
  });
});

describe('uploads that were begun', () => {
  const store = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  };
  it('are found by project, name and size', () => {
    const tab = store();
    remember('acme', { id: 'up_1', name: 'a.zip', size: 7 }, tab);
    remember('acme', { id: 'up_2', name: 'b.zip', size: 9 }, tab);
    expect(recall('acme', { name: 'a.zip', size: 7 }, tab)).toBe('up_1');
    expect(recall('acme', { name: 'a.zip', size: 8 }, tab)).toBeUndefined();
    expect(recall('other', { name: 'a.zip', size: 7 }, tab)).toBeUndefined();
    expect(newest('acme', tab)).toBe('up_2');
    forget('acme', 'up_2', tab);
    forget('acme', 'up_1', tab);
    expect(tab.kept.size).toBe(0);
  });
  it('that somebody else wrote are none', () => {
    const tab = store();
    tab.setItem('skyhold-uploads:acme', '{"id": ');
    expect(newest('acme', tab)).toBeUndefined();
    tab.setItem('skyhold-uploads:acme', '[{"id": 7}]');
    expect(newest('acme', tab)).toBeUndefined();
  });
});

describe('what is asked for', () => {
  const upload = { id: 'up_1', complete: false } as Upload;
  it('is an upload only when all of it is there', () => {
    expect(sourceOf(blankDraft, undefined)).toBeUndefined();
    expect(sourceOf(blankDraft, upload)).toBeUndefined();
    expect(sourceOf(blankDraft, { ...upload, complete: true })).toEqual({ upload: 'up_1' });
  });
  it('is exactly one source', () => {
    const draft = { ...blankDraft, path: ' /srv/a.zip ', url: 's3://b/a.zip', project: 'p', backup: 'bk_1' };
    expect(sourceOf({ ...draft, kind: 'path' }, upload)).toEqual({ path: '/srv/a.zip' });
    expect(sourceOf({ ...draft, kind: 'url' }, upload)).toEqual({ url: 's3://b/a.zip' });
    expect(sourceOf({ ...draft, kind: 'backup' }, upload)).toEqual({ backup: { project: 'p', id: 'bk_1' } });
    expect(importBody('main', { path: '/a' }, 'nothing', '  ')).toEqual({
      branch: 'main',
      source: { path: '/a' },
      accept: 'nothing',
    });
  });
});

describe('the report', () => {
  const job = (more: object) => ({ id: 'jb_1', kind: 'import', ...more }) as unknown as Job;
  it('is there when the job has one', () => {
    expect(importOutcome(job({}))).toBeUndefined();
    expect(importOutcome(job({ result: { backup: 'bk_1' } }))).toBeUndefined();
    const result = { decision: 'kept', backup: 'bk_1', report: {} };
    expect(importOutcome(job({ result }))).toBe(result);
    expect(importRequest(job({ request: null })).source).toBeUndefined();
    expect(importRequest(job({ request: { source: { path: '/a' }, note: 3 } }))).toEqual({
      source: { path: '/a' },
      note: '',
      fileName: '',
    });
  });
  it('says the gravest first', () => {
    const finding = (severity: 'note' | 'warning' | 'refused') =>
      ({ severity }) as ImportReport['findings'][0];
    const sorted = gravestFirst([finding('note'), finding('refused'), finding('warning')]);
    expect(sorted.map(({ severity }) => severity)).toEqual(['refused', 'warning', 'note']);
  });
});
