/**
 * The command line: `start` as a user starts it, in a process of its own; `run` and `refusal` in this one, which costs
 * less than half. `modelFolder` has a model of random weights for it.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { cac, type CAC } from 'cac';
import { runCommand } from '../../../models/command-line.js';
import { saveBundle } from '../../../models/model-folder.js';
import { exitCodeOf } from '../../../server/cli/exit-code.js';
import { run as runCommandLine } from '../../../server/cli/run.js';
import { randomBundle } from '../../models/fixtures.js';

const PROGRAM = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves once standard output holds `text`; rejects when the program ends before. */
  said(text: string): Promise<void>;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, LIVEGENRE_BACKEND: 'wasm', ...env } });
  let stdout = '';
  let stderr = '';
  let wake = (): void => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const ended = new Promise<Ended>((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })));
  return {
    child,
    ended,
    async said(text) {
      while (!stdout.includes(text)) {
        await Promise.race([
          new Promise<void>((resolve) => { wake = resolve; }),
          ended.then(() => { if (!stdout.includes(text)) throw new Error(`ended without ${JSON.stringify(text)}: ${stdout}${stderr}`); }),
        ]);
      }
    },
  };
}

/**
 * What the program says and ends with, in this process: for commands that end by themselves. One at a time, because it
 * takes this process's environment, input and outputs for as long as it runs.
 * @param input its standard input; empty by default
 */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, input: Uint8Array = new Uint8Array(0)): Promise<Ended> {
  if (isRunning) throw new Error('A command runs already in this process; wait for its end, or use start.');
  isRunning = true;
  const said = { stdout: '', stderr: '' };
  const before = { env: { ...process.env }, exitCode: process.exitCode };
  const listeners = HEARD.map(([emitter, event]) => emitter.listeners(event));
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const write = stream.write;
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    }) as typeof stream.write;
    return () => { stream.write = write; };
  });
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from(piecesOf(input), { objectMode: false }) });
  Object.assign(process.env, { LIVEGENRE_BACKEND: 'wasm', ...env });
  process.exitCode = undefined;
  try {
    const failed = await runCommandLine(args);
    return { exitCode: failed ?? Number(process.exitCode ?? 0), ...said };
  } finally {
    for (const each of restore) each();
    Object.defineProperty(process, 'stdin', stdin);
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name];
    Object.assign(process.env, before.env);
    process.exitCode = before.exitCode;
    HEARD.forEach(([emitter, event], index) => {
      for (const listener of emitter.listeners(event) as (() => void)[]) if (!listeners[index]!.includes(listener)) emitter.off(event, listener);
    });
    isRunning = false;
  }
}

/** As large as a pipe's. */
function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Where commands leave listeners when they end. */
const HEARD: readonly (readonly [EventEmitter, string])[] = [[process, 'SIGINT'], [process, 'SIGTERM'], [process.stdout, 'error']];
let isRunning = false;

/**
 * What the program would say and end with, in this process: for a command that refuses its arguments before it starts anything.
 * @param register of the command's module
 */
export async function refusal(register: (cli: CAC) => void, args: readonly string[]): Promise<Ended> {
  const cli = cac('livegenre');
  cli.help();
  register(cli);
  try {
    await runCommand(cli, args);
  } catch (error) {
    return { exitCode: exitCodeOf(error), stdout: '', stderr: `livegenre: ${(error as Error).message}` };
  }
  throw new Error(`${args.join(' ')} was not refused`);
}

/** A folder with a model; `remove` takes it away. */
export async function modelFolder(): Promise<{ readonly path: string; remove(): void }> {
  const path = mkdtempSync(join(tmpdir(), 'livegenre-model-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(path, manifest, weights);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
