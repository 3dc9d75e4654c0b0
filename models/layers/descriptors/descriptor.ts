/**
 * Layers without weights that compute running descriptors of the network's input, not of the
 * previous layer's output, and append them to that output: a skip connection from the input (compare
 * He et al. 2016). No gradient flows through them, and a column takes only a few thousand
 * operations, so they are plain loops, stream by stream: as tensor operations they took a hundred
 * small kernels per block.
 */
import type { LayerKind } from '../layer.js';

/** Defines a kind of descriptor layer. */
export interface Descriptor<L extends object> {
  /**
   * Number of values that the layer appends.
   * @param bands values in a column of the network's input
   * @throws Error if there are too few bands
   */
  values(layer: L, bands: number): number;
  /** Values carried from column to column; all zeros at the start of a stream. */
  stateLength(layer: L, bands: number): number;
  /** Multiply-adds per column of the network's input. */
  multiplyAdds(layer: L, bands: number): number;
  create(layer: L, bands: number): RunningDescriptor;
}

/** A layer's computation with its tables and scratch buffers, shared by all streams. */
export interface RunningDescriptor {
  /** Updates `state` with the column of `input` that begins at `start`. */
  update(input: Float32Array, start: number, state: Float32Array): void;
  /** Writes the descriptor's current values to `out`, from `start` on. */
  write(state: Float32Array, out: Float32Array, start: number): void;
}

/** The shapes and cost of a descriptor layer. */
export function descriptorLayer<L extends object>(kind: Descriptor<L>): LayerKind<L> {
  return {
    output: (layer, { bands, channels }, networkInput) => ({ bands: 1, channels: bands * channels + kind.values(layer, networkInput.bands) }),

    weights: () => [],

    state: (layer, _, { bands }) => [[kind.stateLength(layer, bands)]],

    multiplyAdds: (layer, _, { bands, stride }) => stride * kind.multiplyAdds(layer, bands),
  };
}
