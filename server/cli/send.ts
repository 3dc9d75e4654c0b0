/**
 * `livegenre send FILE|-`: sends a file or standard input to a server and prints its predictions.
 * Uses the public SDK; only this file and `watch` import from `client/` on the server side.
 */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { CAC } from 'cac';
import { oneOf, whole } from '../../models/command-line.js';
import { GenreClient, GenreError, withoutCredentials } from '../../client/sdk/node.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import { MAX_TAGS } from '../protocol/client-messages.js';
import { SettingError } from '../settings.js';
import { FileError, SoundFile } from '../sources/file.js';
import { openPipedAudio, PipedAudioError } from '../sources/piped-audio.js';
import { LiveLines } from './live-lines.js';
import { SERVER_URL, TOKEN_OPTION, tokenOf } from './server-url.js';
import { openPipe } from './standard-input.js';
import { DEFAULT_TAGS, TAGS_HELP } from './tag-words.js';
import { colours, paint, printable } from './terminal.js';

/** The protocol's limit of channels. */
const MAX_CHANNELS = 64;
/** The server's limit of characters in a name. */
const MAX_NAME = 100;
/** Length of the pieces in which a file is sent at real-time pace. */
const PIECE_MS = 100;

interface Flags {
  readonly url: string;
  readonly token?: string;
  readonly fast?: boolean;
  readonly name?: string;
  readonly tags: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly encoding?: (typeof RAW_ENCODINGS)[number];
  readonly '--'?: readonly string[];
}

/** Audio to send. */
interface Sound {
  readonly name: string;
  readonly format: AudioFormat;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The input sets the pace. */
  readonly isPiped: boolean;
  close(): Promise<void>;
}

const RAW_ENCODINGS = ['s16le', 'f32le'] as const;
const RAW_FLAGS = '--rate, --channels and --encoding (such as --rate 44100 --channels 2 --encoding s16le)';

export function register(cli: CAC): void {
  cli.command('send [...file]', 'Send a sound file, or what another program pipes in (-), to a server')
    .option('--url <url>', 'The server', SERVER_URL)
    .option(...TOKEN_OPTION)
    .option('--fast', 'As fast as the server takes it, not at the pace of real time')
    .option('--name <name>', 'What others see in the list of streams (default: the file\'s name)')
    .option('--tags <n>', TAGS_HELP, { ...whole({ min: 0, max: MAX_TAGS }), default: DEFAULT_TAGS })
    .option('--rate <hz>', 'For raw samples piped in: sample rate, 8000 to 192000', whole({ min: 8000, max: 192_000 }))
    .option('--channels <n>', 'For raw samples piped in: 1 to 64', whole({ min: 1, max: MAX_CHANNELS }))
    .option('--encoding <encoding>', 'For raw samples piped in: s16le or f32le', oneOf(RAW_ENCODINGS))
    .example('  $ livegenre send concert.flac')
    .example('  $ arecord -f cd | livegenre send')
    .example('  $ some-radio --raw | livegenre send - --rate 44100 --channels 2 --encoding s16le')
    .action((named: readonly string[], flags: Flags) => send([...named, ...flags['--'] ?? []], flags));
}

async function send(named: readonly string[], flags: Flags): Promise<void> {
  // Without a name, read standard input unless it is a terminal.
  const [file, ...more] = named.length === 0 && !process.stdin.isTTY ? ['-'] : named;
  if (file === undefined || more.length > 0) throw new SettingError(`Name one file to send, or - for standard input; ${named.length} are named.`);
  const input = await soundOf(file, flags);
  const { sound, stop } = untilSignal(input);
  const lines = new LiveLines(process.stdout, paint(colours(process.stdout)));
  const { name, format } = sound;
  const client = new GenreClient({ url: flags.url, token: () => tokenOf(flags), ...format, name: [...flags.name ?? name].slice(0, MAX_NAME).join(''), tags: flags.tags, live: sound.isPiped ? 'auto' : false });
  client.on('prediction', (prediction) => lines.prediction(prediction));
  const streams = reportConnection(client, lines);
  try {
    const { streamId, model } = await client.connect();
    lines.note(printable(`${name}: stream ${streamId} on ${withoutCredentials(flags.url).url}, model ${model.name} ${model.version}`));
    const paced = sound.isPiped || flags.fast ? sound.chunks : inRealTime(sound.chunks, format, stop.signal);
    try {
      for await (const chunk of paced) if (!client.send(chunk)) await client.drained();
    } catch (error) {
      // The audio before the damage has been sent, so print its summary.
      if (error instanceof PipedAudioError) throw new SettingError(`${name}: ${error.message}. For raw samples say what they are: ${RAW_FLAGS}.`);
      if (!(error instanceof FileError)) throw error;
      lines.note(printable(`${name}: ${error.message}`));
      process.exitCode = 1;
    }
    lines.summary(await client.stop());
    if (streams() > 1) lines.note(`This summary is of the last of ${streams()} streams only: the server no longer had those before.`);
    if (client.droppedMs > 0) lines.note(`${seconds(client.droppedMs)} of sound were lost on the way.`);
  } catch (error) {
    throw error instanceof GenreError && error.stoppedAtMs !== undefined ? new Error(`${name}: ${error.message}`) : error;
  } finally {
    stop.abort();
    client.close();
    lines.clear();
    await sound.close();
  }
}

/**
 * Prints what becomes of the connection.
 * @returns how many streams there were
 */
function reportConnection(client: GenreClient, lines: LiveLines): () => number {
  let streamId: string | undefined;
  let streams = 0;
  let lostMs = 0;
  client.on('restarted', () => lines.note('Part of the server restarted; scoring starts from scratch.'));
  client.on('error', ({ code, message }) => {
    // What follows a stream that is gone is told by `continued`, or ends the program.
    if (client.state !== 'reconnecting' || code === 'resume-unknown') return;
    lines.note(code === 'idle' ? 'No sound came for too long; the stream goes on with the next.' : `${printable(message)} Trying again.`);
  });
  client.on('ready', (ready) => {
    // A stream that continues another one has its id, but no audio yet.
    if (ready.streamId === streamId && ready.receivedBytes !== 0) lines.note(`Connected again${client.droppedMs > lostMs ? `; ${seconds(client.droppedMs - lostMs)} of sound were lost` : ''}.`);
    else streams += 1;
    streamId = ready.streamId;
    lostMs = client.droppedMs;
  });
  client.on('continued', (continued) => {
    lines.note(printable(`The server no longer has stream ${continued.previousId}. The sound goes on as ${continued.streamId === continued.previousId ? 'a new one of the same id' : `stream ${continued.streamId}`}, after ${seconds(continued.gapMs)}; ${seconds(continued.lostMs)} of it were lost.`));
  });
  return () => streams;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function soundOf(file: string, flags: Flags): Promise<Sound> {
  const pipe = await openPipe(file);
  if (pipe) return piped(pipe.isStandardInput ? 'standard input' : basename(file), pipe.input, flags);
  try {
    const sound = await SoundFile.open(file);
    return { name: sound.name, format: sound.format, chunks: sound.chunks(), isPiped: false, close: () => sound.close() };
  } catch (error) {
    throw error instanceof FileError ? new Error(printable(`${file}: ${error.message}`)) : error;
  }
}

/** Raw samples need all format flags: a wrong guess would give wrong genres without an error. */
async function piped(name: string, input: Readable, { rate, channels, encoding }: Flags): Promise<Sound> {
  const close = async (): Promise<void> => void input.destroy();
  if (rate === undefined && channels === undefined && encoding === undefined) {
    try {
      return { name, ...await openPipedAudio(input), isPiped: true, close };
    } catch (error) {
      throw error instanceof PipedAudioError ? new SettingError(`${name}: ${error.message}.`) : error;
    }
  }
  if (rate === undefined || channels === undefined || encoding === undefined) {
    throw new SettingError(`For raw samples say all that they are: ${RAW_FLAGS}.`);
  }
  return { name, format: { encoding, sampleRate: rate, channels }, chunks: input, isPiped: true, close };
}

/** Ctrl-C ends the input, so the server still sends its summary. A second Ctrl-C ends the program. */
function untilSignal(sound: Sound): { sound: Sound; stop: AbortController } {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  stop.signal.addEventListener('abort', () => process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal), { once: true });
  return { sound: { ...sound, chunks: until(stop.signal, sound.chunks) }, stop };
}

async function* until(signal: AbortSignal, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = chunks[Symbol.asyncIterator]();
  const stopped = new Promise<IteratorResult<Uint8Array>>((resolve) => {
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true });
  });
  for (;;) {
    // The last read may never settle (a microphone without data); the owner of the source closes it.
    const next = await Promise.race([input.next(), stopped]);
    if (next.done || signal.aborted) return;
    yield next.value;
  }
}

/** Delays chunks to real-time pace. */
async function* inRealTime(chunks: AsyncIterable<Uint8Array>, { sampleRate, channels }: AudioFormat, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const bytesPerMs = 4 * channels * sampleRate / 1000;
  const pieceBytes = Math.ceil(PIECE_MS * bytesPerMs);
  const startedAtMs = performance.now();
  let sentBytes = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      sentBytes += piece.length;
      const earlyMs = sentBytes / bytesPerMs - (performance.now() - startedAtMs);
      if (earlyMs > 0) await sleep(earlyMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      yield piece;
    }
  }
}
