/**
 * What every kind of layer tells: its shapes, its weights, the state it carries from column to
 * column, its cost, and how it is applied. A layer is applied to any number of columns; zeros as
 * state mean that nothing came before, so one pass over a recording and a block of a stream are
 * the same code.
 */
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';

/** One column between layers: `bands × channels`; a flat vector has 1 band. */
export interface ColumnShape {
  readonly bands: number;
  readonly channels: number;
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Applied {
  /** [batch, columns, bands, channels], or [batch, columns, channels] once flat */
  readonly y: Tensor;
  /** The state after the last column, as `state` lists it, each with the batch in front. */
  readonly state: Tensor[];
}

/** What the whole network is given, for layers that look past those before them. */
export interface Given {
  /** [batch, columns, bands] */
  readonly input: Tensor3D;
  /** Columns of it for one column that this layer gets. */
  readonly stride: number;
}

/** The same as shapes. */
export interface GivenShape {
  /** Values in a column that the network is given. */
  readonly bands: number;
  readonly stride: number;
}

/** Each function also gets what the whole network is given; few layers look at it. */
export interface LayerKind<L> {
  output(layer: L, input: ColumnShape, given: GivenShape): ColumnShape;
  /** Columns of its input that make one of its output; 1 if left out. */
  stride?(layer: L): number;
  /** In the order of `weights.bin`. */
  weights(layer: L, input: ColumnShape): WeightSpec[];
  /** Shapes without the batch. */
  state(layer: L, input: ColumnShape, given: GivenShape): number[][];
  /** Multiply-adds for one column of its input. */
  multiplyAdds(layer: L, input: ColumnShape, given: GivenShape): number;
  apply(layer: L, x: Tensor, weights: readonly Tensor[], state: readonly Tensor[], given: Given): Applied;
}
