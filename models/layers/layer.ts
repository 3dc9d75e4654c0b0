/**
 * The interface of a kind of layer: its shapes, weights, state from column to column and cost. How it is
 * computed is in `*.tf.ts` (TensorFlow.js, for training) and `*.simd.ts` (kernels, for serving). A layer
 * is applied to any number of columns, and an all-zero state is the start of a stream, so the same code
 * processes a whole recording and a block of a stream.
 */

/** One column between layers: `bands × channels`; a flat vector has 1 band. */
export interface ColumnShape {
  readonly bands: number;
  readonly channels: number;
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The shape of the network's input. */
export interface NetworkInputShape {
  /** Values in a column. */
  readonly bands: number;
  /** Columns of the network's input per column of this layer's input. */
  readonly stride: number;
}

/** `input` is the layer's own input; only descriptor layers use `networkInput`. */
export interface LayerKind<L> {
  output(layer: L, input: ColumnShape, networkInput: NetworkInputShape): ColumnShape;
  /** Columns of the layer's input per column of its output; 1 if not defined. */
  stride?(layer: L): number;
  /** In the order of `weights.bin`. */
  weights(layer: L, input: ColumnShape): WeightSpec[];
  /** Shapes without the batch dimension. */
  state(layer: L, input: ColumnShape, networkInput: NetworkInputShape): number[][];
  /** Multiply-adds per column of the layer's input. */
  multiplyAdds(layer: L, input: ColumnShape, networkInput: NetworkInputShape): number;
}
