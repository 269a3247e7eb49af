// A PostgreSQL server that lives in one directory, reached by a Unix socket only: it never meets a
// server that runs already.
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Program, run } from './processes.mjs';

const versions = '/usr/lib/postgresql';

function programs() {
  const [newest] = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error(`No PostgreSQL below ${versions}: scripts/install_packages run.`);
  return join(versions, newest, 'bin');
}

// It refuses to run as root.
const asUser = process.getuid() === 0 ? 'postgres' : undefined;

export class Postgres {
  static async start(directory) {
    const data = join(directory, 'data');
    mkdirSync(directory, { recursive: true });
    if (asUser) chownSync(directory, Number(await run(['id', '-u', asUser])), -1);
    const initdb = [join(programs(), 'initdb'), '--pgdata', data, '--username=postgres', '--auth=trust'];
    const user = asUser ? ['setpriv', `--reuid=${asUser}`, `--regid=${asUser}`, '--init-groups', '--'] : [];
    await run([...user, ...initdb, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], { cwd: '/' });
    const postgres = new Postgres(directory, [
      join(programs(), 'postgres'),
      '-D',
      data,
      ...['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=off'].flatMap((each) => [
        '-c',
        each,
      ]),
    ]);
    await postgres.#answers();
    return postgres;
  }

  constructor(directory, command) {
    this.directory = directory;
    this.program = new Program(command, { log: join(directory, 'server.log'), as: asUser });
  }

  async #answers() {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.query('postgres', 'SELECT 1');
        return;
      } catch (error) {
        if (tries === 100 || !this.program.running) throw error;
        await pause(100);
      }
    }
  }

  url(database) {
    return `postgresql:///${database}?host=${this.directory}&user=postgres`;
  }

  query(database, sql) {
    return run(['psql', '--no-psqlrc', '-qAt', '-v', 'ON_ERROR_STOP=1', '-d', this.url(database), '-c', sql]);
  }

  async hasDatabase(name) {
    return (
      (await this.query('postgres', `SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1'
    );
  }

  stop() {
    return this.program.stop('SIGINT');
  }
}
