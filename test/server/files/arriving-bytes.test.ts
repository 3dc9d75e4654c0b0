import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrivingBytes, type ArrivingLimits } from '../../../server/files/arriving-bytes.js';
import type { ProtocolError } from '../../../server/protocol/errors.js';
import { ManualClock } from '../../support/manual-clock.js';

function limits(given: Partial<ArrivingLimits> = {}): ArrivingLimits {
  return { maxBytes: 10, timeoutMs: 1000, scheduler: new ManualClock(), signal: new AbortController().signal, ...given };
}

async function* parts(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size);
}

/** Bytes of which the test ends the wait. */
function waiting(): { input: AsyncIterable<Uint8Array>; fail(error: Error): void } {
  let fail!: (error: Error) => void;
  const next = new Promise<IteratorResult<Uint8Array>>((_, reject) => (fail = reject));
  return { input: { [Symbol.asyncIterator]: () => ({ next: () => next }) }, fail };
}

async function read(input: AsyncIterable<Uint8Array>, given: ArrivingLimits): Promise<number> {
  let bytes = 0;
  for await (const part of arrivingBytes(input, given)) bytes += part.length;
  return bytes;
}

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', (error: ProtocolError) => error.code);

test('bytes pass up to the limit, and are counted', async () => {
  const counts: number[] = [];
  assert.is(await read(parts(4, 6), limits({ onBytes: (bytes) => counts.push(bytes) })), 10);
  assert.equal(counts, [4, 10]);
  assert.is(await code(read(parts(4, 7), limits())), 'too-big');
});

test('the wait for bytes is limited', async () => {
  const scheduler = new ManualClock();
  const answer = code(read(waiting().input, limits({ scheduler })));
  await Promise.resolve();
  scheduler.advance(1000);
  assert.is(await answer, 'idle');
});

test('a wait that is stopped ends with the reason, and what fails afterwards harms nobody', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listen);
  try {
    for (const isBefore of [true, false]) {
      const stop = new AbortController();
      const { input, fail } = waiting();
      if (isBefore) stop.abort(new Error('stopped'));
      const answer = read(input, limits({ signal: stop.signal })).then(() => '', (error: Error) => error.message);
      await Promise.resolve();
      stop.abort(new Error('stopped'));
      assert.is(await answer, 'stopped');
      fail(new Error('aborted'));
      // Unhandled rejections are told after a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    process.off('unhandledRejection', listen);
  }
  assert.equal(unhandled, []);
});

test.run();
