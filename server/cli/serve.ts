/** `livegenre serve`: runs the server until a signal stops it. */
import { closeSync, openSync } from 'node:fs';
import type { CAC } from 'cac';
import type { RunningServer } from '../assemble.js';
import { listenRefusal } from '../listen-refusal.js';
import { startServer } from '../server.js';
import { readSettings } from '../settings.js';
import { addSettings } from './setting-options.js';

export function register(cli: CAC): void {
  const command = cli.command('serve', 'Serve the dashboard and the API (the default command)').alias('!');
  addSettings(command);
  command.example('  $ livegenre serve --port 9000 --demo off');
  command.action(serve);
}

async function serve(flags: Record<string, unknown>): Promise<void> {
  const settings = readSettings(flags, process.env);
  let server: RunningServer;
  try {
    server = await startServer(settings);
  } catch (error) {
    const refusal = listenRefusal(error as NodeJS.ErrnoException, settings);
    throw refusal ? new Error(`${refusal.found} ${refusal.advice}`) : error;
  }
  const { model, backend, shards } = server;
  console.log(`livegenre is listening: open ${server.url}`);
  console.log(`model ${model.name} ${model.version}, ${backend} backend, ${shards} ${shards === 1 ? 'shard' : 'shards'}. Ctrl-C stops it.`);
  stopOnSignal(server);
  process.on('SIGHUP', () => {
    if (isTerminalGone()) return endWithTerminal(server);
    void server.reloadCertificate();
    server.reloadModel().catch(() => {}); // the log says why
  });
}

/** SIGHUP also comes when the terminal was closed that the server was started in. */
function isTerminalGone(): boolean {
  if (!process.stdin.isTTY && !process.stdout.isTTY) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

function endWithTerminal(server: RunningServer): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {}); // nobody reads it
  // Not with process.exit, which aborts: it sets the modes of the terminal.
  const end = (): void => {
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  };
  void server.close().then(end, end);
}

/** npm forwards a signal that the terminal has already sent: two signals within this time count as one. */
const SAME_SIGNAL_MS = 500;

function stopOnSignal(server: RunningServer): void {
  let stoppedAtMs: number | undefined;
  const stop = (): void => {
    if (stoppedAtMs !== undefined) {
      if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppedAtMs = performance.now();
    const { length } = server.streams.list();
    console.log(`Stopping: ${length} ${length === 1 ? 'stream gets its' : 'streams get their'} summary. Ctrl-C again stops at once.`);
    void server.close().then(() => process.exit(0), (error: unknown) => {
      console.error('livegenre:', error);
      process.exit(1);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
