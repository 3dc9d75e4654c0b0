/**
 * The network on one block of each of many streams, with explicit state: one gather, one batched
 * pass, one scatter. Columns, convolution tails, GRU state and running statistics are carried, so
 * no column is computed twice and blocks of any size give the scores of one pass.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../tensorflow/backend.js';
import type { Bundle } from '../model-folder.js';
import { applyLayers, describe, product, weightTensors, type Description } from '../network.js';
import { Probabilities } from './probabilities.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';

/** A network ready to step streams. Owns its weights' tensors until `dispose`. */
export class Step {
  readonly #description: Description;
  readonly #weights: tf.Tensor[][];
  readonly #probabilities: Probabilities;
  readonly #bands: number;
  readonly #blocks = new ScratchBuffer();
  /** One for each state of each layer, [batch × length]. */
  readonly #states: readonly ScratchBuffer[];
  readonly #scores = new ScratchBuffer();

  constructor({ manifest, weights }: Bundle) {
    this.#bands = manifest.frontEnd.bands;
    this.#description = describe(manifest.layers, this.#bands);
    this.#weights = weightTensors(this.#description, weights);
    this.#states = this.#description.layers.flatMap(({ state }) => state.map(() => new ScratchBuffer()));
    this.#probabilities = new Probabilities(manifest);
  }

  /** The state of a stream that has heard nothing. */
  newState(): Float32Array {
    return new Float32Array(this.#description.stateLength);
  }

  /**
   * @param blocks each [columns × bands] normalised levels; all of one length, a multiple of the
   *   network's stride but at the end of a stream, where the last column is repeated up to one
   * @param states one for each block, from `newState`; updated in place
   * @returns [batch × (labels + kinds)] calibrated probabilities at the end of each block; those of
   *   the labels add up to 1, and those of the kinds do. A view, valid until the next call
   */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    const batch = blocks.length;
    const { stride } = this.#description;
    const given = blocks[0]!.length;
    const blockLength = Math.ceil(given / (stride * this.#bands)) * stride * this.#bands;
    const input = this.#blocks.view(batch * blockLength);
    for (let stream = 0; stream < batch; stream++) {
      const block = blocks[stream]!;
      const start = stream * blockLength;
      input.set(block, start);
      for (let at = given; at < blockLength; at += this.#bands) input.set(block.subarray(given - this.#bands), start + at);
    }

    // Read out inside and kept outside: tidy walks all that it is handed back, number by number.
    const { outputs } = this.#description;
    const scores = this.#scores.view(batch * outputs);
    tf.tidy(() => {
      const x = tf.tensor3d(input, [batch, blockLength / this.#bands, this.#bands]);
      const { y, states: next } = applyLayers(this.#description.layers, this.#weights, x, this.#gather(states));
      const columns = y.shape[1]!;
      const all = valuesOf(y);
      for (let stream = 0; stream < batch; stream++) {
        const end = (stream + 1) * columns * outputs;
        scores.set(all.subarray(end - outputs, end), stream * outputs);
      }
      scatter(next.flat(), states);
    });

    // A dozen values a stream: cheaper in a loop than as a kernel each of slices, softmaxes and their join.
    this.#probabilities.apply(scores);
    return scores;
  }

  dispose(): void {
    tf.dispose(this.#weights);
  }

  /**
   * The streams' states as the tensors of each layer, gathered here: sliced from one tensor of all
   * they would be copied twice.
   */
  #gather(states: readonly Float32Array[]): tf.Tensor[][] {
    const batch = states.length;
    let offset = 0;
    let index = 0;
    return this.#description.layers.map(({ state }) => state.map((shape) => {
      const length = product(shape);
      const own = this.#states[index++]!.view(batch * length);
      for (let stream = 0; stream < batch; stream++) own.set(states[stream]!.subarray(offset, offset + length), stream * length);
      offset += length;
      return tf.tensor(own, [batch, ...shape]);
    }));
  }
}

/** The other way: what each layer carries on, back into the streams' states. */
function scatter(parts: readonly tf.Tensor[], states: readonly Float32Array[]): void {
  let offset = 0;
  for (const part of parts) {
    const values = valuesOf(part);
    const length = part.size / states.length;
    for (let stream = 0; stream < states.length; stream++) states[stream]!.set(values.subarray(stream * length, (stream + 1) * length), offset);
    offset += length;
  }
}
