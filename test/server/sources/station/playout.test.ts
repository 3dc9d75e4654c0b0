import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Playout } from '../../../../server/sources/station/playout.js';
import { ManualClock } from '../../../support/manual-clock.js';

const BYTES_PER_S = 88_200;

/** Streams say that there is something to read at the end of a turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Rig {
  readonly clock = new ManualClock();
  /** Room for all that a test writes. */
  readonly output = new PassThrough({ highWaterMark: 100 * BYTES_PER_S });
  bytes = 0;
  readonly chunks: Uint8Array[] = [];
  readonly playout = new Playout((bytes) => {
    this.bytes += bytes.length;
    this.chunks.push(bytes);
  }, { scheduler: this.clock });

  async write(seconds: number): Promise<void> {
    this.output.write(Buffer.alloc(Math.round(seconds * BYTES_PER_S / 4) * 4, 1));
    await turn();
  }

  get seconds(): number {
    return this.bytes / BYTES_PER_S;
  }
}

test('a burst gives 2.5 s at once, and the rest at little more than the pace of real time', async () => {
  const rig = new Rig();
  const played = rig.playout.play(rig.output);
  await rig.write(60);
  assert.is(rig.seconds, 2.5);
  rig.clock.advance(10_000);
  await turn();
  assert.ok(Math.abs(rig.seconds - 2.5 - 10.1) < 0.7, `${rig.seconds} s after 10`);
  rig.clock.advance(40_000);
  assert.ok(rig.seconds > 2.5 + 50.4 - 0.7 && rig.seconds <= 2.5 + 50.5 + 0.01, `${rig.seconds} s after 50`);
  rig.playout.close();
  rig.output.destroy();
  await played;
});

test('sound that comes in real time passes as it comes', async () => {
  const rig = new Rig();
  const played = rig.playout.play(rig.output);
  for (let k = 1; k <= 100; k += 1) {
    await rig.write(0.1);
    assert.ok(rig.seconds > 0.1 * k - 0.15, `${rig.seconds} s of ${0.1 * k}`);
    rig.clock.advance(100);
  }
  rig.playout.close();
  rig.output.destroy();
  await played;
});

test('after a gap the lump that follows is spread, not hurled', async () => {
  const rig = new Rig();
  const played = rig.playout.play(rig.output);
  await rig.write(3);
  rig.clock.advance(30_000);
  const before = rig.seconds;
  await rig.write(6);
  assert.ok(rig.seconds - before <= 0.7, `${rig.seconds - before} s at once`);
  rig.clock.advance(3000);
  assert.ok(Math.abs(rig.seconds - before - 3.03) < 1.06);
  rig.playout.close();
  rig.output.destroy();
  await played;
});

test('frames are never cut in two, nor shared with the pipe', async () => {
  const rig = new Rig();
  const played = rig.playout.play(rig.output);
  rig.output.write(Uint8Array.of(1, 2, 3, 4, 5, 6));
  await turn();
  assert.equal([...rig.chunks[0]!], [1, 2, 3, 4]);
  assert.is(rig.chunks[0]!.buffer.byteLength, 4);
  rig.output.write(Uint8Array.of(7, 8));
  await turn();
  assert.equal([...rig.chunks[1]!], [5, 6, 7, 8]);
  rig.output.end();
  await played;
  rig.playout.close();
});

test('it goes on to the next output when all of one was played', async () => {
  const rig = new Rig();
  const first = rig.playout.play(rig.output);
  rig.output.end(Buffer.alloc(3 * BYTES_PER_S));
  await turn();
  assert.is(rig.seconds, 2.5);
  for (let k = 0; k < 20; k += 1) {
    rig.clock.advance(100);
    await turn();
  }
  await first;
  assert.is(rig.seconds, 3);
  const next = new PassThrough();
  const second = rig.playout.play(next);
  next.end(Buffer.alloc(100));
  await second;
  assert.is(rig.bytes, 3 * BYTES_PER_S + 100);
  rig.playout.close();
});

test('an output that breaks off ends it', async () => {
  const rig = new Rig();
  const played = rig.playout.play(rig.output);
  rig.output.destroy();
  await played;
  rig.playout.close();
});

test.run();
