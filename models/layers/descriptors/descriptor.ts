/**
 * Layers without weights that look past those before them, at what the whole network is given, and
 * put what they find beside what they get: a shortcut that keeps the sound itself in sight (as the
 * skip connections of He et al. 2016). No gradient flows through them, and each column is a few
 * thousand plain operations, so they are loops over numbers, stream by stream: as tensors they were
 * a hundred small kernels a block.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../../tensorflow/backend.js';
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import type { LayerKind } from '../layer.js';

/** A kind of such layers. */
export interface Descriptor<L extends object> {
  /**
   * Values that it puts beside the others.
   * @param bands values in a column that the network is given
   * @throws Error when those are too few
   */
  values(layer: L, bands: number): number;
  /** Numbers that it carries from column to column; zeros mean that nothing came before. */
  stateLength(layer: L, bands: number): number;
  /** For one column that the network is given. */
  multiplyAdds(layer: L, bands: number): number;
  listener(layer: L, bands: number): Listener;
}

/** One layer's ears: what can be known before any sound is there, and room to work in. Shared by all streams. */
export interface Listener {
  /** Takes the column of `sound` that begins at `start` into `state`. */
  hear(sound: Float32Array, start: number, state: Float32Array): void;
  /** Writes what is known after the last column into `out`, from `start` on. */
  tell(state: Float32Array, out: Float32Array, start: number): void;
}

/** What a layer of one kind needs to listen. */
interface Ears {
  readonly bands: number;
  readonly listener: Listener;
  readonly states: ScratchBuffer;
  readonly found: ScratchBuffer;
}

export function besideLayer<L extends object>(descriptor: Descriptor<L>): LayerKind<L> {
  const all = new WeakMap<L, Ears>();
  const earsOf = (layer: L, bands: number): Ears => {
    const known = all.get(layer);
    if (known?.bands === bands) return known;
    const ears = { bands, listener: descriptor.listener(layer, bands), states: new ScratchBuffer(), found: new ScratchBuffer() };
    all.set(layer, ears);
    return ears;
  };
  return {
    output: (layer, { bands, channels }, given) => ({ bands: 1, channels: bands * channels + descriptor.values(layer, given.bands) }),

    weights: () => [],

    state: (layer, _, { bands }) => [[descriptor.stateLength(layer, bands)]],

    multiplyAdds: (layer, _, { bands, stride }) => stride * descriptor.multiplyAdds(layer, bands),

    apply(layer, x, _weights, [before], { input, stride }) {
      const [batch, given, bands] = input.shape;
      const columns = x.shape[1]!;
      const { listener, ...scratch } = earsOf(layer, bands);
      const [values, length] = [descriptor.values(layer, bands), before!.shape[1]!];
      const sound = valuesOf(input);
      const states = scratch.states.view(batch * length);
      const found = scratch.found.view(batch * columns * values);
      states.set(valuesOf(before!));
      for (let stream = 0; stream < batch; stream++) {
        const state = states.subarray(stream * length, (stream + 1) * length);
        for (let column = 0; column < columns; column++) {
          const first = stream * given + column * stride;
          for (let offset = 0; offset < stride; offset++) listener.hear(sound, (first + offset) * bands, state);
          listener.tell(state, found, (stream * columns + column) * values);
        }
      }
      return { y: tf.concat([x, tf.tensor3d(found, [batch, columns, values])], 2), state: [tf.tensor2d(states, [batch, length])] };
    },
  };
}
