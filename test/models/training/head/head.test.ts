/** Arithmetic of the last layer; training is tested in stages/pretrain.test.ts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { transformedRegression } from '../../../../models/training/head/head.js';
import { logitsOf } from '../../../../models/training/head/regression.js';
import { Random } from '../../../../models/random.js';

test('a transformed regression gives the centred and mixed logits of the original', () => {
  const [labels, width, random] = [3, 5, new Random(4)];
  const some = (count: number): number[] => Array.from({ length: count }, () => 2 * random.next() - 1);
  const plain = { kernel: Float32Array.from(some(width * labels)), bias: Float32Array.from(some(labels)) };
  const [mix, shifts] = [Float64Array.from(some(labels * labels)), Float64Array.from(some(labels))];
  const mixed = transformedRegression(plain, { mix, shifts });
  for (let trial = 0; trial < 10; trial++) {
    const row = Float32Array.from(some(width));
    const logits = logitsOf(plain, row);
    const mean = (logits[0]! + logits[1]! + logits[2]!) / labels;
    logitsOf(mixed, row).forEach((logit, label) => {
      const expected = [0, 1, 2].reduce((sum, from) => sum + (logits[from]! - mean) * mix[from * labels + label]!, logits[label]! + shifts[label]!);
      assert.ok(Math.abs(logit - expected) < 1e-5, `${logit}, ${expected}`);
    });
  }
});

test.run();
