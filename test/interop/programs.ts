/** Real programs of other people that the interop tests start, where they are installed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type Callback, type Test } from 'uvu';
import { cpuMsOf } from '../../server/sources/cpu-time.js';

type Hook = Callback<Record<string, unknown>>;

/** Whether a program can be found. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Tests that need programs: where one is missing a line says so, and they are skipped. */
export function interop(name: string, programs: readonly string[]): Test {
  const tests = suite(name);
  const missing = programs.filter((program) => !has(program));
  if (missing.length === 0) {
    const { before } = tests;
    return Object.assign(tests, { before: Object.assign((hook: Hook) => before(printed(hook)), { each: before.each }) });
  }
  console.log(`interop: ${name} is skipped; not installed: ${missing.join(', ')}`);
  // Hooks run for skipped tests too, and would start what isn't there.
  const noHook = Object.assign(() => {}, { each: () => {} });
  return Object.assign(((title: string, work: never) => tests.skip(title, work)) as unknown as Test, tests, { before: noHook, after: noHook });
}

/** uvu says nothing of an error of a hook. */
function printed(hook: Hook): Hook {
  return async (context) => {
    try {
      await hook(context);
    } catch (error) {
      console.error(error);
      throw error;
    }
  };
}

/** What a test starts and leaves behind, ended and removed with it. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'livegenre-interop-'));
  readonly #children = new Set<ChildProcess>();

  /** Its log is kept for when it fails. */
  start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return new Running(program, child);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children].map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Running {
  readonly child: ChildProcess;
  readonly #program: string;
  #log = '';

  constructor(program: string, child: ChildProcess) {
    this.#program = program;
    this.child = child;
    for (const output of [child.stdout!, child.stderr!]) output.setEncoding('utf8').on('data', (text: string) => (this.#log = (this.#log + text).slice(-4000)));
    child.once('error', (error) => (this.#log += error.message));
  }

  get log(): string {
    return `${this.#program}: ${this.#log}`;
  }

  /** CPU time of it and of its children, those that have ended included, ms. */
  get cpuMs(): number {
    const main = this.child.pid!;
    return readdirSync('/proc').map(Number).filter((pid) => pid === main || parentOf(pid) === main).reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), endedMsOf(main));
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Undefined of what is no process, or has ended. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  } catch {
    return undefined;
  }
}

/** CPU time of children that have ended, ms: fields 16 and 17 of /proc/PID/stat, in hundredths of a second. */
function endedMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[13]) + Number(fields[14]));
}
