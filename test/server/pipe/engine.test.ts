import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Block } from '../../../server/pipe/blocks.js';
import { Engine, type Classifier } from '../../../server/pipe/engine.js';
import { ProtocolError } from '../../../server/protocol/errors.js';

const BLOCK_MS = 350;
const SETTINGS = { maxBatch: 64, batchWaitMs: 40, maxLagMs: 2000, liveAheadMs: 5000 };

/** A classifier whose state is the sum of its inputs, which it also returns; records the inputs of each step. */
class Adder implements Classifier {
  readonly steps: number[][] = [];
  newState(): Float32Array {
    return new Float32Array(1);
  }
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    this.steps.push(blocks.map((block) => block[0]!));
    if (blocks.some((block) => block[0] === 666)) throw new Error('no');
    return Float32Array.from(blocks, (block, index) => (states[index]![0]! += block[0]!));
  }
}

function block(value: number, atMs: number, { arrivedAtMs = atMs, resetsState = false, isLate = false, length = 1 } = {}): Block {
  return {
    input: new Float32Array(length).fill(value), cells: new Float32Array(length), columns: length, loudness: 'sound', resetsState,
    atMs, arrivedAtMs, durationMs: BLOCK_MS, rmsDb: -20, peakDb: -10, endBytes: atMs, isLate,
  };
}

function rig(settings: Partial<typeof SETTINGS> = {}) {
  const clock = new VirtualTimeScheduler();
  const classifier = new Adder();
  const faults: unknown[] = [];
  const engine = new Engine(classifier, { ...SETTINGS, ...settings }, clock, (error) => faults.push(error));
  return { clock, classifier, engine, faults };
}

function stream(engine: Engine) {
  const block$ = new Subject<Block>();
  const events: string[] = [];
  const scored: { sum: number; lagMs: number; droppedMs: number }[] = [];
  const resetsState: boolean[] = [];
  const subscription = block$.pipe(engine.classify()).subscribe({
    next: ({ block: heard, scores, lagMs, droppedMs }) => {
      resetsState.push(heard.resetsState);
      events.push(String(scores[0]));
      scored.push({ sum: scores[0]!, lagMs, droppedMs });
    },
    error: (error: ProtocolError) => events.push(error.code),
    complete: () => events.push('complete'),
  });
  return { block$, events, scored, resetsState, subscription };
}

test('blocks that arrive in one turn of the event loop are scored in one step', () => {
  const { clock, classifier, engine } = rig();
  const streams = [1, 2, 3].map(() => stream(engine));
  streams.forEach(({ block$ }, index) => block$.next(block(index + 1, 350)));
  assert.equal(classifier.steps, [], 'not before the turn ends');
  clock.flush();
  assert.equal(classifier.steps, [[1, 2, 3]]);
  assert.equal(streams.map(({ events }) => events), [['1'], ['2'], ['3']]);
});

test('a block waits for blocks of other streams, but not indefinitely', () => {
  const { clock, classifier, engine } = rig();
  const [a, b, c] = [stream(engine), stream(engine), stream(engine)];
  clock.schedule(() => a.block$.next(block(1, 350)), 350);
  clock.schedule(() => b.block$.next(block(2, 350, { arrivedAtMs: 370 })), 370);
  clock.schedule(() => c.block$.next(block(3, 350, { arrivedAtMs: 400 })), 400);
  clock.flush();
  assert.equal(classifier.steps, [[1, 2], [3]]);
  assert.equal([a, b, c].map(({ scored }) => scored[0]!.lagMs), [40, 20, 40]);
});

test('a block does not wait when all streams are ready, the batch is full, or its stream ends', () => {
  const { clock, classifier, engine } = rig({ maxBatch: 2 });
  const [a, b, c] = [stream(engine), stream(engine), stream(engine)];
  clock.schedule(() => [a, b].forEach(({ block$ }, index) => block$.next(block(index + 1, 350))), 350);
  clock.schedule(() => {
    c.block$.next(block(3, 350, { arrivedAtMs: 360 }));
    c.block$.complete();
  }, 360);
  clock.schedule(() => a.subscription.unsubscribe(), 365);
  clock.schedule(() => b.block$.next(block(4, 700)), 700);
  clock.flush();
  assert.equal(classifier.steps, [[1, 2], [3], [4]]);
  assert.equal([a, b, c].map(({ scored }) => scored.map(({ lagMs }) => lagMs)), [[0], [0, 0], [0]]);
});

test('each stream has its own state, and its blocks stay in order', () => {
  const { clock, engine } = rig();
  const [a, b] = [stream(engine), stream(engine)];
  for (const value of [1, 10, 100]) a.block$.next(block(value, 350));
  b.block$.next(block(5, 350));
  clock.flush();
  assert.equal(a.events, ['1', '11', '111']);
  assert.equal(b.events, ['5']);
});

test('a block is scored with the input it was queued with, even if the buffer is overwritten afterwards', () => {
  const { clock, engine } = rig();
  const a = stream(engine);
  const input = new Float32Array(1);
  for (const value of [1, 10, 100]) {
    input[0] = value;
    a.block$.next({ ...block(0, 350), input });
  }
  input[0] = 1000;
  clock.flush();
  assert.equal(a.events, ['1', '11', '111']);
});

test('a step takes one block per stream in turn, so a stream with many blocks neither waits nor delays others', () => {
  const { clock, classifier, engine } = rig({ maxBatch: 2 });
  const [a, b, c] = [stream(engine), stream(engine), stream(engine)];
  for (const value of [11, 12, 13]) a.block$.next(block(value, 350));
  b.block$.next(block(21, 350));
  c.block$.next(block(31, 350));
  clock.flush();
  assert.equal(classifier.steps, [[11, 21], [31, 12], [13]]);
});

test('blocks of different lengths are scored in separate steps', () => {
  const { clock, classifier, engine } = rig();
  const [a, b, c] = [stream(engine), stream(engine), stream(engine)];
  a.block$.next(block(1, 350));
  b.block$.next(block(2, 350, { length: 3 }));
  c.block$.next(block(3, 350));
  clock.flush();
  assert.equal(classifier.steps, [[1, 3], [2]]);
});

test('completes after the last block is scored, not before', () => {
  const { clock, engine } = rig();
  const { block$, events } = stream(engine);
  block$.next(block(1, 350));
  block$.next(block(2, 700));
  block$.complete();
  assert.equal(events, []);
  clock.flush();
  assert.equal(events, ['1', '3', 'complete']);
  const empty = stream(engine);
  empty.block$.complete();
  assert.equal(empty.events, ['complete']);
});

test('after a long silence the state is reset', () => {
  const { clock, engine } = rig();
  const { block$, events } = stream(engine);
  block$.next(block(1, 350));
  block$.next(block(2, 700, { resetsState: true }));
  clock.flush();
  assert.equal(events, ['1', '2']);
});

test('a late live stream drops its oldest blocks, counts them and continues', () => {
  const { clock, engine } = rig();
  const { block$, scored } = stream(engine);
  // The thread was busy for 3 s: ten blocks wait, and those that arrived in the first second are too old.
  clock.schedule(() => {
    for (let index = 1; index <= 10; index++) block$.next(block(1, index * BLOCK_MS, { arrivedAtMs: (index * 3000) / 10 }));
  }, 3000);
  clock.flush();
  assert.is(scored.length, 7);
  assert.equal(new Set(scored.map(({ droppedMs }) => droppedMs)), new Set([3 * BLOCK_MS]));
  assert.equal(scored.map(({ lagMs }) => lagMs), [1800, 1500, 1200, 900, 600, 300, 0]);
});

test('the newest block is never dropped: a late prediction is better than none', () => {
  const { clock, engine } = rig({ maxLagMs: 1 });
  const { block$, scored } = stream(engine);
  clock.schedule(() => {
    block$.next(block(1, 350, { arrivedAtMs: 0 }));
    block$.next(block(7, 700, { arrivedAtMs: 0 }));
  }, 9000);
  clock.flush();
  assert.equal(scored, [{ sum: 7, lagMs: 9000, droppedMs: BLOCK_MS }]);
});

test('if a dropped block had resetsState, the next one resets the state and the smoothing', () => {
  const { clock, engine } = rig();
  const { block$, scored, resetsState } = stream(engine);
  block$.next(block(1, 350, { arrivedAtMs: 0 }));
  clock.flush();
  clock.schedule(() => {
    block$.next(block(10, 700, { arrivedAtMs: 0, resetsState: true }));
    block$.next(block(100, 1050, { arrivedAtMs: 8000 }));
  }, 8000);
  clock.flush();
  assert.equal(scored.map(({ sum }) => sum), [1, 100]);
  assert.equal(resetsState, [false, true]);
});

test('a stream that once ran ahead of the clock is a file: none of it is dropped', () => {
  const { clock, engine } = rig();
  const { block$, scored } = stream(engine);
  clock.schedule(() => {
    for (let index = 1; index <= 20; index++) block$.next(block(1, index * BLOCK_MS, { arrivedAtMs: 0 }));
  }, 60_000);
  clock.flush();
  assert.is(scored.length, 20);
  assert.is(scored.at(-1)!.droppedMs, 0);
});

test('an error of the network fails the streams of that step only', () => {
  const { clock, engine, faults } = rig({ maxBatch: 2 });
  const [a, b, c] = [stream(engine), stream(engine), stream(engine)];
  a.block$.next(block(1, 350));
  b.block$.next(block(666, 350));
  c.block$.next(block(3, 350));
  clock.flush();
  assert.equal([a.events, b.events, c.events], [['internal'], ['internal'], ['3']]);
  assert.is(faults.length, 1);
  assert.is(engine.streams, 1);
});

test('an unsubscribed stream is no longer scored and does not count as a stream', () => {
  const { clock, classifier, engine } = rig();
  const [a, b] = [stream(engine), stream(engine)];
  a.block$.next(block(1, 350));
  b.block$.next(block(2, 350));
  a.subscription.unsubscribe();
  clock.flush();
  assert.equal(classifier.steps, [[2]]);
  assert.is(engine.streams, 1);
});

test.run();
