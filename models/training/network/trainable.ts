/**
 * A network in training: the same layers with variables as weights, batch norm between a convolution's
 * max pooling and its ReLU, and dropout. `folded` returns the inference weights: batch norm has no
 * scale here (the next layer has one), so its factor 1/σ is positive, commutes with the maximum, and
 * folds exactly into kernel and bias. (Ioffe and Szegedy 2015; Srivastava et al. 2014.)
 */
import * as tf from '@tensorflow/tfjs-core';
import { concatenate } from '../../../dsp/concatenate.js';
import { type DescribedLayer, type Description, product } from '../../network.js';
import { applyOf } from '../../tf-network.js';
import { poolMax } from '../../layers/convolution/conv2d.tf.js';
import type { Conv2d } from '../../layers/convolution/conv2d.js';
import { trainableConv2d } from './convolution.js';
import type { Random } from '../../random.js';

const EPSILON = 1e-3;
const MOMENTUM = 0.98;

interface TrainableLayer {
  readonly described: DescribedLayer;
  /** In the order of the layer's weight specs; a convolution's bias is the batch norm shift. */
  readonly weights: tf.Variable[];
  /** Running mean and variance of a convolution's outputs; empty for other layers. */
  readonly moving: tf.Variable[];
}

export class TrainableNetwork {
  readonly #layers: readonly TrainableLayer[];

  constructor(description: Description, random: Random) {
    this.#layers = description.layers.map((described) => ({
      described,
      weights: described.weights.map(({ name, shape }) => tf.variable(initial(name, shape, random))),
      moving: described.layer.type === 'conv2d'
        ? [tf.variable(tf.zeros([described.layer.filters]), false), tf.variable(tf.ones([described.layer.filters]), false)]
        : [],
    }));
  }

  /** Trainable variables of layers `from` up to `to` (exclusive). */
  variables(from = 0, to = this.#layers.length): tf.Variable[] {
    return this.#layers.slice(from, to).flatMap(({ weights }) => weights);
  }

  /** Variables to checkpoint for layers `from` up to `to` (exclusive): trainable ones and moving averages. */
  saved(from = 0, to = this.#layers.length): tf.Variable[] {
    return this.#layers.slice(from, to).flatMap(({ weights, moving }) => [...weights, ...moving]);
  }

  /**
   * Runs layers `from` up to `to` (exclusive) on whole sequences from a zero state.
   * @param x [batch, columns, bands], or the input of layer `from`
   * @param dropout dropout rate on the inputs of dense layers; 0 outside training
   * @param dropoutSeed the same seed drops the same inputs
   */
  apply(x: tf.Tensor, options: { training: boolean; from?: number; to?: number; dropout?: number; dropoutSeed?: number }): tf.Tensor {
    const { training, from = 0, to = this.#layers.length, dropout = 0, dropoutSeed = 0 } = options;
    let y = from === 0 && this.#layers[0]?.described.layer.type === 'conv2d' ? tf.expandDims(x, 3) : x;
    for (const [index, { described, weights, moving }] of this.#layers.slice(from, to).entries()) {
      const { layer, state } = described;
      if (layer.type === 'conv2d') {
        y = convolution(layer, y as tf.Tensor4D, weights, moving, training);
        continue;
      }
      if (layer.type === 'dense' && training && dropout > 0) y = tf.dropout(y, dropout, undefined, `${dropoutSeed} ${index}`);
      const zero = state.map((shape) => tf.zeros([y.shape[0]!, ...shape]));
      y = applyOf(layer)(layer, y, weights, zero, { input: x as tf.Tensor3D, stride: described.stride }).y;
    }
    return y;
  }

  /** Output of all layers for [batch, columns, size] in inference mode; bound, so it can be passed as a function. */
  readonly logits = (x: tf.Tensor): tf.Tensor => this.apply(x, { training: false });

  /**
   * Starts from the inference weights of a network with the same layers; the last layer keeps its own
   * weights. Batch norm's running mean and variance, which were folded into them, are measured again.
   * @param folded as `weights.bin` has them; what follows the layers before the last one is ignored
   * @param x music to measure on, [batch, columns, bands]
   */
  startFrom(folded: Float32Array, x: tf.Tensor3D): void {
    let offset = 0;
    for (const [index, { weights, moving }] of this.#layers.slice(0, -1).entries()) {
      for (const variable of weights) {
        setValues(variable, folded.slice(offset, offset + variable.size));
        offset += variable.size;
      }
      if (moving.length === 0) continue;
      tf.tidy(() => {
        const [filter, shift] = weights as [tf.Variable, tf.Variable];
        const { layer } = this.#layers[index]!.described;
        const before = this.apply(x, { training: false, to: index });
        const { mean, variance } = tf.moments(pooled(layer as Conv2d, before as tf.Tensor4D, filter), [0, 1, 2]);
        moving[0]!.assign(mean);
        moving[1]!.assign(variance);
        // The outputs' deviation is about 1, because the folded kernels had been divided by it.
        shift.assign(tf.add(shift, tf.mul(mean, tf.rsqrt(tf.add(variance, EPSILON)))));
      });
    }
  }

  /** Inference weights, in the order of `weights.bin`. */
  folded(): Float32Array {
    const parts = this.#layers.flatMap(({ weights, moving }) => {
      if (moving.length === 0) return weights.map((weight) => weight.dataSync<'float32'>());
      return tf.tidy(() => {
        const mean: tf.Tensor = moving[0]!;
        const variance: tf.Tensor = moving[1]!;
        const factor = tf.rsqrt(tf.add(variance, EPSILON));
        return [tf.mul(weights[0]!, factor), tf.sub(weights[1]!, tf.mul(mean, factor))].map((part) => part.dataSync<'float32'>());
      });
    });
    return concatenate(parts);
  }

  dispose(): void {
    tf.dispose(this.saved());
  }
}

/** A convolution's outputs before batch norm. */
function pooled({ kernel, pool, poolColumns }: Conv2d, x: tf.Tensor4D, filter: tf.Variable): tf.Tensor4D {
  const side = (kernel[1] - 1) / 2;
  const padded = tf.pad4d(x, [[0, 0], [kernel[0] - 1, 0], [side, side], [0, 0]]);
  return poolMax(trainableConv2d(padded, filter as unknown as tf.Tensor4D), poolColumns, pool) as tf.Tensor4D;
}

function convolution(
  layer: Conv2d,
  x: tf.Tensor4D,
  [filter, shift]: readonly tf.Variable[],
  [movingMean, movingVariance]: readonly tf.Variable[],
  training: boolean,
): tf.Tensor {
  const y = pooled(layer, x, filter!);
  let mean: tf.Tensor = movingMean!;
  let variance: tf.Tensor = movingVariance!;
  if (training) {
    ({ mean, variance } = tf.moments(y, [0, 1, 2]));
    movingMean!.assign(tf.add(tf.mul(movingMean!, MOMENTUM), tf.mul(mean, 1 - MOMENTUM)));
    movingVariance!.assign(tf.add(tf.mul(movingVariance!, MOMENTUM), tf.mul(variance, 1 - MOMENTUM)));
  }
  const factor = tf.rsqrt(tf.add(variance, EPSILON));
  return tf.relu(tf.add(tf.mul(y, factor), tf.sub(shift!, tf.mul(mean, factor))));
}

/** Assigns new values to a variable, in its shape. */
export function setValues(variable: tf.Variable, values: Float32Array): void {
  const loaded = tf.tensor(values, variable.shape);
  variable.assign(loaded);
  loaded.dispose();
}

/** Initial values: He et al. 2015 for kernels, Glorot and Bengio 2010 (uniform) for recurrent ones, zeros for biases. */
function initial(name: string, shape: readonly number[], random: Random): tf.Tensor {
  const length = product(shape);
  const values = new Float32Array(length);
  const outputs = shape.at(-1)!;
  if (name === 'recurrentKernel') {
    const limit = Math.sqrt(6 / (shape[0]! + shape[0]!));
    for (let index = 0; index < length; index++) values[index] = random.between(-limit, limit);
  } else if (name === 'kernel') {
    const deviation = Math.sqrt(2 / (length / outputs));
    for (let index = 0; index < length; index++) values[index] = deviation * random.normal();
  }
  return tf.tensor(values, [...shape]);
}

/** Average of variables over several training runs, batch norm's moving averages included. */
export class WeightAverage {
  readonly #variables: readonly tf.Variable[];
  readonly #initial: readonly Float32Array[];
  readonly #sums: readonly Float64Array[];
  #count = 0;

  constructor(variables: readonly tf.Variable[]) {
    this.#variables = variables;
    this.#initial = variables.map((variable) => variable.dataSync<'float32'>().slice());
    this.#sums = variables.map(({ size }) => new Float64Array(size));
  }

  /** Restores the initial values. */
  reset(): void {
    this.#variables.forEach((variable, index) => setValues(variable, this.#initial[index]!));
  }

  /** Adds the current values to the average. */
  add(): void {
    this.#count++;
    this.#variables.forEach((variable, index) => {
      const sum = this.#sums[index]!;
      variable.dataSync<'float32'>().forEach((value, at) => { sum[at]! += value; });
    });
  }

  /** Assigns the mean of all added values; at least one must have been added. */
  assign(): void {
    this.#variables.forEach((variable, index) => setValues(variable, Float32Array.from(this.#sums[index]!, (sum) => sum / this.#count)));
  }
}
