/** A model for devices: half the bytes, the same model but for the rounding of its weights. */
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromHalf, toHalf } from '../../../models/compact/half-floats.js';
import { readCompactModel } from '../../../models/compact/compact-model.js';
import { withInt8Weights } from '../../../models/compact/int8-weights.js';
import { compactModel } from '../../../models/compact/write-compact-model.js';
import { loadBundle } from '../../../models/model-folder.js';
import { randomBundle } from '../fixtures.js';

test('every float16 is itself again, and other numbers become the nearest one', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    if (!Number.isNaN(value)) assert.is(toHalf(value), half);
  }
  // As NumPy rounds them (numpy.float16).
  const rounded: [value: number, bits: number][] = [
    [1, 0x3c00], [-2, 0xc000], [0.1, 0x2e66], [1 / 3, 0x3555], [65504, 0x7bff], [65519.996, 0x7bff], [65520, 0x7c00],
    [2 ** -14, 0x0400], [6e-5, 0x03ef], [2 ** -24, 0x0001], [2 ** -25, 0x0000], [2.9802326e-8, 0x0001], [1e-9, 0x0000], [-1e-9, 0x8000],
    [2049, 0x6800], [2051, 0x6802], [0.99976, 0x3c00],
  ];
  for (const [value, bits] of rounded) assert.is(toHalf(value), bits, String(value));
});

test('the file has manifest and weights, without the embedding', async () => {
  const bundle = randomBundle();
  const manifest = { ...bundle.manifest, embedding: { size: 2, sha256: '0'.repeat(64) } };
  const read = await readCompactModel(compactModel({ ...bundle, manifest }));
  assert.equal(read.manifest, JSON.parse(JSON.stringify(bundle.manifest)));
  assert.is(read.weights.length, bundle.weights.length);
  bundle.weights.forEach((weight, index) => assert.ok(Math.abs(read.weights[index]! - weight) <= Math.abs(weight) / 2048, String(weight)));
});

test('a file that is cut off or of something else is refused, and so is a weight beyond float16', async () => {
  const bundle = randomBundle();
  const bytes = compactModel(bundle);
  for (const wrong of [bytes.slice(0, 3), bytes.slice(0, 40), bytes.slice(0, -9), new TextEncoder().encode('<!doctype html>')]) {
    let error: unknown;
    await readCompactModel(wrong).catch((reason: unknown) => { error = reason; });
    assert.instance(error, Error, String(wrong.length));
  }
  bundle.weights[1] = 70_000;
  assert.throws(() => compactModel(bundle), 'Weight 1 of');
});

test('the shipped model is at most 1.1 MB, and has the very weights of the server', async () => {
  const bundle = await loadBundle(fileURLToPath(new URL('../../../../models/genre-v2', import.meta.url)));
  const bytes = compactModel(bundle);
  assert.ok(bytes.length <= 1_100_000, String(bytes.length));
  const { weights } = await readCompactModel(bytes);
  assert.is(Buffer.from(weights.buffer).compare(new Uint8Array(bundle.weights.buffer)), 0);
});

test('8 bits: at most 255 values for each output of a kernel, each within half a step; biases as they were', () => {
  const bundle = randomBundle([{ type: 'dense', units: 3, activation: 'linear' }], 200);
  const { weights } = withInt8Weights(bundle);
  for (let output = 0; output < 3; output++) {
    const before = Array.from({ length: 200 }, (_, row) => bundle.weights[3 * row + output]!);
    const after = Array.from({ length: 200 }, (_, row) => weights[3 * row + output]!);
    const step = Math.max(...before.map(Math.abs)) / 127;
    for (const [row, value] of after.entries()) {
      assert.ok(Math.abs(value / step - Math.round(value / step)) < 1e-3);
      assert.ok(Math.abs(value - before[row]!) <= 0.5001 * step);
    }
  }
  assert.equal([...weights.slice(600)], [...bundle.weights.slice(600)]);
});

test.run();
