/** `conv2d.ts` for 3 × 3 kernels, on the SIMD kernels of `convolution.as.ts`. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Conv2d } from './conv2d.js';
import type { DescribedLayer } from '../../network.js';
import type { Rows, Target } from '../../kernels/rows.js';
import type { StateSlots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { factorOf, writePanels16 } from '../../kernels/products16.js';
import { padded, transformed, writePanels } from '../../kernels/weights.js';

/** Columns before the new ones that the convolution needs. */
const TAIL = 2;

/** Limit of transformed inputs and products per pass, so that they fit the CPU's inner caches. */
const VALUES_AT_ONCE = 14_000;

/**
 * Bounds of the six Winograd-transformed inputs relative to the largest input, which is at least 0 after
 * a ReLU: sums of the positive or of the negative coefficients.
 */
const TRANSFORM_BOUNDS = [5, 8, 5, 3, 3, 5];

/** Scratch buffers shared by all convolutions of a network. */
export interface Workspace {
  planes: WasmArray;
  products: WasmArray;
}

/** Whether the SIMD kernels support the layer. @param isFirst whether it is the network's first layer, which has a single channel */
export function canConvolve({ kernel, pool }: Conv2d, { bands }: DescribedLayer['input'], isFirst: boolean): boolean {
  return kernel[0] === 3 && kernel[1] === 3 && (isFirst || (bands % 4 === 0 && (pool === 1 || pool === 2 || pool === 4)));
}

/** What products in 16 bits need beside weights and bias. */
interface Quantisation {
  /** [6] of the transformed inputs. */
  readonly factors: WasmArray;
  /** [6][filters] */
  readonly scales: WasmArray;
  readonly scratch: WasmArray;
}

/**
 * Number of streams per pass, chosen so that full passes have a multiple of four rows: matrix products compute four at once.
 * @param values, rows of one stream
 */
function streamsAtOnce(streams: number, values: number, rows: number): number {
  const step = rows % 4 === 0 ? 1 : rows % 2 === 0 ? 2 : 4;
  return Math.min(streams, step * Math.max(1, Math.floor(VALUES_AT_ONCE / values / step)));
}

export class ConvolutionStage implements Stage, Target {
  readonly #layer: Conv2d;
  readonly #described: DescribedLayer;
  readonly #kernel: Float32Array;
  readonly #biases: Float32Array;
  readonly #isFirst: boolean;
  readonly #range: number | undefined;
  readonly #slotOffset: number;
  readonly #workspace: Workspace;
  /** Values per band: the channels, padded to a multiple of 4 except in the first layer. */
  readonly #channels: number;
  /** Zeros before the first band and after the last. */
  readonly #margin: number;
  /** [tail + columns][streams][bands][channels]; in the first layer with a zero on each side of the bands */
  #x!: WasmArray;
  #weights!: WasmArray;
  #bias!: WasmArray;
  #zeros!: WasmArray;
  #quantisation: Quantisation | undefined;
  target!: Target;
  /** Streams per pass. */
  #streamsAtOnce!: number;
  /** Workspace lengths that this layer needs; set by `reserve`. */
  workspaceLengths!: { readonly planes: number; readonly products: number };

  /**
   * @param isFirst whether it is the network's first layer, which has a single channel
   * @param range of the input, for products in 16 bits; the first layer has none
   */
  constructor(layer: Conv2d, described: DescribedLayer, [kernel, bias]: readonly Float32Array[], isFirst: boolean, slots: StateSlots, workspace: Workspace, range: number | undefined) {
    this.#layer = layer;
    this.#described = described;
    this.#kernel = kernel!;
    this.#biases = bias!;
    this.#workspace = workspace;
    this.#isFirst = isFirst;
    this.#range = isFirst ? undefined : range;
    this.#channels = isFirst ? 1 : padded(described.input.channels);
    this.#margin = isFirst ? 1 : 0;
    const { bands, channels } = described.input;
    this.#slotOffset = 4 * (isFirst ? slots.append(1, TAIL * bands) : slots.append(TAIL * bands, channels, true));
  }

  get rowBytes(): number {
    return 4 * (this.#described.input.bands * this.#channels + 2 * this.#margin);
  }

  /** Index in `values` of the first value of a new column. */
  startOf(column: number, stream: number, streams: number): number {
    return (((TAIL + column) * streams + stream) * this.rowBytes) / 4 + this.#margin;
  }

  get values(): Float32Array {
    return this.#x.values;
  }

  address(streams: number): number {
    return this.#x.address + TAIL * streams * this.rowBytes + 4 * this.#margin;
  }

  /** Appends this layer's output to the rows that a following flat layer reads. */
  appendTo(rows: Rows): void {
    const { bands, channels } = this.#described.output;
    rows.appendGroups(bands, channels);
  }

  reserve(memory: Memory, { streams, columns: inputColumns }: { streams: number; columns: number }): void {
    const { input: { bands }, stride } = this.#described;
    const filters = padded(this.#layer.filters);
    const columns = inputColumns / stride;
    this.#x = memory.reserve((TAIL + columns) * streams * (this.rowBytes / 4));
    this.#bias = memory.reserve(filters);
    this.#bias.values.set(this.#biases);
    this.#zeros = memory.reserve(filters);
    if (this.#isFirst) {
      this.workspaceLengths = { planes: 0, products: this.#layer.poolColumns * streams * (2 + bands) * filters };
      this.#weights = memory.reserve(9 * filters);
      const count = this.#layer.filters;
      writePanels({ rows: 9, columns: filters, at: (tap, filter) => (filter < count ? this.#kernel[tap * count + filter]! : 0) }, this.#weights.values);
    } else {
      this.#reserveWinograd(memory, streams, columns);
    }
  }

  #reserveWinograd(memory: Memory, streams: number, columns: number): void {
    const { input: { bands, channels } } = this.#described;
    const filters = padded(this.#layer.filters);
    const tiles = bands / 4;
    const is16 = this.#range !== undefined;
    const [planes, products] = [(6 * (TAIL + columns) * tiles * this.#channels) / (is16 ? 2 : 1), 6 * columns * tiles * filters];
    const atOnce = this.#streamsAtOnce = streamsAtOnce(streams, planes + products, is16 ? tiles : columns * tiles);
    // In 16 bits a column's rows are padded to fours.
    const rowsOfStream = is16 ? padded(atOnce * tiles) / tiles : atOnce;
    this.workspaceLengths = { planes: rowsOfStream * planes, products: rowsOfStream * products };
    const matrices = transformed(this.#kernel, channels, this.#layer.filters);
    const length = 3 * this.#channels * filters;
    this.#weights = memory.reserve((6 * length) / (is16 ? 2 : 1));
    if (this.#range === undefined) {
      matrices.forEach((matrix, point) => writePanels(matrix, this.#weights.values, point * length));
      return;
    }
    const range = this.#range;
    const [factors, scales, scratch] = [memory.reserve(6), memory.reserve(6 * filters), memory.reserve(12 * this.#channels)];
    matrices.forEach((matrix, point) => {
      const factor = factors.values[point] = factorOf(range * TRANSFORM_BOUNDS[point]!);
      writePanels16(matrix, factor, new Int16Array(this.#weights.values.buffer, 2 * point * length, length), scales.values.subarray(point * filters, (point + 1) * filters));
    });
    this.#quantisation = { factors, scales, scratch };
  }

  run(batch: Batch): void {
    const { kernels, streams, slots } = batch;
    const { input: { bands }, stride } = this.#described;
    const { pool, poolColumns } = this.#layer;
    const filters = padded(this.#layer.filters);
    const columns = batch.columns / stride;
    const row = streams * this.rowBytes;
    const bytes = 4 * bands * this.#channels;
    const copyTails = (column: number, isBack: 0 | 1): void => {
      kernels.copyTails(this.#x.address + column * row + 4 * this.#margin, TAIL, streams, bytes, this.rowBytes, slots.address + this.#slotOffset, slots.bytes, isBack);
    };
    copyTails(0, 0);
    const [x, y] = [this.#x.address, this.target.address(streams)];
    const { planes, products } = this.#workspace;
    if (this.#isFirst) {
      kernels.convolutionSingleChannel(x, columns, streams, bands, this.#weights.address, this.#bias.address, filters, pool, poolColumns, products.address, y);
    } else if (this.#quantisation) {
      const { factors, scales, scratch } = this.#quantisation;
      kernels.convolution16(x, columns, streams, this.#streamsAtOnce, bands, this.#channels, factors.address, this.#weights.address, scales.address, this.#bias.address, this.#zeros.address, filters, pool, poolColumns, scratch.address, planes.address, products.address, y);
    } else {
      kernels.convolution(x, columns, streams, this.#streamsAtOnce, bands, this.#channels, this.#weights.address, this.#bias.address, this.#zeros.address, filters, pool, poolColumns, planes.address, products.address, y);
    }
    copyTails(columns, 1);
  }
}
