/** Matrices that are always the same: computed once, since layers are applied several times a second. */
import * as tf from '@tensorflow/tfjs-core';

const known = new Map<string, Float32Array>();

/**
 * @param name of this one among all
 * @param values [rows × columns], computed the first time only
 */
export function constant(name: string, shape: [rows: number, columns: number], values: () => Float32Array): tf.Tensor2D {
  let own = known.get(name);
  if (own === undefined) known.set(name, own = values());
  return tf.tensor2d(own, shape);
}
