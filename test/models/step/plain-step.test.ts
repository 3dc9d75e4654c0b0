/** The network in plain loops against the same network on the SIMD kernels. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PlainStep } from '../../../models/step/plain-step.js';
import { SimdStep } from '../../../models/step/simd-step.js';
import { randomBundle, seeded } from '../fixtures.js';
import { BANDS, NETWORKS } from './networks.js';

const STREAMS = 2;

for (const [name, layers] of Object.entries(NETWORKS)) {
  test(`${name}: the same scores and states as the kernels, for blocks of any length`, () => {
    const bundle = randomBundle(layers, BANDS);
    const random = seeded(3);
    const [plain, simd] = [new PlainStep(bundle), new SimdStep(bundle, false)];
    const [states, simdStates] = [plain, simd].map((step) => Array.from({ length: STREAMS }, () => step.newState())) as [Float32Array[], Float32Array[]];
    // 4 and 7 columns are no multiple of a stride of 6: the last column is repeated.
    for (const columns of [6, 4, 12, 7, 6]) {
      const blocks = Array.from({ length: STREAMS }, () => Float32Array.from({ length: columns * BANDS }, () => 3 * random() - 1.5));
      const scores = plain.run(blocks, states);
      const wanted = simd.run(blocks, simdStates);
      assert.is(scores.length, wanted.length);
      scores.forEach((score, index) => assert.ok(Math.abs(score - wanted[index]!) < 1e-5, `${score} ${wanted[index]}`));
    }
    states.forEach((state, stream) => {
      state.forEach((value, index) => assert.ok(Math.abs(value - simdStates[stream]![index]!) < 1e-4 * (1 + Math.abs(value)), `state ${index}`));
    });
  });
}

test.run();
