/**
 * The rhythm of the last seconds: the autocorrelation of onset strength, which is how much a band
 * rises from one column to the next, in a few regions from low to high. A running mean instead of
 * the frames of a tempogram (Grosche, Müller and Kurth 2010, "Cyclic tempogram"). With o the mean
 * rise of a region, E the running mean of `statistics.ts`, and zeros before the start,
 *   y = (E o(t) o(t - l) - (E o)²) / (E o² - (E o)² + ε) for lags l = 1, 2, …
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant } from './constant.js';
import { soundUnder, stepsOf } from './input-statistics.js';
import type { LayerKind } from './layer.js';
import { endsOf, follow, lastColumn } from './statistics.js';

export interface OnsetAutocorrelation {
  readonly type: 'onsetAutocorrelation';
  /** Neighbouring bands taken together, about as many in each. */
  readonly regions: number;
  /** The longest one, in the network's input columns. */
  readonly lags: number;
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

const EPSILON = 1e-3;

export const onsetAutocorrelation: LayerKind<OnsetAutocorrelation> = {
  output: ({ regions, lags }, { bands, channels }, given) => {
    if (regions > given.bands) throw new Error(`onsetAutocorrelation in ${regions} regions needs at least as many bands; there are ${given.bands}.`);
    return { bands: 1, channels: bands * channels + lags * regions };
  },

  weights: () => [],

  state: ({ regions, lags }, _, { bands }) => [
    [(2 + lags) * regions], // sums of onsets, their squares and their products with earlier ones
    [1],
    [lags, regions], // the last onsets
    [bands], // the last column
  ],

  multiplyAdds: ({ regions, lags }, _, { bands, stride }) => stride * (bands + 4 * regions * (lags + 1)),

  apply({ regions, lags, memoryColumns }, x, _weights, [sums, weight, past, before], { input, stride }) {
    const sound = soundUnder(x, input, stride);
    const [batch, columns, bands] = sound.shape;
    const rises = tf.reshape(tf.relu(stepsOf(sound, before!, weight!)), [batch * columns, bands]) as tf.Tensor2D;
    const onsets = tf.reshape(tf.matMul(rises, means(bands, regions)), [batch, columns, regions]);
    const all = tf.concat([past!, onsets], 1); // [batch, lags + columns, regions]
    const earlier = tf.reshape(tf.gather(all, lagged(columns, lags), 1), [batch, columns, lags, regions]);
    const products = tf.reshape(tf.mul(tf.expandDims(onsets, 2), earlier), [batch, columns, lags * regions]);
    const { running, weights } = follow(tf.concat([onsets, tf.square(onsets), products], 2), memoryColumns, sums!, weight!);

    const ends = tf.div(endsOf(running, stride), endsOf(weights, stride));
    const part = (from: number, length: number): tf.Tensor => tf.slice(ends, [0, 0, from], [-1, -1, length]);
    const squaredMean = tf.square(part(0, regions));
    const variance = tf.add(tf.relu(tf.sub(part(regions, regions), squaredMean)), EPSILON);
    const steps = columns / stride;
    const ofLags = (each: tf.Tensor): tf.Tensor => tf.reshape(each, [batch, steps, 1, regions]);
    const covariance = tf.sub(tf.reshape(part(2 * regions, lags * regions), [batch, steps, lags, regions]), ofLags(squaredMean));
    return {
      y: tf.concat([x, tf.reshape(tf.div(covariance, ofLags(variance)), [batch, steps, lags * regions])], 2),
      state: [lastColumn(running), lastColumn(weights), tf.slice(all, [0, columns, 0], [-1, lags, -1]), lastColumn(sound)],
    };
  },
};

/** The mean of each region, as a matrix [bands, regions]. */
function means(bands: number, regions: number): tf.Tensor2D {
  return constant(`regions ${bands} ${regions}`, [bands, regions], () => {
    const region = (band: number): number => Math.floor((band * regions) / bands);
    const sizes = new Float32Array(regions);
    for (let band = 0; band < bands; band++) sizes[region(band)]!++;
    return Float32Array.from({ length: bands * regions }, (_, index) => {
      const own = region(Math.floor(index / regions));
      return own === index % regions ? 1 / sizes[own]! : 0;
    });
  });
}

/** For each column the places of those 1 to `lags` before it, where `lags` columns of the past come first. */
function lagged(columns: number, lags: number): tf.Tensor1D {
  return tf.tensor1d(Array.from({ length: columns * lags }, (_, index) => lags + Math.floor(index / lags) - (1 + (index % lags))), 'int32');
}
