/** Where live PCM is cut into messages: where the server has all of a block, whatever was cut before. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageCuts } from '../../../client/sdk/message-cuts.js';
import { sampleBytes } from '../../../dsp/pcm/pcm-encoding.js';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';

const MIC = { encoding: 's16le', sampleRate: 22_050, channels: 1 } as const;
const BLOCK_SAMPLES = 4 * FRONT_END_V1.hop;

/** Stream positions of the first cuts, in samples. */
function cutsOf(messageMs: number | undefined, count: number, from = 0): number[] {
  const toCut = messageCuts(MIC, messageMs)!;
  return Array.from({ length: count }, () => (from += toCut(2 * from) / 2));
}

test('half a block unless asked; every second message ends with the last sample that a block needs', () => {
  const cuts = cutsOf(undefined, 40);
  assert.equal(cuts.slice(0, 4), [3968, 7808, 11_648, 15_488]);
  const mel = new MelColumns(FRONT_END_V1);
  const samples = new Float32Array(BLOCK_SAMPLES);
  let [columns, at] = [0, 0];
  const push = (length: number): void => {
    at += length;
    mel.push(samples.subarray(0, length), () => columns++);
  };
  cuts.forEach((cut, index) => {
    push(cut - 1 - at);
    assert.is(columns, 2 * index + 1, 'a sample is missing');
    push(1);
    assert.is(columns, 2 * (index + 1));
  });
});

test('other lengths: a block is cut into the whole number of parts that fits best', () => {
  for (const [messageMs, parts] of [[350, 1], [300, 1], [174, 2], [170, 2], [100, 3], [87, 4], [20, 17]] as const) {
    const cuts = cutsOf(messageMs, 3 * parts);
    assert.is(cuts.at(-1), 128 + 3 * BLOCK_SAMPLES, `${messageMs} ms`);
  }
});

test('from any position, the next cuts are those of a stream that was never cut elsewhere', () => {
  const usual = new Set(cutsOf(174, 210));
  fc.assert(fc.property(fc.integer({ min: 0, max: 100 * BLOCK_SAMPLES - 1 }), (from) => {
    const cuts = cutsOf(174, 3, from);
    assert.ok(cuts[0]! > from && cuts[0]! - from <= 3968, `${from}: ${cuts[0]}`);
    assert.ok(cuts.every((cut) => usual.has(cut)), `${from}: ${cuts}`);
  }));
});

test('any format and model: whole frames, at least one, and a block ends every few cuts', () => {
  fc.assert(fc.property(
    fc.record({ encoding: fc.constantFrom('s16le' as const, 'f32le' as const), sampleRate: fc.integer({ min: 8000, max: 192_000 }), channels: fc.integer({ min: 1, max: 64 }) }),
    fc.integer({ min: 1, max: 350 }), fc.integer({ min: 20, max: 2000 }), fc.nat(1e6),
    (format, messageMs, blockMs, fromFrame) => {
      const frame = sampleBytes(format.encoding) * format.channels;
      const bytes = messageCuts(format, messageMs)!(fromFrame * frame, blockMs);
      assert.is(bytes % frame, 0);
      assert.ok(bytes >= frame, `${bytes}`);
      const partMs = blockMs / Math.max(1, Math.round(blockMs / messageMs));
      assert.ok(bytes / frame / format.sampleRate * 1000 <= partMs + 67, `${bytes}`);
    },
  ));
});

test('0 is no cuts; what is no length from 0 to 350 ms is refused', () => {
  assert.is(messageCuts(MIC, 0), undefined);
  for (const messageMs of [-1, 351, NaN, Infinity]) assert.throws(() => messageCuts(MIC, messageMs), new RegExp(`messageMs must be 0 to 350, not ${messageMs}`));
});

test.run();
