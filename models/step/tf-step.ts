/**
 * Incremental inference: one block of each of many streams per call, with explicit state: gather the
 * states, one batched pass, scatter the states. The last columns of convolutions, the state of
 * recurrent layers and running statistics are carried over, so no column is computed twice, and
 * blocks of any size give the same scores as one pass over the recording.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tensorValues } from '../tensorflow/tensor-values.js';
import type { Bundle } from '../model-folder.js';
import { describe, type Description, product } from '../network.js';
import { applyLayers, weightTensors } from '../tf-network.js';
import { Probabilities } from './probabilities.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';

/** A loaded network on TensorFlow.js. Owns its weight tensors until `dispose`. */
export class Step {
  readonly #description: Description;
  readonly #weights: tf.Tensor[][];
  readonly #probabilities: Probabilities;
  readonly #bands: number;
  readonly #blocks = new ScratchBuffer();
  /** One per state of each layer, [batch × length]. */
  readonly #states: readonly ScratchBuffer[];
  readonly #scores = new ScratchBuffer();

  constructor({ manifest, weights }: Bundle) {
    this.#bands = manifest.frontEnd.bands;
    this.#description = describe(manifest.layers, this.#bands);
    this.#weights = weightTensors(this.#description, weights);
    this.#states = this.#description.layers.flatMap(({ state }) => state.map(() => new ScratchBuffer()));
    this.#probabilities = new Probabilities(manifest, this.#description.outputs);
  }

  /** The state at the start of a stream. */
  newState(): Float32Array {
    return new Float32Array(this.#description.stateLength);
  }

  /**
   * @param blocks each [columns × bands] normalised levels, all of the same length: a multiple of the
   *   network's stride, except at the end of a stream, where the last column is repeated to fill a stride
   * @param states one per block, from `newState`; updated in place
   * @returns [batch × (labels + kinds + outside + tags)] calibrated probabilities at the end of each block, which
   *   sum to 1 over the labels and to 1 over the kinds. A view, valid until the next call
   */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    const batch = blocks.length;
    const { stride } = this.#description;
    const length = blocks[0]!.length;
    const blockLength = Math.ceil(length / (stride * this.#bands)) * stride * this.#bands;
    const input = this.#blocks.view(batch * blockLength);
    for (let stream = 0; stream < batch; stream++) {
      const block = blocks[stream]!;
      const start = stream * blockLength;
      input.set(block, start);
      for (let at = length; at < blockLength; at += this.#bands) input.set(block.subarray(length - this.#bands), start + at);
    }

    // The results are copied out inside tidy: it would walk a returned array element by element.
    const { outputs } = this.#description;
    const scores = this.#scores.view(batch * outputs);
    tf.tidy(() => {
      const x = tf.tensor3d(input, [batch, blockLength / this.#bands, this.#bands]);
      const { y, states: next } = applyLayers(this.#description.layers, this.#weights, x, this.#gather(states));
      const columns = y.shape[1]!;
      const all = tensorValues(y);
      for (let stream = 0; stream < batch; stream++) {
        const end = (stream + 1) * columns * outputs;
        scores.set(all.subarray(end - outputs, end), stream * outputs);
      }
      scatter(next.flat(), states);
    });

    // A dozen values per stream: a loop is cheaper than tensor slices, softmaxes and a concat.
    this.#probabilities.apply(scores);
    return scores;
  }

  dispose(): void {
    tf.dispose(this.#weights);
  }

  /**
   * Copies the streams' states to tensors, one per state of each layer. Slicing them from a single
   * tensor would copy them twice.
   */
  #gather(states: readonly Float32Array[]): tf.Tensor[][] {
    const batch = states.length;
    let offset = 0;
    let index = 0;
    return this.#description.layers.map(({ state }) => state.map((shape) => {
      const length = product(shape);
      const gathered = this.#states[index++]!.view(batch * length);
      for (let stream = 0; stream < batch; stream++) gathered.set(states[stream]!.subarray(offset, offset + length), stream * length);
      offset += length;
      return tf.tensor(gathered, [batch, ...shape]);
    }));
  }
}

/** Copies the layers' state tensors back to the streams' states. */
function scatter(parts: readonly tf.Tensor[], states: readonly Float32Array[]): void {
  let offset = 0;
  for (const part of parts) {
    const values = tensorValues(part);
    const length = part.size / states.length;
    for (let stream = 0; stream < states.length; stream++) states[stream]!.set(values.subarray(stream * length, (stream + 1) * length), offset);
    offset += length;
  }
}
