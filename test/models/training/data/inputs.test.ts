/** Network inputs: each feature follows its definition and is standardised over the training tracks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NORMALISATION_V1 } from '../../../../dsp/mel/normalise.js';
import { readPack } from '../../../../models/packs/pack.js';
import { NO_AUGMENTATION, wholeTrack } from '../../../../models/training/data/crops.js';
import { featureInputs, melInputs, withFeatures, type FeaturePack } from '../../../../models/training/data/inputs.js';
import { Random } from '../../../../models/random.js';
import { npy, toyPack, writePack } from '../../packs.js';

const BANDS = 64;

function withChroma(): FeaturePack {
  const pack = toyPack('train', { tracks: 4, columns: 30 });
  const random = new Random(5);
  return { ...pack, features: { chroma: { size: 3 } }, rows: { chroma: Float32Array.from({ length: 4 * 30 * 3 }, (_, index) => 7 + (index % 3) + random.normal()) } };
}

test('mel alone equals the input of a live stream', () => {
  const pack = toyPack('train', { tracks: 3, columns: 20 });
  const inputs = featureInputs(['mel'], pack, NORMALISATION_V1);
  assert.is(inputs.size, BANDS);
  assert.is(inputs.features, undefined);
  assert.equal(inputs.whole(pack, pack.tracks[1]!), wholeTrack(pack, pack.tracks[1]!, NORMALISATION_V1));
});

test('mfcc are the orthonormal cosine transform of the levels, standardised', () => {
  const pack = toyPack('train', { tracks: 3, columns: 20 });
  const inputs = featureInputs(['mfcc'], pack, NORMALISATION_V1);
  const [{ mean, deviation } = assert.unreachable() as never] = inputs.features!;
  const levels = wholeTrack(pack, pack.tracks[2]!, NORMALISATION_V1);
  const mfcc = inputs.whole(pack, pack.tracks[2]!);
  assert.is(mfcc.length, 20 * 20);
  for (const [column, k] of [[0, 0], [4, 1], [19, 19]] as const) {
    let sum = 0;
    for (let n = 0; n < BANDS; n++) sum += levels[column * BANDS + n]! * Math.cos((Math.PI * k * (n + 0.5)) / BANDS);
    const expected = (sum * Math.sqrt((k === 0 ? 1 : 2) / BANDS) - mean[k]!) / deviation[k]!;
    assert.ok(Math.abs(mfcc[column * 20 + k]! - expected) < 1e-4, `${mfcc[column * 20 + k]} and ${expected}`);
  }
});

test('features are concatenated in the requested order; mel is unchanged, others have mean 0 and deviation 1', () => {
  const pack = withChroma();
  const inputs = featureInputs(['chroma', 'mel'], pack, NORMALISATION_V1);
  assert.is(inputs.size, 3 + BANDS);
  const values: number[] = [];
  for (const track of pack.tracks) {
    const columns = inputs.whole(pack, track);
    const levels = wholeTrack(pack, track, NORMALISATION_V1);
    for (let column = 0; column < 30; column++) {
      values.push(columns[column * inputs.size]!);
      assert.equal([...columns.subarray(column * inputs.size + 3, (column + 1) * inputs.size)], [...levels.subarray(column * BANDS, (column + 1) * BANDS)]);
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 1e-4 && Math.abs(variance - 1) < 1e-3, `${mean} and ${variance}`);
});

test('a crop has the rows of its own columns', () => {
  const pack = withChroma();
  const inputs = featureInputs(['mel', 'chroma'], pack, NORMALISATION_V1);
  const track = pack.tracks[2]!;
  const whole = inputs.whole(pack, track);
  const out = new Float32Array(5 * inputs.size);
  inputs.crop(pack, track, { firstColumn: 11, columns: 5, lead: 11 }, { ...NO_AUGMENTATION, stretch: 0.2 }, new Random(1), out);
  assert.equal([...out], [...whole.subarray(11 * inputs.size, 16 * inputs.size)]);
});

test('features that need the audio are read from the pack; if missing, the error says how to create them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-inputs-'));
  try {
    const pack = toyPack('train', { tracks: 2, columns: 10 });
    await writePack(folder, pack);
    const plain = await readPack(folder, 'train');
    assert.is((await withFeatures(plain, ['mel', 'mfcc'])).rows!.mfcc, undefined);
    await withFeatures(plain, ['mel', 'chroma', 'tempogram']).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /no chroma and no tempogram: these features need the audio.*--features chroma,tempogram, or use --features mel,mfcc/));
    const rows = Float32Array.from({ length: 20 * 12 }, (_, index) => index);
    await writeFile(join(folder, 'train.chroma.npy'), npy('<f4', [20, 12], rows));
    const rich = await withFeatures({ ...plain, features: { chroma: { size: 12 } } }, ['chroma']);
    assert.equal([...rich.rows!.chroma!], [...rows]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('mel inputs have as many values as the front end has bands', () => {
  assert.is(melInputs(NORMALISATION_V1, 40).size, 40);
});

test.run();
