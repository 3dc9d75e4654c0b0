/** The command line as a user starts it: its own process, with a model of random weights. Refusals also without a process. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cac, type CAC } from 'cac';
import { runCommand } from '../../../models/command-line.js';
import { saveBundle } from '../../../models/model-folder.js';
import { exitCodeOf } from '../../../server/cli/exit-code.js';
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

export function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return start(args, env).ended;
}

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
