/** The descriptor layers on the SIMD kernels of `descriptors.as.ts`. */
import type { Memory } from '../../../dsp/kernels/memory.js';
import { bandsOf, CEPSTRAL_EPSILON, cosine, type CepstralCorrelations } from './cepstral-correlations.js';
import type { InputStatistics } from './input-statistics.js';
import { regionEdges, type OnsetAutocorrelation } from './onset-autocorrelation.js';
import { EPSILON } from '../statistics/statistics.js';
import type { DescribedLayer } from '../../network.js';
import { MatrixProduct } from '../dense/dense.simd.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Rows, Target } from '../../kernels/rows.js';
import type { StateSlots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded } from '../../kernels/weights.js';

export type DescriptorLayer = CepstralCorrelations | InputStatistics | OnsetAutocorrelation;

/** The network's input in the layout of the first layer: [columns][streams], columns of all streams interleaved. */
export interface InputBuffer extends Target {
  readonly values: Float32Array;
  /** Index in `values` of a column's first value. */
  startOf(column: number, stream: number, streams: number): number;
}

/** The columns of one stream of a batch, its state and its output. */
interface StreamColumns {
  /** Address of the first column, and the distance between columns. */
  readonly input: number;
  readonly columnBytes: number;
  readonly stream: number;
  readonly streams: number;
  readonly columns: number;
  readonly stride: number;
  readonly state: number;
  readonly out: number;
  readonly outBytes: number;
}

/** The kernel calls of one kind of layer, with their tables. */
interface DescriptorKernel {
  /** Preprocesses the columns of all streams. */
  prepare?(kernels: Kernels, input: InputBuffer, streams: number, columns: number): void;
  run(kernels: Kernels, columns: StreamColumns): void;
}

export class DescriptorStage implements Stage {
  readonly #layer: DescriptorLayer;
  readonly #stride: number;
  readonly #bands: number;
  readonly #input: () => InputBuffer;
  readonly #rows: Rows;
  readonly #at: number;
  readonly #slotOffset: number;
  #kernel!: DescriptorKernel;

  /**
   * @param values number of values appended to the rows
   * @param input called after memory was reserved; @param bands of the input
   */
  constructor(layer: DescriptorLayer, { stride, state }: DescribedLayer, values: number, input: () => InputBuffer, bands: number, rows: Rows, slots: StateSlots) {
    this.#layer = layer;
    this.#stride = stride;
    this.#bands = bands;
    this.#input = input;
    this.#rows = rows;
    this.#at = 4 * rows.append(values);
    this.#slotOffset = 4 * slots.append(1, state[0]![0]!);
  }

  reserve(memory: Memory, max: { readonly streams: number; readonly columns: number }): void {
    this.#kernel = descriptorKernel(this.#layer, this.#bands, memory, max.streams * max.columns);
  }

  run({ kernels, slots, streams, columns }: Batch): void {
    const input = this.#input();
    const [kernel, rows, stride] = [this.#kernel, this.#rows, this.#stride];
    kernel.prepare?.(kernels, input, streams, columns);
    for (let stream = 0; stream < streams; stream++) {
      kernel.run(kernels, {
        input: input.address(streams) + stream * input.rowBytes,
        columnBytes: streams * input.rowBytes,
        stream,
        streams,
        columns,
        stride,
        state: slots.address + stream * slots.bytes + this.#slotOffset,
        out: rows.address() + stream * rows.rowBytes + this.#at,
        outBytes: streams * rows.rowBytes,
      });
    }
  }
}

/** @param maxColumns of all streams of a batch */
function descriptorKernel(layer: DescriptorLayer, bands: number, memory: Memory, maxColumns: number): DescriptorKernel {
  const alpha = 1 / layer.memoryColumns;
  switch (layer.type) {
    case 'inputStatistics':
      return {
        run: (kernels, { input, columnBytes, columns, stride, state, out, outBytes }) => {
          kernels.inputStatistics(input, columnBytes, columns, stride, state, out, outBytes, bands, alpha, EPSILON);
        },
      };
    case 'cepstralCorrelations':
      return cepstralKernel(layer, bands, memory, maxColumns);
    case 'onsetAutocorrelation': {
      const { regions, lags } = layer;
      const edges = memory.reserve(regions + 1);
      new Uint32Array(edges.values.buffer).set(regionEdges(regions, bands));
      const onsets = memory.reserve(regions);
      return {
        run: (kernels, { input, columnBytes, columns, stride, state, out, outBytes }) => {
          kernels.onsetAutocorrelation(input, columnBytes, columns, stride, state, out, outBytes, bands, edges.address, regions, lags, alpha, EPSILON, onsets.address);
        },
      };
    }
  }
}

/** The cepstra of a whole batch are one matrix product. */
function cepstralKernel(layer: CepstralCorrelations, bands: number, memory: Memory, maxColumns: number): DescriptorKernel {
  const { of, coefficients, memoryColumns } = layer;
  const first = of === 'levels' ? 1 : 0;
  const used = bandsOf(layer, bands);
  const cosines = Float32Array.from({ length: used * coefficients }, (_, index) => cosine(first + (index % coefficients), Math.floor(index / coefficients), used));
  const lowest = Array.from({ length: used }, (_, band) => band);
  const product = new MatrixProduct(memory, cosines, lowest, bands, 1, coefficients, undefined);
  const cepstra = memory.reserve(maxColumns * padded(coefficients));
  const values = memory.reserve(2 * coefficients);
  const rowBytes = 4 * padded(coefficients);
  return {
    prepare: (kernels, input, streams, columns) => product.run(kernels, input.address(streams), input.rowBytes, streams * columns, cepstra.address, rowBytes),
    run: (kernels, { stream, streams, columns, stride, state, out, outBytes }) => {
      kernels.correlations(cepstra.address + stream * rowBytes, streams * rowBytes, columns, stride, state, out, outBytes, coefficients, of === 'steps' ? 1 : 0, 1 / memoryColumns, CEPSTRAL_EPSILON, values.address);
    },
  };
}
