import { Observable, Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reconnectingSource, type ConnectionEvent, type ConnectionState } from '../../../server/stations/reconnecting-source.js';
import { SourceFault, type SourceEvent } from '../../../server/sources/station/source-event.js';
import { ManualClock } from '../manual-clock.js';

const SETTINGS = { stallAfterMs: 10_000, reconnectMinMs: 1000, reconnectMaxMs: 60_000, stationFiles: '' };
const SOUND = { type: 'audio', bytes: new Uint8Array(4) } as const;
const BYTES = { type: 'received', bytes: 100 } as const;
const OPENED = { type: 'opened', patienceMs: 0 } as const;

/** A listener on virtual time whose connections the test plays. */
class Rig {
  readonly clock = new ManualClock();
  readonly said: ConnectionEvent[] = [];
  /** Every connection there was; the last is the one that may be open. */
  readonly connections: Subject<SourceEvent>[] = [];
  /** Connections that are subscribed to. */
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
    this.#subscription = reconnectingSource('http://radio.example/', { settings: { ...SETTINGS, ...settings }, scheduler: this.clock, open, random })
      .subscribe({ next: (event) => this.said.push(event), error: () => assert.unreachable('errored'), complete: () => assert.unreachable('completed') });
  }

  tell(...events: readonly SourceEvent[]): void {
    for (const event of events) this.connections.at(-1)!.next(event);
  }

  fail(fault = new SourceFault('The connection was lost.')): void {
    this.connections.at(-1)!.error(fault);
  }

  /** Bytes and sound every 5 s. */
  playFor(ms: number): void {
    for (let passed = 0; passed < ms; passed += 5000) {
      this.tell(BYTES, SOUND);
      this.clock.advance(Math.min(5000, ms - passed));
    }
  }

  get states(): ConnectionState[] {
    return this.said.filter((event): event is ConnectionState => event.type === 'state');
  }

  get state(): ConnectionState {
    return this.states.at(-1)!;
  }

  /** Time until the next connection is made, ms. */
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

test('it is connecting until sound comes, then live; bytes alone are not enough', () => {
  const rig = new Rig();
  assert.equal(rig.states.map(({ state }) => state), ['connecting']);
  rig.tell(OPENED, BYTES);
  assert.is(rig.state.state, 'connecting');
  rig.tell(SOUND, SOUND);
  assert.equal(rig.states.map(({ state }) => state), ['connecting', 'live']);
  assert.equal(rig.said.filter(({ type }) => type === 'audio').length, 2);
  rig.end();
});

test('what is lost is failing with the reason, and connected to anew when it said', () => {
  const rig = new Rig();
  rig.tell(OPENED, SOUND);
  rig.fail();
  const { state, reason, retryAt, attempts } = rig.state;
  assert.equal([state, reason, retryAt, attempts], ['failing', 'The connection was lost.', rig.clock.now() + 1000, 1]);
  assert.is(rig.open, 0);
  assert.is(rig.waitMs(), 1000);
  assert.equal([rig.state.state, rig.state.reason, rig.state.retryAt], ['connecting', null, null]);
  rig.tell(OPENED, SOUND);
  assert.is(rig.state.state, 'live');
  rig.end();
});

test('the end of the sound is a loss too', () => {
  const rig = new Rig();
  rig.tell(OPENED, SOUND);
  rig.connections[0]!.complete();
  assert.equal([rig.state.state, rig.state.reason], ['failing', 'The sound has ended.']);
  rig.end();
});

test('every connection but the first begins afresh, right before its first sound', () => {
  const rig = new Rig();
  rig.fail();
  rig.waitMs();
  rig.tell(OPENED, BYTES, SOUND);
  assert.not(rig.said.some(({ type }) => type === 'reset'), 'the first sound of all');
  rig.fail();
  rig.waitMs();
  rig.tell(OPENED, BYTES);
  assert.not(rig.said.some(({ type }) => type === 'reset'));
  rig.tell(SOUND, SOUND);
  assert.equal(rig.said.slice(-4).map(({ type }) => type), ['reset', 'state', 'audio', 'audio']);
  rig.end();
});

test('waits double up to the ceiling, and stay there', () => {
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

test('attempts without number do no harm', () => {
  const rig = new Rig(() => 1, { reconnectMinMs: 10, reconnectMaxMs: 20 });
  for (let k = 0; k < 2000; k += 1) {
    rig.fail();
    rig.clock.advance(20);
  }
  assert.is(rig.connections.length, 2001);
  rig.end();
});

test('a station that was live for a minute starts with the shortest wait again', () => {
  const rig = new Rig();
  for (let k = 0; k < 5; k += 1) {
    rig.fail();
    rig.waitMs();
  }
  rig.tell(OPENED);
  rig.playFor(60_000);
  rig.fail();
  assert.is(rig.waitMs(), 1000);
  rig.end();
});

test('one that breaks off after a few seconds each time is asked more and more seldom', () => {
  const rig = new Rig();
  const waits: number[] = [];
  for (let k = 0; k < 4; k += 1) {
    rig.tell(OPENED);
    rig.playFor(59_000);
    rig.fail();
    waits.push(rig.waitMs());
  }
  assert.equal(waits, [1000, 2000, 4000, 8000]);
  rig.end();
});

test('chance moves each wait within its upper half', () => {
  for (const [chance, ms] of [[0, 500], [0.5, 750], [1, 1000]] as const) {
    const rig = new Rig(() => chance);
    rig.fail();
    assert.is(rig.waitMs(), ms);
    rig.end();
  }
});

test('50 stations that lose the same server do not come back at once', () => {
  const rigs = Array.from({ length: 50 }, () => new Rig(Math.random));
  for (let attempt = 0; attempt < 7; attempt += 1) for (const rig of rigs) {
    rig.fail();
    if (attempt < 6) rig.waitMs();
  }
  const waits = rigs.map((rig) => rig.waitMs());
  assert.ok(waits.every((ms) => ms >= 30_000 && ms <= 60_000));
  // Over 30 s there are fewer than two a second on average; 50 in the same second would be a storm.
  const bySecond = new Map<number, number>();
  for (const ms of waits) bySecond.set(Math.floor(ms / 1000), (bySecond.get(Math.floor(ms / 1000)) ?? 0) + 1);
  assert.ok(Math.max(...bySecond.values()) <= 12, JSON.stringify([...bySecond]));
  for (const rig of rigs) rig.end();
});

test('a server that asks for time gets it, within the ceiling', () => {
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

test('no bytes for ten seconds is a stall: the connection is dropped and made anew', () => {
  const rig = new Rig();
  rig.tell(OPENED);
  rig.playFor(20_000);
  rig.clock.advance(4999);
  assert.is(rig.state.state, 'live');
  rig.clock.advance(1);
  assert.equal([rig.state.state, rig.state.reason, rig.state.attempts], ['stalled', 'No bytes came for 10 s.', 1]);
  assert.is(rig.open, 0);
  assert.is(rig.waitMs(), 1000);
  assert.is(rig.open, 1);
  rig.end();
});

test('a source that may be slower is given its time, and the next one is not', () => {
  const rig = new Rig();
  rig.tell({ type: 'opened', patienceMs: 30_000 }, BYTES, SOUND);
  rig.clock.advance(29_999);
  assert.is(rig.state.state, 'live');
  rig.clock.advance(1);
  assert.equal([rig.state.state, rig.state.reason], ['stalled', 'No bytes came for 30 s.']);
  rig.waitMs();
  rig.tell(OPENED, BYTES, SOUND);
  rig.clock.advance(10_000);
  assert.is(rig.state.state, 'stalled');
  rig.end();
});

test('while no bytes are asked for their absence is no stall', () => {
  const rig = new Rig();
  rig.tell(OPENED, BYTES, { type: 'held' });
  for (let k = 0; k < 10; k += 1) {
    rig.tell(SOUND);
    rig.clock.advance(5000);
  }
  assert.equal(rig.states.map(({ state }) => state), ['connecting', 'live']);
  rig.tell(BYTES);
  rig.clock.advance(10_000);
  assert.is(rig.state.state, 'stalled');
  rig.end();
});

test('bytes that never become sound are a failure, with FFmpeg\'s last words', () => {
  const rig = new Rig();
  rig.tell(OPENED);
  for (let k = 0; k < 8; k += 1) rig.tell({ type: 'complained', line: `bad frame ${k}` });
  for (let k = 0; k < 29; k += 1) {
    rig.tell(BYTES);
    rig.clock.advance(1000);
  }
  assert.is(rig.state.state, 'connecting');
  rig.clock.advance(1000);
  assert.is(rig.state.state, 'failing');
  assert.match(rig.state.reason!, /no sound could be decoded/);
  assert.equal(rig.state.decoder, { exitCode: null, signal: null, lines: ['bad frame 3', 'bad frame 4', 'bad frame 5', 'bad frame 6', 'bad frame 7'] });
  rig.end();
});

test('how the decoder ended is in the state until it is live again', () => {
  const rig = new Rig();
  const decoder = { exitCode: null, signal: 'SIGKILL', lines: ['last words'] };
  rig.tell(OPENED, SOUND);
  rig.fail(new SourceFault('The decoder was ended by SIGKILL.', { decoder }));
  assert.equal(rig.state.decoder, decoder);
  rig.waitMs();
  assert.equal([rig.state.state, rig.state.decoder], ['connecting', decoder]);
  rig.tell(OPENED, SOUND);
  assert.equal([rig.state.state, rig.state.decoder], ['live', null]);
  rig.end();
});

test('a title goes with the connection that said it', () => {
  const rig = new Rig();
  rig.tell(OPENED, SOUND, { type: 'title', title: 'A - B' });
  rig.fail();
  assert.equal(rig.said.filter(({ type }) => type === 'title'), [{ type: 'title', title: 'A - B' }, { type: 'title', title: null }]);
  rig.waitMs();
  rig.fail();
  assert.is(rig.said.filter(({ type }) => type === 'title').length, 2);
  rig.end();
});

test('an error at once, as one of a programmer, is a failure like another', () => {
  const clock = new ManualClock();
  const said: ConnectionEvent[] = [];
  let tries = 0;
  const open = (): Observable<SourceEvent> => new Observable((subscriber) => {
    tries += 1;
    subscriber.error(new Error('oops'));
  });
  const subscription = reconnectingSource('http://a/', { settings: SETTINGS, scheduler: clock, open, random: () => 1 }).subscribe((event) => said.push(event));
  assert.match((said.at(-1) as ConnectionState).reason!, /oops/);
  clock.advance(3000);
  assert.is(tries, 3);
  subscription.unsubscribe();
});

test('whoever stops listening ends the connection, the watches and the wait', () => {
  const live = new Rig();
  live.tell(OPENED, BYTES, SOUND);
  live.end();
  assert.is(live.open, 0);
  const waiting = new Rig();
  waiting.fail();
  waiting.end();
  for (const rig of [live, waiting]) {
    const said = rig.said.length;
    rig.clock.advance(100_000);
    assert.is(rig.said.length, said);
    assert.is(rig.connections.length, 1);
  }
});

test.run();
