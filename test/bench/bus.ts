/**
 * What it costs that viewers are on another node than their stream: two servers and a real nats-server
 * on this machine. CPU of each is measured without streams, with them, with one viewer of each stream on
 * the other node, and with many viewers of one stream there, in turns.
 *   npm run bench:bus [-- --streams N --viewers V --seconds S --rounds R --keep --json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { quantile } from '../../models/metrics.js';
import { round } from '../../server/pipe/segments.js';
import { NatsServer } from '../interop/nats-server.js';
import { Bench as Programs, has } from '../interop/programs.js';
import { Bench } from './live/bench.js';
import { describeMachine, saveRun, thisMachine, type Machine } from './live/machine.js';
import { command, MAX_SECONDS, wholeNumber } from './live/options.js';
import { RemoteProcess } from './live/remote-process.js';
import type { ServerCalls } from './live/server-process.js';
import { table } from './live/table.js';
import type { ViewersCalls } from './live/viewers-process.js';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** CPU, ms a second of the clock. */
interface Cost {
  /** The node of the streams, that of the viewers, and nats-server. */
  readonly near: number;
  readonly far: number;
  readonly nats: number;
}

type Phase = 'idle' | 'streams' | 'watched' | 'crowd';

interface BusFigures {
  readonly machine: Machine;
  readonly streams: number;
  readonly viewers: number;
  /** Medians of the rounds. */
  readonly costs: Readonly<Record<Phase, Cost>>;
  readonly rounds: ReadonlyArray<Readonly<Record<Phase, Cost>>>;
  /** With one viewer of each stream: of a stream, its messages and what keeps it watched; with subjects, without TCP. */
  readonly bytesPerStreamSecond: number;
  readonly messagesPerStreamSecond: number;
  readonly bytesPerMessage: number;
  /** Messages that the crowd got in a second. */
  readonly crowdMessagesPerSecond: number;
}

const SETTLE_MS = 1500;

await command(async () => {
  const machine = thisMachine();
  const streams = wholeNumber('streams', values.streams, 1, 1000);
  const viewers = wholeNumber('viewers', values.viewers, 1, 20_000);
  const seconds = wholeNumber('seconds', values.seconds, 1, MAX_SECONDS);
  const rounds = wholeNumber('rounds', values.rounds, 1, 100);
  if (!has('nats-server')) throw new Error('nats-server is not installed; on Debian: apt-get install nats-server');
  const figures = await measure(machine, { streams, viewers, seconds, rounds });
  console.log(values.json ? JSON.stringify(figures) : report(figures));
  if (values.keep) await saveRun(machine, { 'bus.json': JSON.stringify(figures) });
});

async function measure(machine: Machine, { streams, viewers, seconds, rounds }: { readonly streams: number; readonly viewers: number; readonly seconds: number; readonly rounds: number }): Promise<BusFigures> {
  const programs = new Programs();
  const nats = await NatsServer.start(programs);
  const flags = { nats: nats.url, logLevel: 'warn', maxViewers: String(viewers + streams) };
  const bench = await Bench.start({ shards: 1, flags: { ...flags, node: 'near' } });
  const far = new RemoteProcess<ServerCalls>('./server-process.js');
  const watching = new RemoteProcess<ViewersCalls>('./viewers-process.js');
  try {
    const { port } = await far.call('start', { ...flags, node: 'far', shards: '1' });
    const cost = async (): Promise<Cost> => {
      const look = async (): Promise<[atMs: number, near: number, far: number, nats: number]> => {
        const [one, other] = await Promise.all([bench.server.call('use'), far.call('use')]);
        return [performance.now(), one.cpuMs, other.cpuMs, nats.cpuMs];
      };
      await sleep(SETTLE_MS);
      const before = await look();
      await sleep(1000 * seconds);
      const [elapsedMs, ...spent] = (await look()).map((value, index) => value - before[index]!) as [number, number, number, number];
      const [near, farMs, natsMs] = spent.map((ms) => (1000 * ms) / elapsedMs) as [number, number, number];
      return { near, far: farMs, nats: natsMs };
    };
    await bench.warm(2);
    const measured: Record<Phase, Cost>[] = [];
    let [traffic, crowdMessages] = [{ bytes: 0, messages: 0 }, 0];
    for (let number = 0; number < rounds; number++) {
      const idle = await cost();
      const group = `round ${number}`;
      await bench.clients.call('open', group, streams);
      const ids = await bench.clients.call('ids', group);
      const own = await cost();
      await watching.call('watch', port, ids, 1);
      const watched = await cost();
      if (number === rounds - 1) traffic = await listen(nats, seconds);
      await watching.call('leave');
      await watching.call('watch', port, ids.slice(0, 1), viewers);
      const [heard, fromMs] = [await watching.call('watched'), performance.now()];
      const crowd = await cost();
      crowdMessages = (1000 * (await watching.call('watched') - heard)) / (performance.now() - fromMs);
      await watching.call('leave');
      await bench.clients.call('stop', group);
      measured.push({ idle, streams: own, watched, crowd });
      process.stderr.write(`${JSON.stringify(measured.at(-1), (_, value: unknown) => (typeof value === 'number' ? round(value, 1) : value))}\n`);
    }
    const median = (phase: Phase, of: keyof Cost): number => round(quantile(measured.map((each) => each[phase][of]), 0.5)!, 2);
    const costOf = (phase: Phase): Cost => ({ near: median(phase, 'near'), far: median(phase, 'far'), nats: median(phase, 'nats') });
    return {
      machine, streams, viewers, rounds: measured,
      costs: { idle: costOf('idle'), streams: costOf('streams'), watched: costOf('watched'), crowd: costOf('crowd') },
      bytesPerStreamSecond: round(traffic.bytes / seconds / streams, 0),
      messagesPerStreamSecond: round(traffic.messages / seconds / streams, 2),
      bytesPerMessage: round(traffic.bytes / traffic.messages, 0),
      crowdMessagesPerSecond: round(crowdMessages, 0),
    };
  } finally {
    await watching.end();
    await far.call('close').catch(() => {});
    await far.end();
    await bench.close();
    await programs.close();
  }
}

/** What goes over the bus about streams; a listener of its own, while nothing else is measured. */
async function listen(nats: NatsServer, seconds: number): Promise<{ readonly bytes: number; readonly messages: number }> {
  const connection = await nats.connect();
  let [bytes, messages] = [0, 0];
  for (const subject of ['stream.>', 'columns.>', 'watch.>', 'watched.>', 'find', 'found.>']) {
    connection.subscribe(`livegenre.${subject}`, { callback: (error, message) => {
      if (error) return;
      messages++;
      bytes += message.data.length + message.subject.length;
    } });
  }
  await sleep(1000 * seconds);
  await connection.close();
  return { bytes, messages };
}

function report({ machine, streams, viewers, costs: { idle, streams: own, watched, crowd }, bytesPerStreamSecond, messagesPerStreamSecond, bytesPerMessage, crowdMessagesPerSecond }: BusFigures): string {
  const all = (cost: Cost): number => cost.near + cost.far + cost.nats;
  const each = (ms: number): string => (ms / streams).toFixed(2);
  const streamsMs = own.near - idle.near;
  const crowdMs = all(crowd) - all(own);
  const perStream = table(['CPU, ms a stream-second', 'node of the streams', 'node of the viewers', 'nats-server'], [
    ['the streams', each(streamsMs), '', ''],
    ['one viewer of each on another node, more than that', each(watched.near - own.near), each(watched.far - own.far), each(watched.nats - own.nats)],
  ]);
  const compared = table(['CPU, ms a second', '', 'of the streams'], [
    [`${streams} streams`, streamsMs.toFixed(1), '1'],
    [`${viewers} viewers of one of them on another node, ${crowdMessagesPerSecond} messages a second`, crowdMs.toFixed(1), (crowdMs / streamsMs).toFixed(2)],
  ]);
  return `${describeMachine(machine)}\n\n${perStream}\n\n${bytesPerStreamSecond} bytes a second for a watched stream, in ${messagesPerStreamSecond} messages of ${bytesPerMessage} bytes\n\n${compared}`;
}
