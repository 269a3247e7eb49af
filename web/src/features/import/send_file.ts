import { ApiProblem, asProblem } from '@/api/problem';

// A file goes to the server in parts, so that a connection that breaks costs little, and what stands between
// (a proxy with a limit, a phone in a tunnel) sees requests of an ordinary size.
export const partBytes = 16 * 1024 * 1024;
// In a row, with the pauses between them: about three minutes.
export const mostFailures = 10;
const longestPauseSeconds = 30;

export interface Transport {
  // How much of it the server has.
  received: () => Promise<number>;
  // Sends the part that begins there; then how much the server has.
  send: (offset: number, part: Blob, onSent: (bytes: number) => void) => Promise<number>;
}

export interface Watch {
  onBytes: (bytes: number) => void;
  // Nothing is sent for so long, because of that.
  onPause: (seconds: number, problem: ApiProblem) => void;
  pause: (seconds: number) => Promise<void>;
}

export function pauseAfter(failures: number): number {
  return Math.min(longestPauseSeconds, 2 ** (failures - 1));
}

// Sends what the server does not have yet. What may pass is tried again, from where the server is.
export async function sendFile(file: Blob, transport: Transport, watch: Watch): Promise<void> {
  let failures = 0;
  let offset: number | undefined;
  while (offset === undefined || offset < file.size) {
    try {
      offset ??= await transport.received();
      watch.onBytes(offset);
      if (offset >= file.size) return;
      offset = await sendPart(file, offset, transport, watch);
      failures = 0;
    } catch (error) {
      const problem = asProblem(error);
      failures += 1;
      if (!mayPass(problem) || failures > mostFailures) throw error;
      offset = undefined;
      // Only where it is was not known: the server is there.
      if (problem.status === 409) continue;
      watch.onPause(pauseAfter(failures), problem);
      await watch.pause(pauseAfter(failures));
    }
  }
  watch.onBytes(file.size);
}

async function sendPart(file: Blob, offset: number, transport: Transport, watch: Watch): Promise<number> {
  const part = file.slice(offset, offset + partBytes);
  await readable(part);
  return transport.send(offset, part, (sent) => watch.onBytes(offset + Math.min(sent, part.size)));
}

// A file that was changed or moved meanwhile would look like a broken connection to whoever sends it.
async function readable(part: Blob): Promise<void> {
  try {
    await part.slice(0, 1).arrayBuffer();
  } catch {
    throw new ApiProblem({
      title: 'The file cannot be read any longer.',
      code: 'file',
      hint: 'It was changed or moved while it was being sent. Throw this one away, and choose it again.',
    });
  }
}

const passing = new Set([408, 409, 429, 500, 502, 503, 504]);

function mayPass(problem: ApiProblem): boolean {
  return problem.code === 'unreachable' || passing.has(problem.status);
}
