/**
 * A classifier for tests, in the place of `server/shards/classifier.ts`: says whether the low, the middle
 * or the high bands are the loudest, with a memory, so that order and state matter. With kinds, low
 * sound is music, middle speech and high noise, all the surer for not being asked for genres. With the
 * output for music of none of the labels, high sound is such music. With tags, low sound is also deep
 * and high sound bright.
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { Bundle } from '../../models/model-folder.js';
import { NORMALISATION_V1 } from '../../dsp/mel/normalise.js';
import { SOUND_KINDS } from '../../models/sound-kinds.js';
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import type { StartedClassifier } from '../../server/shards/classifier.js';
import type { Classifier } from '../../server/pipe/engine.js';

export const FAKE_LABELS = ['low', 'middle', 'high'];
/** A message on this channel ends every shard that runs this classifier. */
export const KILL_CHANNEL = 'livegenre-test-kill';
/** Says the size of each batch that a shard scores. */
export const BATCH_CHANNEL = 'livegenre-test-batch';

export const FAKE_BUNDLE: Bundle = {
  manifest: {
    format: 1,
    name: 'fake',
    version: '0',
    labels: FAKE_LABELS,
    frontEnd: FRONT_END_V1,
    normalisation: NORMALISATION_V1,
    blockColumns: 4,
    layers: [],
    calibration: { temperature: 1 },
    smoothing: { timeConstantMs: 1000, margin: 0.05, holdMs: 350, warmupMs: 700 },
    weights: { sha256: '0'.repeat(64) },
    trainedOn: 'nothing',
  },
  weights: new Float32Array(new SharedArrayBuffer(0)),
};

/** Its model with tags. */
export const FAKE_TAGGED: Bundle['manifest'] = {
  ...FAKE_BUNDLE.manifest,
  kinds: SOUND_KINDS,
  tags: [{ name: 'deep', kind: 'sound', usual: 0.1 }, { name: 'bright', kind: 'sound', usual: 0.1 }],
};

export class FakeClassifier implements Classifier {
  readonly #onBatch: (size: number) => void;
  readonly #hasKinds: boolean;
  readonly #hasOutside: boolean;
  readonly #hasTags: boolean;

  constructor({ onBatch = () => {}, hasKinds = false, hasOutside = false, hasTags = false }: { readonly onBatch?: (size: number) => void; readonly hasKinds?: boolean; readonly hasOutside?: boolean; readonly hasTags?: boolean } = {}) {
    this.#onBatch = onBatch;
    this.#hasKinds = hasKinds;
    this.#hasOutside = hasOutside;
    this.#hasTags = hasTags;
  }

  newState(): Float32Array {
    return new Float32Array(FAKE_LABELS.length);
  }

  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    this.#onBatch(blocks.length);
    const scores = new Float32Array(blocks.length * FAKE_LABELS.length);
    blocks.forEach((block, index) => {
      const state = states[index]!;
      const sums = [0, 0, 0];
      block.forEach((level, cell) => (sums[Math.min(2, Math.floor(((cell % 64) * 3) / 64))]! += level / block.length));
      let total = 0;
      for (let label = 0; label < 3; label++) {
        state[label] = 0.5 * state[label]! + sums[label]!;
        total += Math.exp(state[label]!);
      }
      for (let label = 0; label < 3; label++) scores[index * 3 + label] = Math.exp(state[label]!) / total;
    });
    if (this.#hasTags) return withTags(scores);
    if (this.#hasOutside) return withOutside(scores);
    return this.#hasKinds ? withKinds(scores) : scores;
  }
}

/** After each row of genres how high it is. */
function withOutside(genres: Float32Array): Float32Array {
  const kinds = withKinds(genres); // low, middle and high twice
  return kinds.filter((_, at) => at % 6 < 3 || at % 6 === 5);
}

/** After each row of genres the kinds of sound, then how deep and how bright it is. */
function withTags(genres: Float32Array): Float32Array {
  const rows = withKinds(genres);
  return Float32Array.from(Array.from({ length: rows.length / 6 }, (_, index) => rows.subarray(6 * index, 6 * index + 6)).flatMap((row) => [...row, row[3]!, row[5]!]));
}

/** After each row of genres the kinds of sound. */
function withKinds(genres: Float32Array): Float32Array {
  const rows = Array.from({ length: genres.length / 3 }, (_, index) => [...genres.subarray(3 * index, 3 * index + 3)]);
  return Float32Array.from(rows.flatMap((row) => {
    const sharp = row.map((p) => p ** 20);
    return [...row, ...sharp.map((p) => p / sharp.reduce((sum, each) => sum + each))];
  }));
}

export async function startClassifier(bundle: Bundle): Promise<StartedClassifier> {
  if (bundle.manifest.name === 'refused') throw new Error('this model is refused');
  const channel = new BroadcastChannel(KILL_CHANNEL);
  channel.onmessage = () => process.exit(7);
  const batches = new BroadcastChannel(BATCH_CHANNEL);
  return { classifier: new FakeClassifier({ onBatch: (size) => batches.postMessage(size), hasKinds: bundle.manifest.kinds !== undefined, hasTags: bundle.manifest.tags !== undefined }), backend: 'wasm' };
}
