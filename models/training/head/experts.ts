/**
 * A last layer of two experts and a gate between them ("Adaptive mixtures of local experts", Jacobs,
 * Jordan, Nowlan and Hinton 1991): logits = (1 - g) · first + g · second, g the logistic function of a
 * linear function of the same values, which hears what sounds like the labelled tracks and what like
 * other music. Both experts have the same weights; the first gets the shifts that suit the labelled
 * tracks (`calibrate.ts`), which would be wrong elsewhere.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Penalty of the gate's squared weights. */
export const GATE_PENALTY = 0.01;

/**
 * The logits of the labels from a network's outputs, whose last ones are the second expert's and the gate's.
 * @param outputs [batch, columns, outputs]
 * @returns [batch, columns, labels]
 */
export function mixedOutputs(outputs: tf.Tensor, labels: number): tf.Tensor {
  const size = outputs.shape[2]!;
  const part = (from: number): tf.Tensor => tf.slice(outputs, [0, 0, from], [-1, -1, labels]);
  return tf.add(part(0), tf.mul(tf.sub(1, firstShare(outputs)), tf.sub(part(size - labels - 1), part(0))));
}

/** Share of the first expert, 1 - g. @returns [batch, columns, 1] */
export function firstShare(outputs: tf.Tensor): tf.Tensor {
  return tf.sigmoid(tf.neg(tf.slice(outputs, [0, 0, outputs.shape[2]! - 1], [-1, -1, 1])));
}
