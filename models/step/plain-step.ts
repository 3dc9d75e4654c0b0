/**
 * `Step` in plain loops, without WebAssembly or TensorFlow.js: for pages whose Content Security Policy
 * forbids WebAssembly, and browsers without SIMD. One stream at a time, several times the cost of the kernels.
 */
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { plainConv2d } from '../layers/convolution/conv2d.plain.js';
import { plainDense } from '../layers/dense/dense.plain.js';
import { cepstralCorrelationsDescriptor } from '../layers/descriptors/cepstral-correlations.js';
import { plainDescriptor } from '../layers/descriptors/descriptor.plain.js';
import { inputStatisticsDescriptor } from '../layers/descriptors/input-statistics.js';
import { onsetAutocorrelationDescriptor } from '../layers/descriptors/onset-autocorrelation.js';
import type { PlainLayer } from '../layers/plain-layer.js';
import { plainRecurrent } from '../layers/recurrent/recurrent.plain.js';
import { plainStatistics } from '../layers/statistics/statistics.plain.js';
import type { Bundle } from '../model-folder.js';
import { describe, product, weightValues, type DescribedLayer } from '../network.js';
import { Probabilities } from './probabilities.js';

export class PlainStep {
  readonly #bands: number;
  readonly #stride: number;
  readonly #stateLength: number;
  readonly #outputs: number;
  readonly #probabilities: Probabilities;
  readonly #layers: readonly { readonly layer: PlainLayer; readonly stride: number; readonly stateLength: number }[];
  readonly #input = new ScratchBuffer();
  readonly #scores = new ScratchBuffer();

  constructor({ manifest, weights }: Bundle) {
    this.#bands = manifest.frontEnd.bands;
    const { layers, stride, stateLength, outputs } = describe(manifest.layers, this.#bands);
    this.#stride = stride;
    this.#stateLength = stateLength;
    this.#outputs = outputs;
    this.#probabilities = new Probabilities(manifest, outputs);
    const values = weightValues(layers, weights);
    this.#layers = layers.map((described, index) => ({
      layer: plainLayer(described, values[index]!, this.#bands),
      stride: described.stride,
      stateLength: described.state.reduce((sum, shape) => sum + product(shape), 0),
    }));
  }

  /** As `Step.newState`; states are interchangeable with those of `Step`. */
  newState(): Float32Array {
    return new Float32Array(this.#stateLength);
  }

  /** As `Step.run`. */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    const scores = this.#scores.view(blocks.length * this.#outputs);
    blocks.forEach((block, index) => {
      const input = this.#filled(block);
      const columns = input.length / this.#bands;
      let x = input;
      let at = 0;
      for (const { layer, stride, stateLength } of this.#layers) x = layer.run(x, columns / stride, states[index]!.subarray(at, at += stateLength), input);
      scores.set(x.subarray(x.length - this.#outputs), index * this.#outputs);
    });
    this.#probabilities.apply(scores);
    return scores;
  }

  /** The block's columns, the last one repeated to fill the stride. */
  #filled(block: Float32Array): Float32Array {
    const bands = this.#bands;
    const columns = this.#stride * Math.ceil(block.length / bands / this.#stride);
    const input = this.#input.view(columns * bands);
    input.set(block);
    for (let at = block.length; at < input.length; at += bands) input.copyWithin(at, block.length - bands, block.length);
    return input;
  }
}

function plainLayer({ layer, input, stride }: DescribedLayer, weights: readonly Float32Array[], bands: number): PlainLayer {
  switch (layer.type) {
    case 'conv2d': return plainConv2d(layer, input, weights);
    case 'dense': return plainDense(layer, weights);
    case 'gru':
    case 'lstm': return plainRecurrent(layer, weights);
    case 'statistics': return plainStatistics(layer);
    case 'inputStatistics': return plainDescriptor(inputStatisticsDescriptor, layer, bands, stride);
    case 'cepstralCorrelations': return plainDescriptor(cepstralCorrelationsDescriptor, layer, bands, stride);
    case 'onsetAutocorrelation': return plainDescriptor(onsetAutocorrelationDescriptor, layer, bands, stride);
  }
}
