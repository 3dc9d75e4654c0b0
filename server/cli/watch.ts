/** `livegenre watch [ID]`: prints live predictions of a running stream or station; by default of the demo station. */
import type { CAC } from 'cac';
import { GenreViewer, withoutCredentials } from '../../client/sdk/node.js';
import type { StreamInfo } from '../protocol/messages.js';
import { LiveLines } from './live-lines.js';
import { SERVER_URL, TOKEN_OPTION, tokenOf } from './server-url.js';
import { colours, paint, printable } from './terminal.js';

const LIST_TIMEOUT_MS = 5000;

export function register(cli: CAC): void {
  cli.command('watch [id]', 'Show the live genre of a running stream or station (default: the demo station)')
    .option('--url <url>', 'The server', SERVER_URL)
    .option(...TOKEN_OPTION)
    .example('  $ livegenre watch')
    .example('  $ livegenre watch k3J9x --url wss://genre.example.org')
    .action((id: string | undefined, flags: { readonly url: string; readonly token?: string }) => watch(id, flags.url, tokenOf(flags)));
}

async function watch(id: string | undefined, url: string, token: string | undefined): Promise<void> {
  const lines = new LiveLines(process.stdout, paint(colours(process.stdout)));
  let first = id === undefined ? await demoOf(url, token) : undefined;
  // A restarted server may give its demo a new id, so it is looked up again for each later attempt.
  const demo = async (): Promise<string> => {
    const found = first ?? await demoOf(url, token);
    first = undefined;
    return found;
  };
  const viewer = new GenreViewer({ url, token: () => token, stream: id ?? demo });
  const stop = (): void => viewer.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      viewer.on('ready', ({ name, streamId, model }) => lines.note(printable(`${name}: stream ${streamId} on ${withoutCredentials(url).url}, model ${model.name} ${model.version}`)));
      viewer.on('prediction', (prediction) => lines.prediction(prediction));
      viewer.on('station', (message) => lines.station(message));
      viewer.on('summary', (summary) => lines.summary(summary));
      viewer.on('error', (error) => {
        if (viewer.state === 'closed') reject(error);
        else lines.note(`${printable(error.message)} Trying again.`);
      });
      viewer.on('state', (state) => {
        // Settle after the error event of the same close, if there is one.
        if (state === 'closed') queueMicrotask(resolve);
      });
      viewer.open();
    });
  } finally {
    lines.clear();
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}

/** @throws Error when the server can't be reached, or plays no demo */
async function demoOf(url: string, token: string | undefined): Promise<string> {
  const { url: shown, headers } = withoutCredentials(url);
  const address = new URL(shown);
  address.protocol = address.protocol.replace('ws', 'http');
  address.pathname = `${address.pathname.replace(/\/$/, '')}/v1/streams`;
  let streams: readonly StreamInfo[];
  try {
    const response = await fetch(address, { headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }, signal: AbortSignal.timeout(LIST_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    ({ streams } = await response.json() as { streams: readonly StreamInfo[] });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`The streams of ${shown} can't be listed (${cause instanceof Error ? cause.message : message}); check that the server runs and the address is right.`);
  }
  const demo = streams.find(({ source }) => source === 'demo');
  if (demo) return demo.id;
  const others = streams.map(({ id }) => id).join(', ');
  throw new Error(`${shown} plays no demo; ${others ? `name one of its streams: ${others}` : 'and no stream is running'}.`);
}
