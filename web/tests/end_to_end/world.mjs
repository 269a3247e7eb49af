// All that a story needs beside a browser: a directory, a PostgreSQL server, an Odoo-shaped project, and
// `skyhold serve` with three stores. Everything is gone when it is closed.
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Postgres } from './postgres.mjs';
import { Program, run } from './processes.mjs';

const built = fileURLToPath(new URL('../../../build/dev', import.meta.url));

function program(variable, name) {
  return resolve(process.env[variable] ?? join(built, name));
}

export const stores = ['near-1', 'near-2', 'far'];

const mailServer = `CREATE TABLE ir_mail_server (id serial PRIMARY KEY, name varchar NOT NULL, smtp_host varchar,
    smtp_port int, smtp_encryption varchar NOT NULL, smtp_authentication varchar NOT NULL, active boolean);
  INSERT INTO ir_mail_server (name, smtp_host, smtp_encryption, smtp_authentication, active)
    VALUES ('The relay', 'smtp.example.com', 'starttls', 'login', true)`;

export class World {
  #closing;
  #serving = 0;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'skyhold-dashboard.'));
    // The server's own user has to come through.
    chmodSync(this.directory, 0o755);
    this.filestores = join(this.directory, 'filestore');
  }

  get log() {
    return this.service?.said() ?? '';
  }

  // The catalog of the service, which lies still when it does not run.
  get catalog() {
    return join(this.directory, 'data', 'catalog.db');
  }

  store(name) {
    return join(this.directory, 'stores', name);
  }

  async startPostgres() {
    this.postgres = await Postgres.start(join(this.directory, 'postgres'));
  }

  // A database and a filestore of that name; `mail`: with a server by which real customers are written to.
  async makeProject(name, { tables = 80, databaseMb = 15, filestoreMb = 110, mail = true } = {}) {
    const size = ['--tables', tables, '--database-mb', databaseMb, '--filestore-mb', filestoreMb].map(String);
    const where = ['--database', this.postgres.url(name), '--filestore', join(this.filestores, name)];
    await run([program('SAMPLE_PROJECT', 'sample_project'), 'create', ...where, ...size]);
    if (mail) await this.postgres.query(name, mailServer);
  }

  // `uploadLimit`: of the store far away, so that there is something to watch. `workerRegion`: the only one
  // that anything is done in. `more`: lines at the end.
  configure({ uploadLimit, workerRegion, maintenance, timeZone = 'Europe/Brussels', more = [] }) {
    const names = stores.map((name) => `"${name}"`).join(', ');
    const lines = [
      `platform_time_zone = "${timeZone}"`,
      `data_directory = "${join(this.directory, 'data')}"`,
      '[server]',
      'listen = ["127.0.0.1:0"]',
      '[regions.europe-west1]',
      `stores = [${names}]`,
    ];
    if (workerRegion) lines.push(`[regions.${workerRegion}]`, `stores = [${names}]`);
    if (workerRegion) lines.push('[worker]', `region = "${workerRegion}"`);
    if (maintenance) lines.push('[schedule]', `maintenance = "${maintenance}"`);
    for (const name of stores) {
      mkdirSync(this.store(name), { recursive: true });
      lines.push(`[stores.${name}]`, `url = "file://${this.store(name)}"`);
      if (name === 'far' && uploadLimit) lines.push(`upload_limit = "${uploadLimit}"`);
    }
    lines.push(...more);
    this.settings = join(this.directory, 'skyhold.toml');
    writeFileSync(this.settings, `${lines.join('\n')}\n`);
  }

  async serve() {
    this.#serving += 1;
    const log = join(this.directory, `serve-${this.#serving}.log`);
    const command = [program('SKYHOLD', 'skyhold'), 'serve', '--config', this.settings];
    this.service = new Program(command, { log });
    this.url = await this.service.find(/ serves (http\S+)/);
  }

  oneTimePassword() {
    return this.service.find(/with the password +(\S+)/);
  }

  // A store that is gone, also for root, who may write in every directory.
  breakStore(name) {
    renameSync(this.store(name), `${this.store(name)}.away`);
    writeFileSync(this.store(name), 'no directory');
  }

  mendStore(name) {
    rmSync(this.store(name));
    renameSync(`${this.store(name)}.away`, this.store(name));
  }

  sql(text) {
    return run(['sqlite3', '-bail', '-cmd', '.timeout 10000', this.catalog, text]);
  }

  close() {
    this.#closing ??= (async () => {
      await this.service?.stop('SIGKILL');
      await this.postgres?.stop();
      rmSync(this.directory, { recursive: true, force: true });
    })();
    return this.#closing;
  }
}
