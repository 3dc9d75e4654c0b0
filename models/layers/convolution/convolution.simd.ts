/** `conv2d.ts` for 3 × 3 kernels, on the SIMD kernels of `convolution.as.ts`. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Conv2d } from './conv2d.js';
import type { DescribedLayer } from '../../network.js';
import type { Rows, Target } from '../../kernels/rows.js';
import type { StateSlots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded, writePanels, writeTransformed } from '../../kernels/weights.js';

/** Columns before the new ones that the convolution needs. */
const TAIL = 2;

/** Limit of transformed inputs and products per pass, so that they fit the CPU's inner caches. */
const VALUES_AT_ONCE = 14_000;

/** Scratch buffers shared by all convolutions of a network. */
export interface Workspace {
  planes: WasmArray;
  products: WasmArray;
}

/** Whether the SIMD kernels support the layer. @param isFirst whether it is the network's first layer, which has a single channel */
export function canConvolve({ kernel, pool }: Conv2d, { bands }: DescribedLayer['input'], isFirst: boolean): boolean {
  return kernel[0] === 3 && kernel[1] === 3 && (isFirst || (bands % 4 === 0 && (pool === 1 || pool === 2 || pool === 4)));
}

/**
 * Number of streams per pass, chosen so that full passes have a multiple of four rows: `gemm` computes four at once.
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
  target!: Target;
  /** Streams per pass. */
  #streamsAtOnce!: number;
  /** Workspace lengths that this layer needs; set by `reserve`. */
  workspaceLengths!: { readonly planes: number; readonly products: number };

  /** @param isFirst whether it is the network's first layer, which has a single channel */
  constructor(layer: Conv2d, described: DescribedLayer, [kernel, bias]: readonly Float32Array[], isFirst: boolean, slots: StateSlots, workspace: Workspace) {
    this.#layer = layer;
    this.#described = described;
    this.#kernel = kernel!;
    this.#biases = bias!;
    this.#workspace = workspace;
    this.#isFirst = isFirst;
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
    const { input: { bands, channels }, stride } = this.#described;
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
      const tiles = bands / 4;
      const [planes, products] = [6 * (TAIL + columns) * tiles * this.#channels, 6 * columns * tiles * filters];
      this.#streamsAtOnce = streamsAtOnce(streams, planes + products, columns * tiles);
      this.workspaceLengths = { planes: this.#streamsAtOnce * planes, products: this.#streamsAtOnce * products };
      this.#weights = memory.reserve(18 * this.#channels * filters);
      writeTransformed(this.#kernel, channels, this.#layer.filters, this.#weights.values);
    }
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
    } else {
      kernels.convolution(x, columns, streams, this.#streamsAtOnce, bands, this.#channels, this.#weights.address, this.#bias.address, this.#zeros.address, filters, pool, poolColumns, planes.address, products.address, y);
    }
    copyTails(columns, 1);
  }
}
