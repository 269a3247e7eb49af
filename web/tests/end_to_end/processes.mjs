// Programs that run beside a test and never outlive it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const patience = 30_000;

export class Program {
  // `log`: the file that gets all that it says. `as`: a user, when the test runs as root.
  constructor(command, { log, as }) {
    this.log = log;
    const output = openSync(log, 'a');
    const user = as === undefined ? [] : [`--reuid=${as}`, `--regid=${as}`, '--init-groups'];
    // Killed by the kernel when this process is killed and can end nothing itself.
    const words = [...user, '--pdeathsig', 'KILL', '--', ...command];
    this.child = spawn('setpriv', words, { stdio: ['ignore', output, output], cwd: '/' });
    closeSync(output);
    this.ended = once(this.child, 'exit');
    this.ended.catch(() => undefined);
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  said() {
    return readFileSync(this.log, 'utf8');
  }

  // What stands in the log where the pattern's parentheses are, once it is there.
  async find(pattern) {
    for (const end = Date.now() + patience; Date.now() < end; await pause(50)) {
      const match = pattern.exec(this.said());
      if (match) return match[1] ?? match[0];
      if (!this.running) break;
    }
    throw new Error(`${this.child.spawnargs.at(-1)} never said ${pattern}:\n${this.said()}`);
  }

  async stop(signal = 'SIGTERM') {
    if (!this.running) return;
    this.child.kill(signal);
    const hurry = setTimeout(() => this.child.kill('SIGKILL'), patience);
    await this.ended.finally(() => clearTimeout(hurry));
  }
}

// Runs a program to its end and gives what it printed; its errors are ours.
export async function run(command, options = {}) {
  const [program, ...words] = command;
  const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 64 << 20, ...options });
  return stdout.trim();
}
