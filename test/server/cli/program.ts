/** The command line as a user starts it, in a process of its own; `in-process.ts` costs less than half. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ended } from './in-process.js';

const PROGRAM = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));

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
