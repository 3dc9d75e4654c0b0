/**
 * Layers without weights that compute running descriptors of the network's input, not of the
 * previous layer's output, and append them to that output: a skip connection from the input (compare
 * He et al. 2016). No gradient flows through them, and a column takes only a few thousand
 * operations, so they are plain loops, stream by stream: as tensor operations they took a hundred
 * small kernels per block.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tensorValues } from '../../tensorflow/backend.js';
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
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

/** A layer's computation for one number of bands, and its scratch buffers. */
interface Instance {
  readonly bands: number;
  readonly descriptor: RunningDescriptor;
  readonly states: ScratchBuffer;
  readonly outputs: ScratchBuffer;
}

export function descriptorLayer<L extends object>(kind: Descriptor<L>): LayerKind<L> {
  const instances = new WeakMap<L, Instance>();
  const instanceOf = (layer: L, bands: number): Instance => {
    const cached = instances.get(layer);
    if (cached?.bands === bands) return cached;
    const instance = { bands, descriptor: kind.create(layer, bands), states: new ScratchBuffer(), outputs: new ScratchBuffer() };
    instances.set(layer, instance);
    return instance;
  };
  return {
    output: (layer, { bands, channels }, networkInput) => ({ bands: 1, channels: bands * channels + kind.values(layer, networkInput.bands) }),

    weights: () => [],

    state: (layer, _, { bands }) => [[kind.stateLength(layer, bands)]],

    multiplyAdds: (layer, _, { bands, stride }) => stride * kind.multiplyAdds(layer, bands),

    apply(layer, x, _weights, [before], { input, stride }) {
      const [batch, inputColumns, bands] = input.shape;
      const columns = x.shape[1]!;
      const { descriptor, ...scratch } = instanceOf(layer, bands);
      const [values, length] = [kind.values(layer, bands), before!.shape[1]!];
      const inputs = tensorValues(input);
      const states = scratch.states.view(batch * length);
      const outputs = scratch.outputs.view(batch * columns * values);
      states.set(tensorValues(before!));
      for (let stream = 0; stream < batch; stream++) {
        const state = states.subarray(stream * length, (stream + 1) * length);
        for (let column = 0; column < columns; column++) {
          const first = stream * inputColumns + column * stride;
          for (let offset = 0; offset < stride; offset++) descriptor.update(inputs, (first + offset) * bands, state);
          descriptor.write(state, outputs, (stream * columns + column) * values);
        }
      }
      return { y: tf.concat([x, tf.tensor3d(outputs, [batch, columns, values])], 2), state: [tf.tensor2d(states, [batch, length])] };
    },
  };
}
