/** Chunks wait until they complete a block; all bytes pass, in order. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sampleBytes } from '../../../dsp/pcm/pcm-encoding.js';
import { blockMs, type Manifest } from '../../../models/manifest.js';
import { Gatherer } from '../../../server/pipe/gather.js';
import { Progress, type Chunk } from '../../../server/pipe/progress.js';
import type { AudioFormat } from '../../../server/protocol/audio-format.js';
import { randomBundle } from '../../models/fixtures.js';

const { manifest } = randomBundle();
const { hop, nFft, sampleRate: RATE } = manifest.frontEnd;
const MONO: AudioFormat = { encoding: 's16le', sampleRate: RATE, channels: 1 };

/** Frames at the model's rate up to the end of a block. */
const endOf = (block: number): number => hop * (4 * (block + 1) - 1) + nFft;

/** A gatherer, and the blocks that a pipe behind it would have completed; a resampler in it holds `delay` frames. */
function rig(format: AudioFormat = MONO, model: Manifest = manifest, delay = 0, progress = new Progress()) {
  const gatherer = new Gatherer(format, model, progress);
  const frameBytes = format.channels * sampleBytes(format.encoding);
  const fromMs = progress.receivedMs;
  const emitted: { bytes: Uint8Array; arrivedAtMs: number; blocks: number }[] = [];
  let [done, blocks] = [0, 0];
  const emit = ({ bytes, arrivedAtMs }: Chunk): void => {
    done += bytes.length / frameBytes;
    while (((done - delay) * RATE) / format.sampleRate >= endOf(blocks)) blocks++;
    progress.blockedMs = fromMs + blocks * blockMs(model);
    emitted.push({ bytes: bytes.slice(), arrivedAtMs, blocks });
  };
  let at = 0;
  return {
    progress,
    emitted,
    /** Bytes that count up. */
    send(length: number, arrivedAtMs = 0): void {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index++) bytes[index] = at++ % 251;
      gatherer.push({ bytes, arrivedAtMs }, emit);
    },
    flush: (): void => gatherer.flush(emit),
  };
}

test('chunks of 100 ms pass once a block, when it is complete, with the arrival of the last one', () => {
  const { send, emitted, progress } = rig();
  for (let chunk = 1; chunk <= 20; chunk++) send(4410, 100 * chunk);
  assert.equal(emitted.map(({ bytes }) => bytes.length), [2 * endOf(0), ...Array<number>(4).fill(2 * 4 * hop)]);
  assert.equal(emitted.map(({ blocks }) => blocks), [1, 2, 3, 4, 5]);
  assert.equal(emitted.map(({ arrivedAtMs }) => arrivedAtMs), emitted.map((_, block) => 100 * Math.ceil((2 * endOf(block)) / 4410)));
  assert.is(progress.bytes, 20 * 4410, 'those that wait count as received');
});

test('chunks that end with a block do not wait for the next one', () => {
  const { send, emitted } = rig();
  send(2 * endOf(0) - 100);
  assert.is(emitted.length, 0);
  send(100);
  for (let block = 1; block < 40; block++) {
    send(8 * hop - 500);
    send(500);
    assert.is(emitted.length, block + 1);
  }
});

test('what a resampler still holds of a block makes nothing wait', () => {
  const { send, emitted } = rig({ encoding: 'f32le', sampleRate: 48_000, channels: 2 }, manifest, 2500);
  const blocks: number[] = [];
  for (let chunk = 1; chunk <= 40; chunk++) {
    send(8 * 4800);
    blocks.push(emitted.at(-1)?.blocks ?? 0);
  }
  const wanted = blocks.map((_, chunk) => Array.from({ length: 40 }, (__, block) => block).filter((block) => ((4800 * (chunk + 1) - 2500) * RATE) / 48_000 >= endOf(block)).length);
  assert.equal(blocks, wanted, 'each block is complete with the chunk that completes it');
  assert.ok(emitted.length < 30, `${emitted.length} instead of 40`);
});

test('a stream that goes on after a restart has its blocks from there', () => {
  const { send, emitted } = rig(MONO, manifest, 0, new Progress({ scoredMs: 12_345.6 }));
  for (let chunk = 0; chunk < 10; chunk++) send(4410);
  assert.equal(emitted.map(({ bytes }) => bytes.length), [2 * endOf(0), 8 * hop]);
});

test('long messages pass as they are', () => {
  const { send, emitted } = rig();
  send(100_000);
  assert.equal(emitted.map(({ bytes }) => bytes.length), [100_000]);
});

test('after a short message that waits, long ones leave no complete block behind', () => {
  const { send, emitted } = rig();
  send(100);
  let sent = 100;
  for (let message = 0; message < 8; message++) {
    send(40_000);
    sent += 40_000;
    assert.ok(sent / 2 < endOf(emitted.at(-1)!.blocks), `message ${message}`);
  }
});

test('all bytes pass in order, however they are cut, and the rest at the end', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 12 }), fc.constantFrom(8000, RATE, 44_100), fc.constantFrom(1, 2, 3), (lengths, sampleRate, channels) => {
    const { send, flush, emitted } = rig({ encoding: 's16le', sampleRate, channels }, manifest, sampleRate === RATE ? 0 : 700);
    lengths.forEach((length) => send(length));
    flush();
    const all = Buffer.concat(emitted.map(({ bytes }) => bytes));
    assert.is(all.length, lengths.reduce((sum, length) => sum + length, 0));
    assert.ok(all.every((byte, index) => byte === index % 251));
  }), { numRuns: 20 });
});

test.run();
