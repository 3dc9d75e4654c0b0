/** Starts the real server in a child process on a free port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServedPage {
  readonly url: string;
  /** Sends SIGINT and waits until the process has exited. */
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
