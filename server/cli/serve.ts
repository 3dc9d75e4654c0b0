/** `livegenre serve`: runs the server until a signal stops it. */
import type { CAC } from 'cac';
import { envOf, flagOf, readSettings, SETTINGS, type Setting, type SettingName } from '../settings.js';
import type { RunningServer } from '../assemble.js';
import { startServer } from '../server.js';

export function register(cli: CAC): void {
  const command = cli.command('serve', 'Serve the dashboard and the API (the default command)').alias('!');
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const value = typeof setting.default === 'boolean' ? '[on|off]' : `<${setting.unit || 'value'}>`;
    command.option(`${flagOf(name)} ${value}`, describe(name, setting));
  }
  command.example('  $ livegenre serve --port 9000 --demo off');
  command.action(serve);
}

function describe(name: SettingName, setting: Setting<unknown>): string {
  const { default: value, alsoEnv } = setting;
  const shown = typeof value === 'boolean' ? (value ? 'on' : 'off') : Array.isArray(value) || value === '' ? 'none' : value;
  return `${setting.description} (${[envOf(name), alsoEnv].filter(Boolean).join(', ')}; default ${shown})`;
}

async function serve(flags: Record<string, unknown>): Promise<void> {
  const settings = readSettings(flags, process.env);
  let server: RunningServer;
  try {
    server = await startServer(settings);
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, settings.host, settings.port);
  }
  const { model, backend, shards } = server;
  console.log(`livegenre is listening: open ${server.url}`);
  console.log(`model ${model.name} ${model.version}, ${backend} backend, ${shards} ${shards === 1 ? 'shard' : 'shards'}. Ctrl-C stops it.`);
  stopOnSignal(server);
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE': return new Error(`Port ${port} on ${host} is taken by another program. Choose another with --port.`);
    case 'EACCES': return new Error(`This user may not listen on port ${port} of ${host}. Choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return new Error(`${host} is not an address of this machine. Choose another with --host.`);
    default: return error;
  }
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
