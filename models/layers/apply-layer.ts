/** The interface of a layer's computation with TensorFlow.js. */
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';

export interface Applied {
  /** [batch, columns, bands, channels], or [batch, columns, channels] once flat */
  readonly y: Tensor;
  /** The state after the last column, in the order of `LayerKind.state`, each with a leading batch dimension. */
  readonly state: Tensor[];
}

/** The input of the whole network, for layers that use it directly. */
export interface NetworkInput {
  /** [batch, columns, bands] */
  readonly input: Tensor3D;
  /** Columns of the network's input per column of this layer's input. */
  readonly stride: number;
}

/** Applies a layer to columns, starting from a given state. */
export type ApplyLayer<L> = (layer: L, x: Tensor, weights: readonly Tensor[], state: readonly Tensor[], networkInput: NetworkInput) => Applied;
