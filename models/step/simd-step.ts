/**
 * `Step` without tensors: the network's layers on kernels of our own, for servers on WebAssembly.
 * Batches go through in groups whose numbers stay in the processor's cache; convolutions take half
 * the products (`models/layers/convolution/convolution.as.ts`); layers write where the next one reads; and what
 * streams carry is copied once in and once out.
 */
import { Memory } from '../../dsp/kernels/memory.js';
import type { Bundle } from '../model-folder.js';
import { describe, weightValues, type DescribedLayer, type Layer } from '../network.js';
import { Probabilities } from './probabilities.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { BesideStage, type Sound } from '../layers/descriptors/descriptors.simd.js';
import { canConvolve, ConvolutionStage, type Workspace } from '../layers/convolution/convolution.simd.js';
import { DenseStage } from '../layers/dense/dense.simd.js';
import { kernelsIn, type Kernels } from '../kernels/kernels.js';
import { RecurrentStage } from '../layers/recurrent/recurrent.simd.js';
import { Rows } from '../kernels/rows.js';
import { Slots } from '../kernels/state-slots.js';
import type { Stage } from '../kernels/stage.js';
import { StatisticsStage } from '../layers/statistics/statistics.simd.js';

/** Streams that go through together: more would push their own numbers out of the cache, fewer read the weights more often. */
const GROUP = 8;

/** Whether all layers of a model are such as `SimdStep` knows; else `Step` does it. */
export function canStepSimd({ manifest: { layers, frontEnd } }: Pick<Bundle, 'manifest'>): boolean {
  return describe(layers, frontEnd.bands).layers.every(({ layer, input }, index) => layer.type !== 'conv2d' || canConvolve(layer, input, index === 0));
}

export class SimdStep {
  readonly #bands: number;
  readonly #stride: number;
  readonly #stateLength: number;
  readonly #outputs: number;
  readonly #probabilities: Probabilities;
  /** Columns that go through at once; longer blocks go in parts. */
  readonly #most: number;
  readonly #kernels: Kernels;
  readonly #stages: readonly Stage[];
  readonly #slots: Slots;
  readonly #input: Sound;
  readonly #last: Rows;
  readonly #scores = new ScratchBuffer();

  /** @throws Error unless `canStepSimd` */
  constructor(bundle: Bundle) {
    if (!canStepSimd(bundle)) throw new Error(`The layers of ${bundle.manifest.name} are more than the kernels of models can do; use Step.`);
    const { manifest, weights } = bundle;
    const { frontEnd: { bands }, blockColumns } = manifest;
    const { layers, stride, stateLength, outputs } = describe(manifest.layers, bands);
    this.#bands = bands;
    this.#stride = stride;
    this.#stateLength = stateLength;
    this.#outputs = outputs;
    this.#probabilities = new Probabilities(manifest);
    this.#most = stride * Math.ceil(blockColumns / stride);

    const network = new Stages(layers, weights, bands);
    const memory = new Memory();
    network.reserve(memory, { streams: GROUP, columns: this.#most });
    this.#kernels = kernelsIn(memory);
    this.#stages = network.stages;
    this.#slots = network.slots;
    this.#input = network.input;
    this.#last = network.last;
  }

  /** As `Step.newState`; a state may go from one to the other. */
  newState(): Float32Array {
    return new Float32Array(this.#stateLength);
  }

  /** As `Step.run`. */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array {
    const given = blocks[0]!.length / this.#bands;
    const columns = this.#stride * Math.ceil(given / this.#stride);
    const scores = this.#scores.view(blocks.length * this.#outputs);
    for (let first = 0; first < blocks.length; first += GROUP) {
      const streams = Math.min(GROUP, blocks.length - first);
      for (let stream = 0; stream < streams; stream++) this.#slots.load(stream, states[first + stream]!);
      for (let from = 0; from < columns; from += this.#most) {
        const part = Math.min(this.#most, columns - from);
        this.#hear(blocks, first, streams, from, part, given);
        const batch = { kernels: this.#kernels, slots: this.#slots, streams, columns: part };
        for (const stage of this.#stages) stage.run(batch);
        if (from + part === columns) this.#tell(scores, first, streams, part);
      }
      for (let stream = 0; stream < streams; stream++) this.#slots.store(stream, states[first + stream]!);
    }
    this.#probabilities.apply(scores);
    return scores;
  }

  /** Columns of blocks to where the first layer reads; what is missing at the end repeats the last one. */
  #hear(blocks: readonly Float32Array[], first: number, streams: number, from: number, columns: number, given: number): void {
    const bands = this.#bands;
    const { values } = this.#input;
    for (let stream = 0; stream < streams; stream++) {
      const block = blocks[first + stream]!;
      for (let column = 0; column < columns; column++) {
        const at = Math.min(from + column, given - 1) * bands;
        const to = this.#input.startOf(column, stream, streams);
        for (let band = 0; band < bands; band++) values[to + band] = block[at + band]!;
      }
    }
  }

  /** What the last layer says after the last column. */
  #tell(scores: Float32Array, first: number, streams: number, columns: number): void {
    const { values, width, positions } = this.#last;
    const row = (columns / this.#stride - 1) * streams;
    for (let stream = 0; stream < streams; stream++) {
      const from = (row + stream) * width;
      const to = (first + stream) * this.#outputs;
      for (let output = 0; output < this.#outputs; output++) scores[to + output] = values[from + positions[output]!]!;
    }
  }
}

/** A network's layers as stages, each wired to the next. */
class Stages {
  readonly stages: Stage[] = [];
  readonly slots = new Slots();
  readonly input: Sound;
  last: Rows;
  readonly #rows: Array<{ readonly rows: Rows; readonly stride: number }> = [];
  readonly #convolutions: ConvolutionStage[] = [];
  readonly #workspace = {} as Workspace;

  constructor(layers: readonly DescribedLayer[], weights: Float32Array, bands: number) {
    const first = layers[0]!.layer;
    const given = new Rows();
    if (first.type !== 'conv2d') {
      given.append(bands);
      this.#keep(given, 1);
    }
    this.last = given;
    let before: ConvolutionStage | undefined;
    const values = weightValues(layers, weights);
    for (const [index, described] of layers.entries()) {
      const { layer, stride } = described;
      const own = values[index]!;
      if (layer.type === 'conv2d') {
        const stage = new ConvolutionStage(layer, described, own, index === 0, this.slots, this.#workspace);
        if (before) before.target = stage;
        this.#convolutions.push(stage);
        this.stages.push(stage);
        before = stage;
      } else {
        if (before) {
          this.last = this.#keep(new Rows(), stride);
          before.appendTo(this.last);
          before.target = this.last;
          before = undefined;
        }
        this.stages.push(this.#flat(layer, described, own, bands));
      }
    }
    const [stage] = this.stages;
    this.input = stage instanceof ConvolutionStage ? stage : {
      get values() {
        return given.values;
      },
      get rowBytes() {
        return given.rowBytes;
      },
      address: () => given.address(),
      startOf: (column, stream, streams) => (column * streams + stream) * given.width,
    };
  }

  reserve(memory: Memory, most: { readonly streams: number; readonly columns: number }): void {
    this.slots.reserve(memory, most.streams);
    for (const stage of this.stages) stage.reserve(memory, most);
    for (const { rows, stride } of this.#rows) rows.reserve(memory, (most.streams * most.columns) / stride);
    const lengths = this.#convolutions.map((stage) => stage.workspaceLengths);
    this.#workspace.planes = memory.reserve(Math.max(0, ...lengths.map(({ planes }) => planes)));
    this.#workspace.products = memory.reserve(Math.max(0, ...lengths.map(({ products }) => products)));
  }

  /** A stage that reads `last` and leaves there what it writes. */
  #flat(layer: Exclude<Layer, { type: 'conv2d' }>, described: DescribedLayer, weights: readonly Float32Array[], bands: number): Stage {
    const { stride } = described;
    const input = this.last;
    switch (layer.type) {
      case 'dense':
        return new DenseStage(layer, stride, weights, input, this.last = this.#keep(new Rows(), stride));
      case 'gru':
      case 'lstm':
        if (!layer.keepInput) this.last = this.#keep(new Rows(), stride);
        return new RecurrentStage(layer, stride, weights, input, this.last, this.slots);
      case 'statistics':
        return new StatisticsStage(layer, stride, input, this.last = this.#keep(new Rows(), stride), this.slots);
      default: {
        const values = described.output.channels - described.input.bands * described.input.channels;
        return new BesideStage(layer, described, values, () => this.input, bands, input, this.slots);
      }
    }
  }

  #keep(rows: Rows, stride: number): Rows {
    this.#rows.push({ rows, stride });
    return rows;
  }
}
