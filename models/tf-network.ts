/**
 * The network with TensorFlow.js: `forward` processes a whole recording in one pass, for training and
 * as the reference of the incremental steps.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Applied, ApplyLayer } from './layers/apply-layer.js';
import { applyConv2d } from './layers/convolution/conv2d.tf.js';
import { applyDense } from './layers/dense/dense.tf.js';
import { cepstralCorrelationsDescriptor } from './layers/descriptors/cepstral-correlations.js';
import { applyDescriptor } from './layers/descriptors/descriptor.tf.js';
import { inputStatisticsDescriptor } from './layers/descriptors/input-statistics.js';
import { onsetAutocorrelationDescriptor } from './layers/descriptors/onset-autocorrelation.js';
import { applyGru } from './layers/recurrent/gru.tf.js';
import { applyLstm } from './layers/recurrent/lstm.tf.js';
import { applyStatistics } from './layers/statistics/statistics.tf.js';
import type { Layer } from './layer-schema.js';
import { type DescribedLayer, type Description, weightValues } from './network.js';

const APPLY = {
  conv2d: applyConv2d,
  dense: applyDense,
  gru: applyGru,
  lstm: applyLstm,
  statistics: applyStatistics,
  inputStatistics: applyDescriptor(inputStatisticsDescriptor),
  cepstralCorrelations: applyDescriptor(cepstralCorrelationsDescriptor),
  onsetAutocorrelation: applyDescriptor(onsetAutocorrelationDescriptor),
};

/** The computation of a layer's kind. The cast is needed for the same reason as in `kindOf`. */
export function applyOf(layer: Layer): ApplyLayer<Layer> {
  return APPLY[layer.type] as unknown as ApplyLayer<Layer>;
}

/** The tensors of each layer, in the order of its weight specs. */
export type LayerWeights = ReadonlyArray<readonly tf.Tensor[]>;

/** The weights of all layers as tensors, owned by the caller. */
export function weightTensors(description: Description, values: Float32Array): tf.Tensor[][] {
  return weightValues(description.layers, values).map((parts, layer) => parts.map((part, index) => tf.tensor(part.slice(), [...description.layers[layer]!.weights[index]!.shape])));
}

/** The initial state of `batch` streams. */
export function zeroState({ layers }: Description, batch: number): tf.Tensor[][] {
  return layers.map(({ state }) => state.map((shape) => tf.zeros([batch, ...shape])));
}

/**
 * Applies the layers to columns, starting from a given state.
 * @param x [batch, columns, bands], columns a multiple of the network's stride
 * @param onOutput receives the output of each layer
 * @returns y [batch, columns / stride, outputs] and the state after the last column
 */
export function applyLayers(
  layers: readonly DescribedLayer[],
  weights: LayerWeights,
  x: tf.Tensor3D,
  states: ReadonlyArray<readonly tf.Tensor[]>,
  onOutput?: (layer: number, y: tf.Tensor) => void,
): { readonly y: tf.Tensor; readonly states: tf.Tensor[][] } {
  let y: tf.Tensor = layers[0]?.layer.type === 'conv2d' ? tf.expandDims(x, 3) : x;
  const after = layers.map(({ layer, stride }, index) => {
    const applied: Applied = applyOf(layer)(layer, y, weights[index]!, states[index]!, { input: x, stride });
    y = applied.y;
    onOutput?.(index, y);
    return applied.state;
  });
  return { y, states: after };
}

/**
 * Processes a whole recording in one pass.
 * @param x [batch, columns, bands] normalised levels from the start of the recording
 * @returns logits [batch, columns / stride, outputs]; those of column n depend on input columns 0 to
 *   (n + 1) × stride - 1. An incomplete stride at the end is ignored
 */
export function forward(description: Description, weights: LayerWeights, x: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => applyLayers(description.layers, weights, x, zeroState(description, x.shape[0])).y as tf.Tensor3D);
}
