/**
 * `Step` on our own WebAssembly SIMD kernels instead of TensorFlow.js, for servers. Batches are
 * processed in groups whose values fit the CPU cache; convolutions need half the products
 * (`models/layers/convolution/convolution.as.ts`); each layer writes directly to the next layer's
 * input; and each stream's state is copied once in and once out.
 */
import { Memory } from '../../dsp/kernels/memory.js';
import type { Bundle } from '../model-folder.js';
import type { Manifest } from '../manifest.js';
import type { Layer } from '../layer-schema.js';
import { describe, type DescribedLayer, weightValues } from '../network.js';
import { Probabilities } from './probabilities.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { DescriptorStage, type InputBuffer } from '../layers/descriptors/descriptors.simd.js';
import { canConvolve, ConvolutionStage, type Workspace } from '../layers/convolution/convolution.simd.js';
import { DenseStage } from '../layers/dense/dense.simd.js';
import { ARE_PRODUCTS16_FASTER } from '../kernels/products16.js';
import { instantiateKernels, type Kernels } from '../kernels/kernels.js';
import { RecurrentStage } from '../layers/recurrent/recurrent.simd.js';
import { Rows } from '../kernels/rows.js';
import { StateSlots } from '../kernels/state-slots.js';
import type { Stage } from '../kernels/stage.js';
import { StatisticsStage } from '../layers/statistics/statistics.simd.js';

/** Streams per group: with more their values would not fit the cache, with fewer the weights are read more often. */
const GROUP = 8;

/** Whether `SimdStep` supports all layers of a model; otherwise use `Step`. */
export function canStepSimd({ manifest: { layers, frontEnd } }: Pick<Bundle, 'manifest'>): boolean {
  return describe(layers, frontEnd.bands).layers.every(({ layer, input }, index) => layer.type !== 'conv2d' || canConvolve(layer, input, index === 0));
}

export class SimdStep {
  readonly #bands: number;
  readonly #stride: number;
  readonly #stateLength: number;
  readonly #outputs: number;
  readonly #probabilities: Probabilities;
  /** Maximum number of columns per pass; longer blocks are split. */
  readonly #maxColumns: number;
  readonly #kernels: Kernels;
  readonly #stages: readonly Stage[];
  readonly #slots: StateSlots;
  readonly #input: InputBuffer;
  readonly #last: Rows;
  readonly #scores = new ScratchBuffer();

  /**
   * @param use16 whether matrix products are in 16 bits where the model has the `ranges` for it
   * @throws Error unless `canStepSimd`
   */
  constructor(bundle: Bundle, use16 = ARE_PRODUCTS16_FASTER) {
    if (!canStepSimd(bundle)) throw new Error(`The SIMD kernels do not support the layers of ${bundle.manifest.name}; use Step.`);
    const { manifest, weights } = bundle;
    const { frontEnd: { bands }, blockColumns } = manifest;
    const { layers, stride, stateLength, outputs } = describe(manifest.layers, bands);
    this.#bands = bands;
    this.#stride = stride;
    this.#stateLength = stateLength;
    this.#outputs = outputs;
    this.#probabilities = new Probabilities(manifest, outputs);
    this.#maxColumns = stride * Math.ceil(blockColumns / stride);

    const network = new Stages(layers, weights, bands, use16 ? inputRanges(manifest) : undefined);
    const memory = new Memory();
    network.reserve(memory, { streams: GROUP, columns: this.#maxColumns });
    this.#kernels = instantiateKernels(memory);
    this.#stages = network.stages;
    this.#slots = network.slots;
    this.#input = network.input;
    this.#last = network.last;
  }

  /** As `Step.newState`; states are interchangeable with those of `Step`. */
  newState(): Float32Array {
    return new Float32Array(this.#stateLength);
  }

  /** As `Step.run`. */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    const blockColumns = blocks[0]!.length / this.#bands;
    const columns = this.#stride * Math.ceil(blockColumns / this.#stride);
    const scores = this.#scores.view(blocks.length * this.#outputs);
    for (let first = 0; first < blocks.length; first += GROUP) {
      const streams = Math.min(GROUP, blocks.length - first);
      for (let stream = 0; stream < streams; stream++) this.#slots.load(stream, states[first + stream]!);
      for (let from = 0; from < columns; from += this.#maxColumns) {
        const part = Math.min(this.#maxColumns, columns - from);
        this.#loadColumns(blocks, first, streams, from, part, blockColumns);
        const batch = { kernels: this.#kernels, slots: this.#slots, streams, columns: part };
        for (const stage of this.#stages) stage.run(batch);
        if (from + part === columns) this.#storeScores(scores, first, streams, part);
      }
      for (let stream = 0; stream < streams; stream++) this.#slots.store(stream, states[first + stream]!);
    }
    this.#probabilities.apply(scores);
    return scores;
  }

  /** Copies columns of the blocks to the first layer's input; the last column is repeated to fill the stride. */
  #loadColumns(blocks: readonly Float32Array[], first: number, streams: number, from: number, columns: number, blockColumns: number): void {
    const bands = this.#bands;
    const { values } = this.#input;
    for (let stream = 0; stream < streams; stream++) {
      const block = blocks[first + stream]!;
      for (let column = 0; column < columns; column++) {
        const at = Math.min(from + column, blockColumns - 1) * bands;
        const to = this.#input.startOf(column, stream, streams);
        for (let band = 0; band < bands; band++) values[to + band] = block[at + band]!;
      }
    }
  }

  /** Copies the last layer's output for the last column to the scores. */
  #storeScores(scores: Float32Array, first: number, streams: number, columns: number): void {
    const { values, width, positions } = this.#last;
    const row = (columns / this.#stride - 1) * streams;
    for (let stream = 0; stream < streams; stream++) {
      const from = (row + stream) * width;
      const to = (first + stream) * this.#outputs;
      for (let output = 0; output < this.#outputs; output++) scores[to + output] = values[from + positions[output]!]!;
    }
  }
}

/** The largest magnitude of each layer's input; undefined if the model does not say. */
function inputRanges({ ranges, normalisation: { limitDb, scaleDb } }: Manifest): readonly number[] | undefined {
  return ranges && [limitDb / scaleDb, ...ranges];
}

/** The network's layers as stages, each writing to the input of the next. */
class Stages {
  readonly stages: Stage[] = [];
  readonly slots = new StateSlots();
  readonly input: InputBuffer;
  last: Rows;
  readonly #rows: Array<{ readonly rows: Rows; readonly stride: number }> = [];
  readonly #convolutions: ConvolutionStage[] = [];
  readonly #workspace = {} as Workspace;

  /** @param ranges of the inputs of the layers, for products in 16 bits */
  constructor(layers: readonly DescribedLayer[], weights: Float32Array, bands: number, ranges: readonly number[] | undefined) {
    const first = layers[0]!.layer;
    const inputRows = new Rows();
    if (first.type !== 'conv2d') {
      inputRows.append(bands);
      this.#addRows(inputRows, 1);
    }
    this.last = inputRows;
    let before: ConvolutionStage | undefined;
    const values = weightValues(layers, weights);
    for (const [index, described] of layers.entries()) {
      const { layer, stride } = described;
      const layerWeights = values[index]!;
      if (layer.type === 'conv2d') {
        const stage = new ConvolutionStage(layer, described, layerWeights, index === 0, this.slots, this.#workspace, ranges?.[index]);
        if (before) before.target = stage;
        this.#convolutions.push(stage);
        this.stages.push(stage);
        before = stage;
      } else {
        if (before) {
          this.last = this.#addRows(new Rows(), stride);
          before.appendTo(this.last);
          before.target = this.last;
          before = undefined;
        }
        // The last layer's few products stay in floats: its outputs are the scores.
        this.stages.push(this.#flatStage(layer, described, layerWeights, bands, index === layers.length - 1 ? undefined : ranges?.[index]));
      }
    }
    const [stage] = this.stages;
    this.input = stage instanceof ConvolutionStage ? stage : {
      get values() {
        return inputRows.values;
      },
      get rowBytes() {
        return inputRows.rowBytes;
      },
      address: () => inputRows.address(),
      startOf: (column, stream, streams) => (column * streams + stream) * inputRows.width,
    };
  }

  reserve(memory: Memory, max: { readonly streams: number; readonly columns: number }): void {
    this.slots.reserve(memory, max.streams);
    for (const stage of this.stages) stage.reserve(memory, max);
    for (const { rows, stride } of this.#rows) rows.reserve(memory, (max.streams * max.columns) / stride);
    const lengths = this.#convolutions.map((stage) => stage.workspaceLengths);
    this.#workspace.planes = memory.reserve(Math.max(0, ...lengths.map(({ planes }) => planes)));
    this.#workspace.products = memory.reserve(Math.max(0, ...lengths.map(({ products }) => products)));
  }

  /** Creates the stage of a flat layer, which reads `last` and makes `last` its output. */
  #flatStage(layer: Exclude<Layer, { type: 'conv2d' }>, described: DescribedLayer, weights: readonly Float32Array[], bands: number, range: number | undefined): Stage {
    const { stride } = described;
    const input = this.last;
    switch (layer.type) {
      case 'dense':
        return new DenseStage(layer, stride, weights, input, this.last = this.#addRows(new Rows(), stride), range);
      case 'gru':
      case 'lstm':
        if (!layer.keepInput) this.last = this.#addRows(new Rows(), stride);
        return new RecurrentStage(layer, stride, weights, input, this.last, this.slots, range);
      case 'statistics':
        return new StatisticsStage(layer, stride, input, this.last = this.#addRows(new Rows(), stride), this.slots);
      default: {
        const values = described.output.channels - described.input.bands * described.input.channels;
        return new DescriptorStage(layer, described, values, () => this.input, bands, input, this.slots);
      }
    }
  }

  #addRows(rows: Rows, stride: number): Rows {
    this.#rows.push({ rows, stride });
    return rows;
  }
}
