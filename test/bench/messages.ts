/**
 * What the length of a microphone's messages costs: streams of the SDK in this process, the server in another, the
 * same load with each length in turns. Lag runs from the end of a block's sound, wherever it then waits, to its
 * prediction; CPU is that of the server, of its main thread, and of this process, which is all streams' SDK and sockets.
 *
 *   npm run build && node dist/test/bench/messages.js [--streams N] [--seconds S] [--rounds R]
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { GenreClient } from '../../client/sdk/node.js';
import { distribution } from './live/distribution.js';
import { describeMachine, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { RemoteProcess } from './live/remote-process.js';
import type { ServerCalls, ServerInfo } from './live/server-process.js';
import { table } from './live/table.js';

const RATE = 22_050;
const SOUND_S = 30;
/** As an audio worklet delivers at 48 kHz: 1,024 samples each. */
const WORKLET_SAMPLES = 470;
const TICK_MS = 5;
/** The streams' blocks are spread over this time. */
const BLOCK_SPREAD_MS = 348 * 3;
/** Not measured: all streams open, code compiled. */
const SETTLE_S = 3;

const VARIANTS = [
  { name: 'as the worklet delivers, 21 ms', pieceSamples: WORKLET_SAMPLES, messageMs: 0 },
  { name: '100 ms, as the pages sent', pieceSamples: RATE / 10, messageMs: 0 },
  { name: 'half a block, the default', pieceSamples: WORKLET_SAMPLES, messageMs: 174 },
  { name: 'a block', pieceSamples: WORKLET_SAMPLES, messageMs: 348 },
] as const;

interface Figures { lagsMs: number[]; serverMs: number; mainMs: number; clientMs: number; soundS: number }

/** A microphone: pieces of sound when they are complete by the clock. */
class Microphone {
  readonly client: GenreClient;
  #startedAtMs = Infinity;
  readonly #from = Math.floor(Math.random() * SOUND_S * RATE / 2);
  readonly #pieceSamples: number;
  #sent = 0;

  constructor(url: string, { pieceSamples, messageMs }: typeof VARIANTS[number], { frontEnd: { nFft, hop } }: ServerInfo, onLag: (lagMs: number) => void) {
    this.#pieceSamples = pieceSamples;
    this.client = new GenreClient({ url, encoding: 's16le', sampleRate: RATE, channels: 1, messageMs });
    this.client.on('prediction', ({ atMs }) => onLag(performance.now() - this.#startedAtMs - atMs - 1000 * (nFft - hop) / RATE));
    this.client.on('error', ({ message }) => process.stderr.write(`${message}\n`));
  }

  async start(): Promise<void> {
    await this.client.connect();
    this.#startedAtMs = performance.now();
  }

  tick(sound: Int16Array, nowMs: number): void {
    const spoken = (nowMs - this.#startedAtMs) / 1000 * RATE;
    for (; this.#sent + this.#pieceSamples <= spoken; this.#sent += this.#pieceSamples) {
      const at = (this.#from + this.#sent) % (sound.length - this.#pieceSamples);
      this.client.send(sound.subarray(at, at + this.#pieceSamples));
    }
  }
}

async function measure(server: RemoteProcess<ServerCalls>, info: ServerInfo, variant: typeof VARIANTS[number], streams: number, seconds: number, sound: Int16Array): Promise<Figures> {
  let lagsMs: number[] = [];
  const microphones: Microphone[] = [];
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const microphone of microphones) microphone.tick(sound, nowMs);
  }, TICK_MS);
  while (microphones.length < streams) {
    const microphone = new Microphone(`ws://127.0.0.1:${info.port}`, variant, info, (lagMs) => lagsMs.push(lagMs));
    await microphone.start();
    microphones.push(microphone);
    await sleep(BLOCK_SPREAD_MS / streams);
  }
  await sleep(1000 * SETTLE_S);
  lagsMs = [];
  const [own, before] = [process.cpuUsage(), await server.call('use')];
  await sleep(1000 * seconds);
  const [{ user, system }, after] = [process.cpuUsage(own), await server.call('use')];
  const seen = lagsMs;
  clearInterval(timer);
  for (const { client } of microphones) client.close();
  return { lagsMs: seen, serverMs: after.cpuMs - before.cpuMs, mainMs: (after.mainCpuMs ?? NaN) - (before.mainCpuMs ?? NaN), clientMs: (user + system) / 1000, soundS: streams * (after.atMs - before.atMs) / 1000 };
}

const { values } = parseArgs({ options: { streams: { type: 'string', default: '100' }, seconds: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } } });

await command(async () => {
  const streams = wholeNumber('streams', values.streams, 1, 1000);
  const seconds = wholeNumber('seconds', values.seconds, 1, 600);
  const rounds = wholeNumber('rounds', values.rounds, 1, 100);
  const sound = toS16(new DemoSynth(181, RATE).render(SOUND_S * RATE));
  const server = new RemoteProcess<ServerCalls>('./server-process.js', ['--max-semi-space-size=4', '--single-threaded-gc']);
  try {
    const info = await server.call('start', { maxStreams: '100000', maxLoad: '1000' });
    const measured = VARIANTS.map((): Figures[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, variant] of VARIANTS.entries()) measured[index]!.push(await measure(server, info, variant, streams, seconds, sound));
    }
    console.log(`${describeMachine(thisMachine())}; ${streams} streams, ${rounds} rounds of ${seconds} s\n`);
    console.log(table(['message', 'lag avg, ms', 'p50', 'p95', 'p99', 'server CPU, ms a stream-second', 'its main thread', 'SDK and sockets'], VARIANTS.map(({ name }, index) => {
      const all = measured[index]!;
      const { avg, p50, p95, p99 } = distribution(all.flatMap(({ lagsMs }) => lagsMs));
      const each = (of: 'serverMs' | 'mainMs' | 'clientMs'): string => median(all.map((figures) => figures[of] / figures.soundS)).toFixed(3);
      return [name, ...[avg, p50, p95, p99].map(String), each('serverMs'), each('mainMs'), each('clientMs')];
    })));
  } finally {
    await server.call('close').catch(() => {});
    await server.end();
  }
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
