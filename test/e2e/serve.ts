/** Starts the real server on a free port: in a child process with the real model, or here with a fake one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServerParts } from '../../server/assemble.js';
import type { Settings } from '../../server/settings.js';
import { BUILT_PAGES, startTestServer } from '../server/rig.js';

export interface ServedPage {
  readonly url: string;
  /** Ends the server, in a child process by SIGINT, and waits until it has ended. */
  stop(): Promise<void>;
}

const COMMAND = fileURLToPath(new URL('../../server/cli/livegenre.js', import.meta.url));

/** @param flags of `livegenre serve` */
export async function serve(...flags: string[]): Promise<ServedPage> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--host', '127.0.0.1', '--shards', '1', ...(flags.includes('--port') ? [] : ['--port', '0']), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const listening = (async () => {
    for await (const line of lines) {
      const url = /open (http:\S+)/.exec(line)?.[1];
      if (url) return url;
    }
    throw new Error('The server exited before it listened; see its output above.');
  })();
  const url = await listening;
  child.stdout.resume();
  return {
    url,
    async stop() {
      child.kill('SIGINT');
      await exited;
    },
  };
}

/**
 * A server in this process with the fake classifier, unless `parts` have another: for tests that start
 * a server anew. It starts in a fraction of the time and CPU time of a process.
 */
export async function serveHere(settings: Partial<Settings>, parts: ServerParts = {}): Promise<ServedPage> {
  const server = await startTestServer(settings, { dashboard: BUILT_PAGES, ...parts });
  return { url: server.url, stop: () => server.close() };
}

/** Setting to start a server where one was. */
export const portOf = ({ url }: ServedPage): { readonly port: number } => ({ port: Number(new URL(url).port) });
