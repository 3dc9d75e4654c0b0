/** Descriptor layers between layers of TensorFlow.js: plain loops over the tensors' values, stream by stream. */
import * as tf from '@tensorflow/tfjs-core';
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import { tensorValues } from '../../tensorflow/tensor-values.js';
import type { ApplyLayer } from '../apply-layer.js';
import type { Descriptor, RunningDescriptor } from './descriptor.js';

/** A layer's computation for one number of bands, and its scratch buffers. */
interface Instance {
  readonly bands: number;
  readonly descriptor: RunningDescriptor;
  readonly states: ScratchBuffer;
  readonly outputs: ScratchBuffer;
}

export function applyDescriptor<L extends object>(kind: Descriptor<L>): ApplyLayer<L> {
  const instances = new WeakMap<L, Instance>();
  const instanceOf = (layer: L, bands: number): Instance => {
    const cached = instances.get(layer);
    if (cached?.bands === bands) return cached;
    const instance = { bands, descriptor: kind.create(layer, bands), states: new ScratchBuffer(), outputs: new ScratchBuffer() };
    instances.set(layer, instance);
    return instance;
  };
  return (layer, x, _weights, [before], { input, stride }) => {
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
  };
}
