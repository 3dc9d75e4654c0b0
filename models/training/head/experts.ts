/**
 * A last layer of two experts and a gate between them ("Adaptive mixtures of local experts", Jacobs,
 * Jordan, Nowlan and Hinton 1991): logits = (1 - g) · first + g · second, g the logistic function of a
 * linear function of the same values. What a genre is called differs between collections: one linear
 * layer has to find a mean of them, two with a gate hear which is meant.
 * The first expert starts from the labelled tracks, the second from the music without labels, the gate
 * from what tells them apart; then all three learn together.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Adam, cosineRate } from '../network/adam.js';
import type { Random } from '../../random.js';
import { indexAt, logitsOf, ofRaw, ofStandardised, type Hint, type Regression, type Standardised } from './regression.js';

const STEPS = 300;
const BATCH = 2048;
const LEARNING_RATE = 0.002;
/** Penalty of the gate's squared weights. */
export const GATE_PENALTY = 0.01;

export interface Experts {
  /** [width × labels] */
  readonly first: Regression;
  readonly second: Regression;
  /** [width × 1] logit of the second expert's share. */
  readonly gate: Regression;
}

/**
 * @param start for values that are not standardised, as the result
 * @param penalties of the squared weights, one per value; the weights of hints have none
 */
export function fitExperts(rows: Standardised, start: Experts, penalties: Float32Array, hints: readonly Hint[], random: Random): Experts {
  const { values, width, softLabels } = rows;
  const labels = start.first.bias.length;
  const all = [start.first, start.second, start.gate].map((regression) => ofStandardised(regression, rows));
  const variables = all.flatMap(({ kernel, bias }) => [tf.variable(tf.tensor2d(kernel, [width, bias.length])), tf.variable(tf.tensor1d(bias))]);
  const [firstKernel, firstBias, secondKernel, secondBias, gateKernel, gateBias] = variables as [tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  const costs = new Float32Array(width * labels).map((_, at) => penalties[Math.floor(at / labels)]!);
  for (const { value, label } of hints) costs[value * labels + label] = 0;
  const kernelCosts = tf.tensor2d(costs, [width, labels]);
  const gateCosts = tf.tensor2d(penalties.map((penalty) => (penalty / penalties[0]!) * GATE_PENALTY), [width, 1]);

  let sum = 0;
  const cumulative = Float64Array.from(softLabels, (own) => (sum += own.reduce((total, share) => total + share, 0)));
  const adam = new Adam(variables);
  const x = new Float32Array(BATCH * width);
  const targets = new Float32Array(BATCH * labels);
  for (let step = 0; step < STEPS; step++) {
    for (let index = 0; index < BATCH; index++) {
      const row = indexAt(random.next() * sum, cumulative);
      x.set(values.subarray(row * width, (row + 1) * width), index * width);
      const own = softLabels[row]!;
      const weight = own.reduce((total, share) => total + share, 0);
      own.forEach((share, label) => { targets[index * labels + label] = share / weight; });
    }
    adam.step(() => {
      const input = tf.tensor2d(x, [BATCH, width]);
      const linear = (kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor => tf.add(tf.matMul(input, kernel as tf.Tensor2D), bias);
      const logits = mixed(linear(firstKernel, firstBias), linear(secondKernel, secondBias), linear(gateKernel, gateBias));
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 1), tf.tensor2d(targets, [BATCH, labels])), 1)));
      const squares = (kernel: tf.Tensor, of: tf.Tensor): tf.Tensor => tf.sum(tf.mul(of, tf.square(kernel)));
      return tf.addN([crossEntropy, squares(firstKernel, kernelCosts), squares(secondKernel, kernelCosts), squares(gateKernel, gateCosts)]) as tf.Scalar;
    }, cosineRate(step, STEPS, LEARNING_RATE));
  }
  const [first, second, gate] = [0, 2, 4].map((at) => ofRaw({ kernel: variables[at]!.dataSync<'float32'>().slice(), bias: variables[at + 1]!.dataSync<'float32'>().slice() }, rows)) as [Regression, Regression, Regression];
  adam.dispose();
  tf.dispose([...variables, kernelCosts, gateCosts]);
  return { first, second, gate };
}

/** A regression on two classes as the logit of the second one: the softmax of two logits is the logistic function of their difference. */
export function difference({ kernel, bias }: Regression): Regression {
  return { kernel: Float32Array.from({ length: kernel.length / 2 }, (_, value) => kernel[2 * value + 1]! - kernel[2 * value]!), bias: Float32Array.of(bias[1]! - bias[0]!) };
}

/** Logits of a row, [labels]. */
export function expertLogits({ first, second, gate }: Experts, row: Float32Array): Float64Array {
  const g = 1 / (1 + Math.exp(-logitsOf(gate, row)[0]!));
  const others = logitsOf(second, row);
  return logitsOf(first, row).map((logit, label) => (1 - g) * logit + g * others[label]!);
}

/**
 * The logits of the labels from a network's outputs, whose last ones are the second expert's and the gate's.
 * @param outputs [batch, columns, outputs]
 * @returns [batch, columns, labels]
 */
export function mixedOutputs(outputs: tf.Tensor, labels: number): tf.Tensor {
  const size = outputs.shape[2]!;
  const part = (from: number, count: number): tf.Tensor => tf.slice(outputs, [0, 0, from], [-1, -1, count]);
  return mixed(part(0, labels), part(size - labels - 1, labels), part(size - 1, 1));
}

function mixed(first: tf.Tensor, second: tf.Tensor, gate: tf.Tensor): tf.Tensor {
  return tf.add(first, tf.mul(tf.sigmoid(gate), tf.sub(second, first)));
}
