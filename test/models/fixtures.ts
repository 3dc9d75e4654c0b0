/** Models with random weights, for tests that need any network, not an accurate one. */
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import { NORMALISATION_V1 } from '../../dsp/mel/normalise.js';
import type { Bundle } from '../../models/model-folder.js';
import { SOUND_KINDS } from '../../models/sound-kinds.js';
import type { Layer } from '../../models/layer-schema.js';
import { describe } from '../../models/network.js';
import type { Progress } from '../../models/training/progress.js';

/** The small network of most tests: 64 bands, 3 labels. */
export const SMALL_LAYERS: Layer[] = [
  { type: 'conv2d', filters: 4, kernel: [3, 3], pool: 4, poolColumns: 1 },
  { type: 'dense', units: 8, activation: 'relu' },
  { type: 'gru', units: 8, keepInput: false },
  { type: 'statistics', memoryColumns: 20 },
  { type: 'dense', units: 3, activation: 'linear' },
];

/** Progress output that is discarded. */
export const SILENT: Progress = { log() {}, begin() {}, step() {}, end() {} };

/** A seeded random number generator, uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param hasKinds whether the last three outputs are the kinds of sound instead of labels */
export function randomBundle(layers: Layer[] = SMALL_LAYERS, bands = FRONT_END_V1.bands, seed = 7, hasKinds = false): Bundle {
  const { parameters, outputs } = describe(layers, bands);
  const random = seeded(seed);
  const weights = new Float32Array(new SharedArrayBuffer(4 * parameters));
  for (let index = 0; index < parameters; index++) weights[index] = 0.8 * (random() - 0.5);
  return {
    weights,
    manifest: {
      format: 1,
      name: 'random',
      version: '0.0.1',
      labels: Array.from({ length: hasKinds ? outputs - SOUND_KINDS.length : outputs }, (_, index) => `label ${index}`),
      ...(hasKinds && { kinds: SOUND_KINDS }),
      frontEnd: { ...FRONT_END_V1, bands },
      normalisation: NORMALISATION_V1,
      blockColumns: 4,
      layers,
      calibration: { temperature: 1 },
      smoothing: { timeConstantMs: 1000, margin: 0.05, holdMs: 700, warmupMs: 1000 },
      weights: { sha256: '0'.repeat(64) },
      trainedOn: 'nothing: the weights are random',
    },
  };
}

/** Bands whose mean is a logit of `tonesBundle`: [from, up to] for each label, then for each kind of sound. */
const TONES = { jazz: [0, 11], rock: [11, 22], music: [0, 22], speech: [22, 43], noise: [43, 64] } as const;

/**
 * A model with predictable answers: tones up to about 1 kHz are music (jazz up to 500 Hz, rock
 * above), those up to 3 kHz speech, higher ones noise. It reacts within a second.
 */
export function tonesBundle(): Bundle {
  const groups = Object.values(TONES);
  const layers: Layer[] = [{ type: 'dense', units: groups.length, activation: 'linear' }];
  const { manifest, weights } = randomBundle(layers, FRONT_END_V1.bands, 7, true);
  weights.fill(0);
  groups.forEach(([from, to], unit) => {
    for (let band = from; band < to; band++) weights[band * groups.length + unit] = 20 / (to - from);
  });
  return {
    weights,
    manifest: {
      ...manifest,
      labels: ['jazz', 'rock'],
      smoothing: { timeConstantMs: 500, margin: 0.1, holdMs: 500, warmupMs: 700, kinds: { timeConstantMs: 500, enter: 0.5, leave: 0.35 } },
    },
  };
}
