/**
 * The command line in the process of the tests: `run` a command, or only hear its `refusal`. `modelFolder` has a model of
 * random weights for it.
 */
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { cac, type CAC } from 'cac';
import { runCommand } from '../../../models/command-line.js';
import { saveBundle } from '../../../models/model-folder.js';
import { exitCodeOf } from '../../../server/cli/exit-code.js';
import { run as runCommandLine } from '../../../server/cli/run.js';
import { randomBundle } from '../../models/fixtures.js';

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
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
