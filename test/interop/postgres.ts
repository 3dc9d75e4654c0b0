/** A real PostgreSQL with a folder of its own. It refuses to run as root, so then it runs as the user `postgres`. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../support/until.js';
import { freePort, type Bench, type Running } from './programs.js';

/** Debian keeps the programs of each version in a folder that is not in the path. */
const DEBIAN = '/usr/lib/postgresql';

/** Path of a program of PostgreSQL, or its bare name where it is in the path. */
export function postgresProgram(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find(existsSync) ?? name;
}

/** Programs that `PostgresServer` needs, for `interop`. */
export const POSTGRES_PROGRAMS: readonly string[] = [postgresProgram('initdb'), postgresProgram('postgres')];

const asUser = (command: readonly string[]): readonly [string, string[]] => {
  const [program, ...args] = process.getuid?.() === 0 ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', ...command] : command;
  return [program!, args];
};

export class PostgresServer {
  readonly url: string;
  readonly #bench: Bench;
  readonly #port: number;
  readonly #folder: string;
  #running: Running | undefined;

  private constructor(bench: Bench, port: number) {
    this.#bench = bench;
    this.#port = port;
    this.#folder = join(bench.folder, `postgres-${port}`);
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  static async start(bench: Bench): Promise<PostgresServer> {
    const server = new PostgresServer(bench, await freePort());
    mkdirSync(server.#folder);
    if (process.getuid?.() === 0) {
      chmodSync(bench.folder, 0o711);
      spawnSync('chown', ['postgres', server.#folder]);
    }
    const [program, args] = asUser([postgresProgram('initdb'), '--no-sync', '--auth', 'trust', '--username', 'postgres', '-D', server.#folder]);
    const made = spawnSync(program, args, { encoding: 'utf8', cwd: '/', env: { ...process.env, LC_ALL: 'C' } });
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const settings = ['fsync=off', 'shared_buffers=16MB', 'unix_socket_directories=', 'listen_addresses=127.0.0.1'].flatMap((each) => ['-c', each]);
    const [program, args] = asUser([postgresProgram('postgres'), '-D', this.#folder, '-p', String(this.#port), ...settings]);
    const running = this.#running = this.#bench.start(program, args);
    await eventually('PostgreSQL answers', () => this.query('SELECT 1').then(() => true, () => false), { log: () => running.log });
  }

  async query(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** CPU time of all its processes that still run, ms. */
  get cpuMs(): number {
    return this.#running!.cpuMs;
  }

  /** At once, as after a crash; its processes end with it. */
  async stop(): Promise<void> {
    await this.#running?.stop('SIGQUIT');
  }
}
