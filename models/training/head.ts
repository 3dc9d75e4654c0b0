/**
 * The last layer alone, on a frozen network: multinomial logistic regression with a strong L2
 * penalty on the running statistics of the features, at the end of every block of every track, so
 * that it answers well after two seconds as after thirty. The penalty is chosen on the valid
 * tracks. With a few hundred labelled tracks this keeps what pretraining has learned, where moving
 * all layers throws it away.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation } from '../../dsp/normalise.js';
import type { Pack } from '../pack.js';
import { Adam, cosineRate } from './adam.js';
import { crop, NO_AUGMENTATION, type Augmentation } from './crops.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import { setValues, type Trainable } from './trainable.js';
import { labelled, scoreTracks, trackAccuracy } from './validate.js';

const PENALTIES = [0.001, 0.003, 0.01, 0.03, 0.1];
const STEPS = 600;
const ROWS = 4096;
const LEARNING_RATE = 0.02;
/** Every track as it is, and this many times changed. */
const COPIES = 3;
const AUGMENTATION: Augmentation = { tiltDb: 6, bumpDb: 4, shiftBands: 1, stretch: 0.1, maskChance: 0 };

export interface HeadOptions {
  readonly labels: readonly string[];
  readonly blockColumns: number;
  readonly normalisation: Normalisation;
  /** Index of the last layer, a linear dense one. */
  readonly lastLayer: number;
  readonly seed: number;
}

interface Rows {
  /** [rows × features], standardised */
  readonly features: Float32Array;
  readonly truths: Int32Array;
  readonly width: number;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Fits the last layer of `network` and leaves the best in it. @returns share of valid tracks got right */
export function fitHead(network: Trainable, train: Pack, valid: Pack, options: HeadOptions, progress: Progress): number {
  const { labels, lastLayer } = options;
  const rows = standardise(collect(network, train, options, progress));
  const [kernel, bias] = network.variables(lastLayer, lastLayer + 1) as [tf.Variable, tf.Variable];
  let best: { score: number; kernel: Float32Array; bias: Float32Array } = { score: -1, kernel: new Float32Array(0), bias: new Float32Array(0) };
  for (const penalty of PENALTIES) {
    const fitted = regress(rows, labels.length, penalty, new Random(options.seed));
    setValues(kernel, fitted.kernel);
    setValues(bias, fitted.bias);
    const score = trackAccuracy(scoreTracks(valid, options, (x) => network.apply(x, { training: false })), labels.length);
    progress.say(`head: penalty ${penalty}, loss ${fitted.loss.toFixed(3)}, ${(100 * score).toFixed(1)} % of valid tracks`);
    if (score > best.score) best = { score, kernel: fitted.kernel, bias: fitted.bias };
  }
  setValues(kernel, best.kernel);
  setValues(bias, best.bias);
  return best.score;
}

/** Features at the end of each block of each training track and of its changed copies. */
function collect(network: Trainable, train: Pack, options: HeadOptions, progress: Progress): { rows: Float32Array[]; truths: number[] } {
  const { labels, blockColumns, normalisation, lastLayer, seed } = options;
  const { bands } = train.frontEnd;
  const random = new Random(seed);
  const rows: Float32Array[] = [];
  const truths: number[] = [];
  const tracks = labelled(train);
  progress.begin('head: features', tracks.length * (1 + COPIES), 0);
  for (let copy = 0; copy <= COPIES; copy++) {
    tracks.forEach((track, index) => {
      const x = new Float32Array(track.columns * bands);
      crop(train, track, normalisation, { firstColumn: 0, columns: track.columns, lead: 0 }, copy === 0 ? NO_AUGMENTATION : AUGMENTATION, random, x);
      tf.tidy(() => {
        const y = network.apply(tf.tensor3d(x, [1, track.columns, bands]), { training: false, to: lastLayer });
        const width = y.shape[2]!;
        const values = y.dataSync<'float32'>();
        for (let column = blockColumns - 1; column < track.columns; column += blockColumns) {
          rows.push(values.slice(column * width, (column + 1) * width));
          truths.push(labels.indexOf(track.genre));
        }
      });
      progress.step(copy * tracks.length + index + 1, `${rows.length} rows`);
    });
  }
  progress.end();
  return { rows, truths };
}

function standardise({ rows, truths }: { rows: Float32Array[]; truths: number[] }): Rows {
  const width = rows[0]!.length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of rows) for (let index = 0; index < width; index++) mean[index]! += row[index]! / rows.length;
  for (const row of rows) for (let index = 0; index < width; index++) deviation[index]! += (row[index]! - mean[index]!) ** 2 / rows.length;
  for (let index = 0; index < width; index++) deviation[index] = Math.sqrt(deviation[index]!) + 1e-3;
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    for (let index = 0; index < width; index++) features[at * width + index] = (row[index]! - mean[index]!) / deviation[index]!;
  });
  return { features, truths: Int32Array.from(truths), width, mean, deviation };
}

/** @returns kernel [features × labels] and bias [labels] for features that are not standardised */
function regress(rows: Rows, labels: number, penalty: number, random: Random): { kernel: Float32Array; bias: Float32Array; loss: number } {
  const { features, truths, width, mean, deviation } = rows;
  const kernel = tf.variable(tf.zeros([width, labels])) as tf.Variable<tf.Rank.R2>;
  const bias = tf.variable(tf.zeros([labels]));
  const adam = new Adam([kernel, bias]);
  let smoothed = 0;
  for (let step = 0; step < STEPS; step++) {
    const x = new Float32Array(ROWS * width);
    const picked = new Int32Array(ROWS);
    for (let index = 0; index < ROWS; index++) {
      const row = random.below(truths.length);
      x.set(features.subarray(row * width, (row + 1) * width), index * width);
      picked[index] = truths[row]!;
    }
    const loss = adam.step(() => {
      const logits = tf.add(tf.matMul(tf.tensor2d(x, [ROWS, width]), kernel), bias);
      const target = tf.oneHot(tf.tensor1d(picked, 'int32'), labels);
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 1), target), 1)));
      return tf.add(crossEntropy, tf.mul(penalty, tf.sum(tf.square(kernel))));
    }, cosineRate(step, STEPS, LEARNING_RATE));
    smoothed += (loss - smoothed) / Math.min(step + 1, 50);
  }
  const weights = kernel.dataSync<'float32'>();
  const shifts = bias.dataSync<'float32'>().slice();
  const raw = new Float32Array(width * labels);
  for (let index = 0; index < width; index++) {
    for (let label = 0; label < labels; label++) {
      const value = weights[index * labels + label]! / deviation[index]!;
      raw[index * labels + label] = value;
      shifts[label]! -= value * mean[index]!;
    }
  }
  adam.dispose();
  tf.dispose([kernel, bias]);
  return { kernel: raw, bias: shifts, loss: smoothed };
}
