/** The embedding as further outputs of the last layer: the same for both steps, and nothing else changes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddingOutputs, unitVector, withEmbedding } from '../../models/embedding.js';
import { meanInputs } from '../../models/alike/mean-inputs.js';
import { project } from '../../models/alike/precision.js';
import type { Bundle } from '../../models/model-folder.js';
import { startBackend } from '../../models/tensorflow/backend.js';
import { SimdStep } from '../../models/step/simd-step.js';
import { Step } from '../../models/step/tf-step.js';
import { wholeTrack } from '../../models/training/data/crops.js';
import { randomBundle, seeded } from './fixtures.js';
import { toyPack } from './packs.js';

const SIZE = 5;
/** Inputs of the last layer of the small network. */
const WIDTH = 16;
const BLOCK = 4 * 64;

function embedded(): Bundle {
  const { manifest, weights } = randomBundle();
  const random = seeded(3);
  return { manifest: { ...manifest, embedding: { size: SIZE, sha256: '' } }, weights, embedding: Float32Array.from({ length: (WIDTH + 1) * SIZE }, () => random() - 0.5) };
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, message: string): void => {
  assert.is(a.length, b.length);
  for (let index = 0; index < a.length; index++) assert.ok(Math.abs(a[index]! - b[index]!) < 1e-4, `${message}: ${a[index]} and ${b[index]}`);
};

test('the probabilities are the same, and the values after them are linear in the inputs of the last layer', async () => {
  await startBackend('wasm');
  const bundle = embedded();
  const pack = toyPack('music', { tracks: 3, columns: 40 });
  const levels = pack.tracks.map((track) => wholeTrack(pack, track, bundle.manifest.normalisation));
  const plain = new SimdStep(bundle);
  const widened = withEmbedding(bundle);
  assert.is(embeddingOutputs(widened.manifest), SIZE);
  assert.is(embeddingOutputs(bundle.manifest), 0);
  assert.is(withEmbedding(widened), widened, 'not twice');
  const expected = project((await meanInputs(bundle, pack, pack.tracks)).values, WIDTH, bundle.embedding!, SIZE);
  for (const step of [new SimdStep(widened), new Step(widened)]) {
    const [states, plainStates] = [step, plain].map((each) => levels.map(() => each.newState())) as [Float32Array[], Float32Array[]];
    const sums = new Float64Array(3 * SIZE);
    for (let block = 0; block < 10; block++) {
      const blocks = levels.map((track) => track.subarray(block * BLOCK, (block + 1) * BLOCK));
      const all = step.run(blocks, states);
      const probabilities = plain.run(blocks, plainStates);
      for (let stream = 0; stream < 3; stream++) {
        close(all.subarray(stream * (3 + SIZE), stream * (3 + SIZE) + 3), probabilities.subarray(stream * 3, stream * 3 + 3), 'probabilities');
        for (let value = 0; value < SIZE; value++) sums[stream * SIZE + value]! += all[stream * (3 + SIZE) + 3 + value]! / 10;
      }
    }
    close(sums, expected, 'the mean over blocks');
  }
});

test('a model without an embedding stays as it is', () => {
  const bundle = randomBundle();
  assert.is(withEmbedding(bundle), bundle);
});

test('a unit vector has length 1; nothing has none', () => {
  assert.equal([...unitVector([3, 4])!].map((value) => value.toFixed(3)), ['0.600', '0.800']);
  assert.is(unitVector([0, 0]), undefined);
  assert.is(unitVector([NaN, 1]), undefined);
});

test.run();
