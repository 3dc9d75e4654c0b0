/** Streams of one node watched on another, on virtual time. */
import { Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PublishedStreams } from '../../../server/cluster/published-streams.js';
import { RemoteStreams } from '../../../server/cluster/remote-streams.js';
import { streamSubjects } from '../../../server/cluster/stream-subjects.js';
import { encodeMessage, type EncodedMessage } from '../../../server/protocol/encoded-message.js';
import type { StreamInfo } from '../../../server/protocol/messages.js';
import type { Watchable } from '../../../server/streams/elsewhere.js';
import type { Stream } from '../../../server/streams/stream.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryNetwork, type MemoryBus } from './memory-bus.js';

const SEARCH_MS = 15_000;
const subjects = streamSubjects('test');

const ready = (id: string): EncodedMessage => encodeMessage({ type: 'ready', streamId: id, name: id, model: { name: 'm', version: '1', labels: ['a'] }, blockMs: 348.3 });
const prediction = (seq: number): EncodedMessage => encodeMessage({ type: 'prediction', seq, atMs: 348.3 * seq, state: 'music', genre: 'a', p: 1, top: [['a', 1]], music: 1, level: -9, peak: -6, lagMs: 1, droppedMs: 0 });
const live: EncodedMessage = encodeMessage({ type: 'station', state: 'live', since: '', nowPlaying: null, reason: null });

/** As much of a stream as is asked of it. */
class SimulatedStream {
  readonly messages$ = new Subject<EncodedMessage>();
  readonly id: string;
  readonly greeting: readonly EncodedMessage[];
  source: StreamInfo['source'] = 'client';
  isEnding = false;
  isElsewhere = false;
  isConnected = true;
  viewersElsewhere = 0;

  constructor(id: string, isStation = false) {
    this.id = id;
    this.greeting = [ready(id), ...(isStation ? [live] : [])];
    if (isStation) this.source = 'station';
  }

  info(): StreamInfo {
    return {
      id: this.id, name: this.id, source: this.source, startedAt: '', connected: this.isConnected, encoding: 's16le', sampleRate: 8000, channels: 1,
      durationMs: 1000, state: 'music', genre: 'a', p: 1, viewers: 0, lagMs: 0, droppedMs: 0,
    };
  }

  watch(): Subject<EncodedMessage> {
    return this.messages$;
  }

  letGo(): void {
    this.leave();
  }

  leave(): void {
    this.isEnding = this.isElsewhere = true;
    this.messages$.complete();
  }
}

interface Node {
  readonly bus: MemoryBus;
  readonly streams: Map<string, SimulatedStream>;
  readonly remote: RemoteStreams;
  readonly published: PublishedStreams;
  run(id: string, isStation?: boolean): SimulatedStream;
}

function cluster(): { readonly network: MemoryNetwork; readonly clock: ManualClock; node(name: string): Node } {
  const network = new MemoryNetwork();
  const clock = new ManualClock();
  return {
    network, clock,
    node(session) {
      const bus = network.node();
      const streams = new Map<string, SimulatedStream>();
      const get = (id: string): Stream | undefined => streams.get(id) as unknown as Stream | undefined;
      const remote = new RemoteStreams({ bus, subjects, session, streams: { get }, others: () => 1, searchMs: SEARCH_MS, scheduler: clock });
      const published = new PublishedStreams({ bus, subjects, session, streams: { get, list: () => [...streams.values()] as unknown as Stream[] }, onTaken: (id, by) => remote.taken(id, by), scheduler: clock });
      return {
        bus, streams, remote, published,
        run(id, isStation) {
          const stream = new SimulatedStream(id, isStation);
          streams.set(id, stream);
          return stream;
        },
      };
    },
  };
}

/** A viewer, and what it gets. */
function view(stream: Watchable, wantsColumns = false): { readonly got: string[]; isDone: boolean; leave(): void } {
  const viewer = { got: stream.greeting.map(described), isDone: false, leave: () => watching.unsubscribe() };
  const watching = stream.watch(wantsColumns).subscribe({ next: (message) => viewer.got.push(described(message)), complete: () => (viewer.isDone = true) });
  return viewer;
}

function described({ json }: EncodedMessage): string {
  const { type, seq, state, code } = JSON.parse(json) as Record<string, unknown>;
  return [type, seq ?? (type === 'station' ? state : code)].filter((part) => part !== undefined).join(' ');
}

test('a stream is published once for all viewers of a node, from the first to the last of them', async () => {
  const { network, clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  const stream = a.run('s');
  stream.messages$.next(prediction(1));
  assert.equal(network.published, [], 'nobody asked');
  const viewers = [view((await b.remote.watch('s'))!), view((await b.remote.watch('s'))!)];
  clock.advance(3000);
  assert.is(stream.viewersElsewhere, 2);
  network.published.length = 0;
  stream.messages$.next(prediction(2));
  assert.equal(network.published, ['test.stream.a.1']);
  for (const { got } of viewers) assert.equal(got, ['ready', 'prediction 2']);
  clock.advance(60_000);
  assert.is(a.published.size, 1, 'it is renewed');
  viewers[0]!.leave();
  assert.is(a.published.size, 1);
  viewers[1]!.leave();
  assert.equal([a.published.size, b.remote.size, stream.viewersElsewhere], [0, 0, 0]);
  network.published.length = 0;
  stream.messages$.next(prediction(3));
  assert.equal(network.published, []);
});

test('a node that dies with its viewers is forgotten', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  a.run('s');
  view((await b.remote.watch('s'))!);
  b.bus.isDeaf = true;
  clock.advance(7000);
  assert.is(a.published.size, 0);
});

test('columns are published only for nodes whose viewers want them', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  const stream = a.run('s');
  const columns = encodeMessage({ type: 'columns', seq: 1, atMs: 1, levels: '', peaks: '' });
  const plain = view((await b.remote.watch('s'))!);
  stream.messages$.next(columns);
  const drawn = view((await b.remote.watch('s'))!, true);
  stream.messages$.next(columns);
  assert.equal(drawn.got, ['ready', 'columns 1']);
  drawn.leave();
  clock.advance(3000);
  stream.messages$.next(columns);
  // The socket of a viewer without columns leaves them out.
  assert.equal(plain.got, ['ready', 'columns 1']);
});

test('streams of other nodes are listed, those of clients only when asked for, in as many parts as it takes', async () => {
  const { network, clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  for (let number = 0; number < 251; number++) a.run(`client-${number}`);
  a.run('station', true);
  b.run('own', true);
  assert.equal((await b.remote.list(false)).map(({ id }) => id), ['station']);
  network.published.length = 0;
  const [one, same] = await Promise.all([b.remote.list(true), b.remote.list(true)]);
  assert.is(one.length, 252);
  assert.is(one, same);
  assert.equal(network.published, ['test.list', 'test.listed.b', 'test.listed.b']);
  a.bus.isDeaf = true;
  const silent = b.remote.list(true);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(500);
  assert.equal(await silent, []);
});

test('a stream that nobody has is not found after 1.5 s; one without its sender is taken if no other has it', async () => {
  const { clock, node } = cluster();
  const [a, b, c] = [node('a'), node('b'), node('c')];
  const nothing = b.remote.watch('s');
  clock.advance(1499);
  assert.is(b.remote.size, 0);
  clock.advance(1);
  assert.is(await nothing, undefined);

  const [waiting, sending] = [a.run('s'), c.run('s')];
  waiting.isConnected = false;
  const viewer = view((await b.remote.watch('s'))!);
  sending.messages$.next(prediction(7));
  assert.equal(viewer.got, ['ready', 'prediction 7']);
  viewer.leave();
  c.streams.clear();
  const second = b.remote.watch('s');
  clock.advance(200);
  const other = view((await second)!);
  waiting.messages$.next(prediction(8));
  assert.equal(other.got, ['ready', 'prediction 8']);
});

test('no more than a thousand streams are looked for at once', async () => {
  const { clock, node } = cluster();
  const { remote } = node('b');
  const ask = (id: number): Promise<string> => remote.watch(`unknown-${id}`).then((stream) => (stream ? 'found' : 'none'), ({ code }: { code: string }) => code);
  const asked = Array.from({ length: 1000 }, (_, id) => ask(id));
  assert.is(await ask(1000), 'too-many-viewers');
  clock.advance(2000);
  assert.equal([...new Set(await Promise.all(asked))], ['none']);
  const again = ask(1000);
  clock.advance(2000);
  assert.is(await again, 'none');
});

test('viewers stay when the node of a stream is gone, and are told where it goes on', async () => {
  const { clock, node } = cluster();
  const [a, b, c] = [node('a'), node('b'), node('c')];
  a.run('s', true);
  const viewer = view((await b.remote.watch('s'))!);
  a.bus.isDeaf = true;
  clock.advance(9000);
  assert.equal(viewer.got, ['ready', 'station live', 'station connecting']);
  const next = c.run('s', true);
  clock.advance(500);
  next.messages$.next(prediction(1));
  assert.equal(viewer.got.slice(3), ['ready', 'restarted', 'station live', 'prediction 1']);
  assert.not(viewer.isDone);
});

test('they are closed when it does not come back', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  const stream = a.run('s');
  const viewer = view((await b.remote.watch('s'))!);
  a.streams.clear();
  stream.leave();
  clock.advance(SEARCH_MS - 1);
  assert.not(viewer.isDone);
  clock.advance(1000);
  assert.equal([viewer.got.at(-1), viewer.isDone], ['error not-found', true]);
});

test('a stream that ends, ends for viewers elsewhere; what an old place still says does not count', async () => {
  const { clock, node } = cluster();
  const [a, b, c] = [node('a'), node('b'), node('c')];
  const old = a.run('s');
  const viewer = view((await b.remote.watch('s'))!);
  a.bus.isDeaf = true;
  const next = c.run('s');
  const taking = c.remote.takeOver('s');
  clock.advance(500);
  await taking;
  a.bus.isDeaf = false;
  old.messages$.next(prediction(99));
  old.messages$.complete();
  next.messages$.next(prediction(1));
  next.messages$.complete();
  assert.equal(viewer.got, ['ready', 'ready', 'restarted', 'prediction 1']);
  assert.ok(viewer.isDone);
});

test('a node is asked to let a stream go, and its own viewers follow the stream', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  const stream = a.run('s');
  await b.remote.takeOver('s');
  assert.ok(stream.isElsewhere);
  a.streams.clear();
  const viewer = view(a.remote.follow(stream as unknown as Watchable)!);
  assert.equal(viewer.got, []);
  b.run('s').messages$;
  clock.advance(500);
  assert.equal(viewer.got, ['ready', 'restarted']);
});

test('viewers of a stream that this node takes itself get it from here', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  a.run('s');
  const viewer = view((await b.remote.watch('s'))!);
  const taking = b.remote.takeOver('s');
  await taking;
  const own = b.run('s');
  clock.advance(500);
  own.messages$.next(prediction(4));
  assert.equal(viewer.got, ['ready', 'ready', 'restarted', 'prediction 4']);
  assert.equal([a.published.size, b.remote.size], [0, 0]);
});

test('while the bus is away nobody is found, and viewers go on when it is back', async () => {
  const { clock, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  const stream = a.run('s');
  const viewer = view((await b.remote.watch('s'))!);
  b.bus.connect(false);
  const code = await b.remote.watch('t').then(() => undefined, (error: { code?: string }) => error.code);
  assert.is(code, 'going-away');
  clock.advance(1000);
  b.bus.connect(true);
  stream.messages$.next(prediction(5));
  assert.equal(viewer.got, ['ready', 'prediction 5'], 'the same stream at the same place did not start afresh');
});

test('what is of no known shape is ignored and counted', async () => {
  const { network, node } = cluster();
  const [a, b] = [node('a'), node('b')];
  a.run('s');
  const viewer = view((await b.remote.watch('s'))!);
  const outsider = network.node();
  const greeting = [JSON.stringify({ ...JSON.parse(ready('s').json) as object, resumeToken: 'x' })];
  const lines: [string, string][] = [
    [subjects.stream('a', 1), 'x'], [subjects.stream('a', 1), '{"type":"stations"}'], [subjects.stream('a', 1), greeting[0]!],
    [subjects.found('b'), '{"from":"a.b","streams":[]}'], [subjects.watched('b', 'a'), '{}'], [subjects.letGone('b'), '[]'],
  ];
  for (const [subject, text] of lines) outsider.publish(subject, text);
  assert.is(b.bus.ignored, lines.length);
  for (const [subject, text] of [[subjects.find, '{"from":"x","ids":["a b"]}'], [subjects.watch('a'), '1'], [subjects.letGo, '{"from":"x"}']] as const) outsider.publish(subject, text);
  assert.is(a.bus.ignored, 3);
  assert.equal([viewer.got, viewer.isDone], [['ready'], false]);
});

test.run();
