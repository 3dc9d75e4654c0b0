/**
 * The timbre of the last seconds beyond means: how much each coefficient of the input's cepstrum
 * varies, and which of them vary together, as running log deviations and correlations. A Gaussian
 * with full covariance over cepstra is the classic description of timbre (Mandel and Ellis 2005,
 * "Song-level features and support vector machines for music classification"); over their steps it
 * tells of attacks and rhythm. With c the orthonormal DCT-II of a column and E the running mean of
 * `statistics.ts`,
 *   v = max(E c² - (E c)², 0) + ε,  y = log √v,  (E cᵢ cⱼ - E cᵢ E cⱼ) / √(vᵢ vⱼ) for i < j
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant } from './constant.js';
import { soundUnder, stepsOf } from './input-statistics.js';
import type { LayerKind } from './layer.js';
import { endsOf, follow, lastColumn } from './statistics.js';

export interface CepstralCorrelations {
  readonly type: 'cepstralCorrelations';
  /**
   * Cepstra of the columns, from c₁ on, since c₀ is what normalisation takes away; or of the steps
   * from column to column, from c₀ on, which is how the whole rises.
   */
  readonly of: 'levels' | 'steps';
  readonly coefficients: number;
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** Keeps correlations of what hardly moves near zero; levels of music vary by about 1. */
const EPSILON = 0.1;

const pairsOf = (coefficients: number): number => (coefficients * (coefficients - 1)) / 2;

export const cepstralCorrelations: LayerKind<CepstralCorrelations> = {
  output: ({ of, coefficients }, { bands, channels }, given) => {
    const most = of === 'levels' ? given.bands - 1 : given.bands;
    if (coefficients > most) throw new Error(`cepstralCorrelations of ${coefficients} coefficients need more than the ${given.bands} bands there are; at most ${most}.`);
    return { bands: 1, channels: bands * channels + coefficients + pairsOf(coefficients) };
  },

  weights: () => [],

  state: ({ of, coefficients }) => [
    [2 * coefficients + pairsOf(coefficients)], // sums of values, squares and products
    [1],
    ...(of === 'steps' ? [[coefficients]] : []), // the last column
  ],

  multiplyAdds: ({ coefficients }, _, { bands, stride }) => stride * (bands * coefficients + 4 * (coefficients + pairsOf(coefficients))),

  apply({ of, coefficients, memoryColumns }, x, _weights, [sums, weight, before], { input, stride }) {
    const sound = soundUnder(x, input, stride);
    const [batch, columns, bands] = sound.shape;
    const basis = cosines(bands, of === 'levels' ? 1 : 0, coefficients);
    const cepstra = tf.reshape(tf.matMul(tf.reshape(sound, [batch * columns, bands]), basis), [batch, columns, coefficients]);
    const values = of === 'levels' ? cepstra : stepsOf(cepstra, before!, weight!);
    const [first, second] = pairs(coefficients);
    const ofPairs = (each: tf.Tensor): tf.Tensor => {
      const rows = tf.reshape(each, [-1, coefficients]) as tf.Tensor2D;
      return tf.reshape(tf.mul(tf.matMul(rows, first), tf.matMul(rows, second)), [batch, -1, pairsOf(coefficients)]);
    };
    const products = ofPairs(values);
    const { running, weights } = follow(tf.concat([values, tf.square(values), products], 2), memoryColumns, sums!, weight!);

    const means = tf.div(endsOf(running, stride), endsOf(weights, stride));
    const part = (from: number, length: number): tf.Tensor => tf.slice(means, [0, 0, from], [-1, -1, length]);
    const mean = part(0, coefficients);
    const deviation = tf.sqrt(tf.add(tf.relu(tf.sub(part(coefficients, coefficients), tf.square(mean))), EPSILON));
    const correlations = tf.div(tf.sub(part(2 * coefficients, pairsOf(coefficients)), ofPairs(mean)), ofPairs(deviation));
    return {
      y: tf.concat([x, tf.log(deviation), correlations], 2),
      state: [lastColumn(running), lastColumn(weights), ...(of === 'steps' ? [lastColumn(cepstra)] : [])],
    };
  },
};

/** Orthonormal DCT-II, [bands, coefficients], from coefficient `first` on. */
function cosines(bands: number, first: number, coefficients: number): tf.Tensor2D {
  return constant(`cosines ${bands} ${first} ${coefficients}`, [bands, coefficients], () => Float32Array.from({ length: bands * coefficients }, (_, index) => {
    const k = first + (index % coefficients);
    const band = Math.floor(index / coefficients);
    return Math.sqrt((k === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * k * (band + 0.5)) / bands);
  }));
}

/** The first and the second of all pairs i < j, as matrices [coefficients, pairs]: a product is quicker than picking. */
function pairs(coefficients: number): [first: tf.Tensor2D, second: tf.Tensor2D] {
  const count = pairsOf(coefficients);
  const picking = (which: 0 | 1): tf.Tensor2D => constant(`pairs ${coefficients} ${which}`, [coefficients, count], () => {
    const values = new Float32Array(coefficients * count);
    let pair = 0;
    for (let i = 0; i < coefficients; i++) {
      for (let j = i + 1; j < coefficients; j++) values[(which === 0 ? i : j) * count + pair++] = 1;
    }
    return values;
  });
  return [picking(0), picking(1)];
}
