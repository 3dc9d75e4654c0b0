import { Observable, Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reconnectingSource, type ConnectionEvent, type ConnectionState } from '../../../server/stations/reconnecting-source.js';
import { type SourceEvent, SourceFault } from '../../../server/sources/station/source-event.js';
import { ManualClock } from '../../support/manual-clock.js';
import { LOOPBACK } from '../../support/loopback.js';

const SETTINGS = { stallAfterMs: 10_000, reconnectMinMs: 1000, reconnectMaxMs: 60_000, stationFiles: '' };
const AUDIO = { type: 'audio', bytes: new Uint8Array(4) } as const;
const BYTES = { type: 'received', bytes: 100 } as const;
const OPENED = { type: 'opened', stallAfterMs: 0 } as const;

/** A source on virtual time whose connections the test simulates. */
class Rig {
  readonly clock = new ManualClock();
  readonly events: ConnectionEvent[] = [];
  /** All connections so far; only the last may be open. */
  readonly connections: Subject<SourceEvent>[] = [];
  /** Number of open connections. */
  open = 0;
  readonly #subscription;

  constructor(random: () => number = () => 1, settings: Partial<typeof SETTINGS> = {}) {
    const open = (): Observable<SourceEvent> => new Observable((subscriber) => {
      this.open += 1;
      const connection = new Subject<SourceEvent>();
      this.connections.push(connection);
      subscriber.add(() => (this.open -= 1));
      return connection.subscribe(subscriber);
    });
    this.#subscription = reconnectingSource('http://radio.example/', { settings: { ...SETTINGS, ...settings }, guard: LOOPBACK, scheduler: this.clock, open, random })
      .subscribe({ next: (event) => this.events.push(event), error: () => assert.unreachable('errored'), complete: () => assert.unreachable('completed') });
  }

  emit(...events: readonly SourceEvent[]): void {
    for (const event of events) this.connections.at(-1)!.next(event);
  }

  fail(fault = new SourceFault('The connection was lost.')): void {
    this.connections.at(-1)!.error(fault);
  }

  /** Emits bytes and audio every 5 s. */
  playFor(ms: number): void {
    for (let passed = 0; passed < ms; passed += 5000) {
      this.emit(BYTES, AUDIO);
      this.clock.advance(Math.min(5000, ms - passed));
    }
  }

  get states(): ConnectionState[] {
    return this.events.filter((event): event is ConnectionState => event.type === 'state');
  }

  get state(): ConnectionState {
    return this.states.at(-1)!;
  }

  /** Time until the next connection, ms. */
  waitMs(): number {
    const before = this.connections.length;
    const startMs = this.clock.now();
    while (this.connections.length === before && this.clock.now() - startMs < 100_000) this.clock.advance(1);
    return this.clock.now() - startMs;
  }

  end(): void {
    this.#subscription.unsubscribe();
  }
}

test('the state is connecting until audio arrives, then live; bytes alone are not enough', () => {
  const rig = new Rig();
  assert.equal(rig.states.map(({ state }) => state), ['connecting']);
  rig.emit(OPENED, BYTES);
  assert.is(rig.state.state, 'connecting');
  rig.emit(AUDIO, AUDIO);
  assert.equal(rig.states.map(({ state }) => state), ['connecting', 'live']);
  assert.equal(rig.events.filter(({ type }) => type === 'audio').length, 2);
  rig.end();
});

test('a lost connection is failing with the reason, and retried at the announced time', () => {
  const rig = new Rig();
  rig.emit(OPENED, AUDIO);
  rig.fail();
  const { state, reason, retryAt, attempts } = rig.state;
  assert.equal([state, reason, retryAt, attempts], ['failing', 'The connection was lost.', rig.clock.now() + 1000, 1]);
  assert.is(rig.open, 0);
  assert.is(rig.waitMs(), 1000);
  assert.equal([rig.state.state, rig.state.reason, rig.state.retryAt], ['connecting', null, null]);
  rig.emit(OPENED, AUDIO);
  assert.is(rig.state.state, 'live');
  rig.end();
});

test('the end of the audio counts as a loss', () => {
  const rig = new Rig();
  rig.emit(OPENED, AUDIO);
  rig.connections[0]!.complete();
  assert.equal([rig.state.state, rig.state.reason], ['failing', 'The audio has ended.']);
  rig.end();
});

test('every connection but the first emits a reset, right before its first audio', () => {
  const rig = new Rig();
  rig.fail();
  rig.waitMs();
  rig.emit(OPENED, BYTES, AUDIO);
  assert.not(rig.events.some(({ type }) => type === 'reset'), 'the first audio of all');
  rig.fail();
  rig.waitMs();
  rig.emit(OPENED, BYTES);
  assert.not(rig.events.some(({ type }) => type === 'reset'));
  rig.emit(AUDIO, AUDIO);
  assert.equal(rig.events.slice(-4).map(({ type }) => type), ['reset', 'state', 'audio', 'audio']);
  rig.end();
});

test('waits double up to the maximum, and stay there', () => {
  const rig = new Rig();
  const waits: number[] = [];
  for (let k = 0; k < 9; k += 1) {
    rig.fail();
    waits.push(rig.waitMs());
  }
  assert.equal(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.is(rig.state.attempts, 9);
  rig.end();
});

test('the wait stays finite after thousands of attempts', () => {
  const rig = new Rig(() => 1, { reconnectMinMs: 10, reconnectMaxMs: 20 });
  for (let k = 0; k < 2000; k += 1) {
    rig.fail();
    rig.clock.advance(20);
  }
  assert.is(rig.connections.length, 2001);
  rig.end();
});

test('the backoff starts again at its minimum after a minute live', () => {
  const rig = new Rig();
  for (let k = 0; k < 5; k += 1) {
    rig.fail();
    rig.waitMs();
  }
  rig.emit(OPENED);
  rig.playFor(60_000);
  rig.fail();
  assert.is(rig.waitMs(), 1000);
  rig.end();
});

test('a source that is lost within a minute each time is retried with growing waits', () => {
  const rig = new Rig();
  const waits: number[] = [];
  for (let k = 0; k < 4; k += 1) {
    rig.emit(OPENED);
    rig.playFor(59_000);
    rig.fail();
    waits.push(rig.waitMs());
  }
  assert.equal(waits, [1000, 2000, 4000, 8000]);
  rig.end();
});

test('the jitter moves each wait within its upper half', () => {
  for (const [chance, ms] of [[0, 500], [0.5, 750], [1, 1000]] as const) {
    const rig = new Rig(() => chance);
    rig.fail();
    assert.is(rig.waitMs(), ms);
    rig.end();
  }
});

test('50 stations that lose the same server do not reconnect at once', () => {
  const rigs = Array.from({ length: 50 }, () => new Rig(Math.random));
  for (let attempt = 0; attempt < 7; attempt += 1) for (const rig of rigs) {
    rig.fail();
    if (attempt < 6) rig.waitMs();
  }
  const waits = rigs.map((rig) => rig.waitMs());
  assert.ok(waits.every((ms) => ms >= 30_000 && ms <= 60_000));
  // Spread over 30 s these are fewer than two a second on average.
  const bySecond = new Map<number, number>();
  for (const ms of waits) bySecond.set(Math.floor(ms / 1000), (bySecond.get(Math.floor(ms / 1000)) ?? 0) + 1);
  assert.ok(Math.max(...bySecond.values()) <= 12, JSON.stringify([...bySecond]));
  for (const rig of rigs) rig.end();
});

test('Retry-After lengthens the wait, within the maximum', () => {
  for (const [retryAfterMs, ms] of [[10_000, 20_000], [3_600_000, 60_000], [100, 1000]] as const) {
    const rig = new Rig();
    rig.fail(new SourceFault('The server answers with 503.', { retryAfterMs }));
    assert.is(rig.waitMs(), ms);
    rig.end();
  }
  const early = new Rig(() => 0);
  early.fail(new SourceFault('The server answers with 503.', { retryAfterMs: 10_000 }));
  assert.is(early.waitMs(), 10_000);
  early.end();
});

test('no bytes for ten seconds is a stall: the connection is closed and opened again', () => {
  const rig = new Rig();
  rig.emit(OPENED);
  rig.playFor(20_000);
  rig.clock.advance(4999);
  assert.is(rig.state.state, 'live');
  rig.clock.advance(1);
  assert.equal([rig.state.state, rig.state.reason, rig.state.attempts], ['stalled', 'No bytes arrived for 10 s.', 1]);
  assert.is(rig.open, 0);
  assert.is(rig.waitMs(), 1000);
  assert.is(rig.open, 1);
  rig.end();
});

test('a source may announce a longer stall time, which holds for that connection only', () => {
  const rig = new Rig();
  rig.emit({ type: 'opened', stallAfterMs: 30_000 }, BYTES, AUDIO);
  rig.clock.advance(29_999);
  assert.is(rig.state.state, 'live');
  rig.clock.advance(1);
  assert.equal([rig.state.state, rig.state.reason], ['stalled', 'No bytes arrived for 30 s.']);
  rig.waitMs();
  rig.emit(OPENED, BYTES, AUDIO);
  rig.clock.advance(10_000);
  assert.is(rig.state.state, 'stalled');
  rig.end();
});

test('while reading is paused, missing bytes are no stall', () => {
  const rig = new Rig();
  rig.emit(OPENED, BYTES, { type: 'paused' });
  for (let k = 0; k < 10; k += 1) {
    rig.emit(AUDIO);
    rig.clock.advance(5000);
  }
  assert.equal(rig.states.map(({ state }) => state), ['connecting', 'live']);
  rig.emit(BYTES);
  rig.clock.advance(10_000);
  assert.is(rig.state.state, 'stalled');
  rig.end();
});

test('bytes that never decode to audio are a failure, with FFmpeg\'s last error lines', () => {
  const rig = new Rig();
  rig.emit(OPENED);
  for (let k = 0; k < 8; k += 1) rig.emit({ type: 'decoder-error', line: `bad frame ${k}` });
  for (let k = 0; k < 29; k += 1) {
    rig.emit(BYTES);
    rig.clock.advance(1000);
  }
  assert.is(rig.state.state, 'connecting');
  rig.clock.advance(1000);
  assert.is(rig.state.state, 'failing');
  assert.match(rig.state.reason!, /no audio could be decoded/);
  assert.equal(rig.state.decoder, { exitCode: null, signal: null, lines: ['bad frame 3', 'bad frame 4', 'bad frame 5', 'bad frame 6', 'bad frame 7'] });
  rig.end();
});

test('once live, bytes without audio are noticed within the stall time', () => {
  const rig = new Rig();
  rig.emit(OPENED, BYTES, AUDIO, { type: 'decoder-error', line: 'Header missing' });
  rig.playFor(20_000);
  for (let k = 0; k < 10; k += 1) {
    rig.emit(BYTES);
    assert.is(rig.state.state, 'live');
    rig.clock.advance(1000);
  }
  assert.equal([rig.state.state, rig.state.reason], ['failing', 'Bytes arrive, but no audio could be decoded from them for 10 s.']);
  assert.equal(rig.state.decoder?.lines, ['Header missing']);
  rig.waitMs();
  rig.emit(OPENED, BYTES, AUDIO);
  assert.is(rig.state.state, 'live');
  rig.end();
});

test('the decoder\'s end is in the state until it is live again', () => {
  const rig = new Rig();
  const decoder = { exitCode: null, signal: 'SIGKILL', lines: ['an error'] };
  rig.emit(OPENED, AUDIO);
  rig.fail(new SourceFault('The decoder was ended by SIGKILL.', { decoder }));
  assert.equal(rig.state.decoder, decoder);
  rig.waitMs();
  assert.equal([rig.state.state, rig.state.decoder], ['connecting', decoder]);
  rig.emit(OPENED, AUDIO);
  assert.equal([rig.state.state, rig.state.decoder], ['live', null]);
  rig.end();
});

test('a title is cleared with its connection', () => {
  const rig = new Rig();
  rig.emit(OPENED, AUDIO, { type: 'title', title: 'A - B' });
  rig.fail();
  assert.equal(rig.events.filter(({ type }) => type === 'title'), [{ type: 'title', title: 'A - B' }, { type: 'title', title: null }]);
  rig.waitMs();
  rig.fail();
  assert.is(rig.events.filter(({ type }) => type === 'title').length, 2);
  rig.end();
});

test('any other error during subscription is a failure, too', () => {
  const clock = new ManualClock();
  const events: ConnectionEvent[] = [];
  let tries = 0;
  const open = (): Observable<SourceEvent> => new Observable((subscriber) => {
    tries += 1;
    subscriber.error(new Error('oops'));
  });
  const subscription = reconnectingSource('http://a/', { settings: SETTINGS, guard: LOOPBACK, scheduler: clock, open, random: () => 1 }).subscribe((event) => events.push(event));
  assert.match((events.at(-1) as ConnectionState).reason!, /oops/);
  clock.advance(3000);
  assert.is(tries, 3);
  subscription.unsubscribe();
});

test('unsubscribing ends the connection, the timers and the wait', () => {
  const live = new Rig();
  live.emit(OPENED, BYTES, AUDIO);
  live.end();
  assert.is(live.open, 0);
  const waiting = new Rig();
  waiting.fail();
  waiting.end();
  for (const rig of [live, waiting]) {
    const count = rig.events.length;
    rig.clock.advance(100_000);
    assert.is(rig.events.length, count);
    assert.is(rig.connections.length, 1);
  }
});

test.run();
