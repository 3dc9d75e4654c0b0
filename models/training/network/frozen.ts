/** Layers that no longer learn: the inputs of the last layer, of a network in training or of a finished model. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Bundle } from '../../model-folder.js';
import { describe } from '../../network.js';
import { applyLayers, weightTensors, zeroState } from '../../tf-network.js';

export interface FrozenLayers {
  /** Output of layers 0 up to `to` (exclusive) for [batch, columns, size], from a zero state. */
  apply(x: tf.Tensor, options: { readonly training: false; readonly to: number }): tf.Tensor;
}

/** The layers of a finished model, with exactly its weights (`TrainableNetwork.startFrom` changes them a little). */
export function frozenLayers({ manifest, weights }: Bundle): FrozenLayers {
  const description = describe(manifest.layers, manifest.frontEnd.bands);
  const tensors = weightTensors(description, weights);
  return {
    apply: (x, { to }) => applyLayers(description.layers.slice(0, to), tensors, x as tf.Tensor3D, zeroState(description, x.shape[0]!)).y,
  };
}
