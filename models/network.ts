/**
 * The network as data: a list of layers, from which shapes, the order of the weights, the state of a
 * stream and the cost are derived. `forward` processes a whole recording in one pass; `step/`
 * applies the same layers block by block.
 */
import { cepstralCorrelations } from './layers/descriptors/cepstral-correlations.js';
import { conv2d } from './layers/convolution/conv2d.js';
import { dense } from './layers/dense/dense.js';
import { gru } from './layers/recurrent/gru.js';
import { inputStatistics } from './layers/descriptors/input-statistics.js';
import type { Layer } from './layer-schema.js';
import type { ColumnShape, LayerKind, NetworkInputShape, WeightSpec } from './layers/layer.js';
import { lstm } from './layers/recurrent/lstm.js';
import { onsetAutocorrelation } from './layers/descriptors/onset-autocorrelation.js';
import { statistics } from './layers/statistics/statistics.js';

const KINDS = { conv2d, dense, gru, lstm, statistics, inputStatistics, cepstralCorrelations, onsetAutocorrelation };

/** The functions of a layer's kind. The cast is needed because TypeScript can't infer that `layer.type` selects the matching kind. */
export function kindOf(layer: Layer): LayerKind<Layer> {
  return KINDS[layer.type] as unknown as LayerKind<Layer>;
}

export interface DescribedLayer {
  readonly layer: Layer;
  readonly input: ColumnShape;
  /** Columns of the network's input per column of this layer's input. */
  readonly stride: number;
  readonly output: ColumnShape;
  readonly weights: readonly WeightSpec[];
  /** Shapes without the batch dimension. */
  readonly state: ReadonlyArray<readonly number[]>;
}

export interface Description {
  readonly layers: readonly DescribedLayer[];
  /** Values in an output column. */
  readonly outputs: number;
  /** Input columns per output column; blocks are a multiple of it. */
  readonly stride: number;
  readonly parameters: number;
  /** Number of floats in a stream's state. */
  readonly stateLength: number;
  /** Of all layers per input column, on average. */
  readonly multiplyAdds: number;
}

/**
 * Computes shapes, weights, state and cost of a network over columns of `bands` values.
 * @throws Error if a layer can't follow the previous one
 */
export function describe(layers: readonly Layer[], bands: number): Description {
  let shape: ColumnShape = { bands, channels: 1 };
  let flat = false;
  let multiplyAdds = 0;
  let stride = 1;
  const described = layers.map((layer, index): DescribedLayer => {
    const kind = kindOf(layer);
    const input = shape;
    if (layer.type === 'conv2d' && flat) throw new Error(`Layer ${index} is a conv2d after a flat layer; convolutions must come first.`);
    if (layer.type !== 'conv2d' && layer.type !== 'dense' && !flat) {
      throw new Error(`Layer ${index} is a ${layer.type} on ${input.bands} × ${input.channels} values; put a dense layer before it.`);
    }
    flat ||= layer.type !== 'conv2d';
    const networkInput: NetworkInputShape = { bands, stride };
    shape = kind.output(layer, input, networkInput);
    if (shape.bands < 1) throw new Error(`Layer ${index} has a larger pool than its input of ${input.bands} bands.`);
    multiplyAdds += kind.multiplyAdds(layer, input, networkInput) / stride;
    stride *= kind.stride?.(layer) ?? 1;
    return { layer, input, stride: networkInput.stride, output: shape, weights: kind.weights(layer, input), state: kind.state(layer, input, networkInput) };
  });
  if (!flat) throw new Error('The last layer must be dense, with one output per label.');
  return {
    layers: described,
    outputs: shape.channels,
    stride,
    parameters: sum(described.flatMap(({ weights }) => weights.map((weight) => product(weight.shape)))),
    stateLength: sum(described.flatMap(({ state }) => state.map(product))),
    multiplyAdds,
  };
}

/** Views of each layer's weights, in the order of its weight specs. */
export function weightValues(layers: readonly DescribedLayer[], values: Float32Array): Float32Array[][] {
  let offset = 0;
  return layers.map(({ weights }) => weights.map(({ shape }) => values.subarray(offset, offset += product(shape))));
}

export function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
