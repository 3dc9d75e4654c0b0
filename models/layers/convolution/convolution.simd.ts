/** `conv2d.ts` with kernels of 3 × 3, on `models/layers/convolution/convolution.as.ts`. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Conv2d } from './conv2d.js';
import type { DescribedLayer } from '../../network.js';
import type { Rows, Target } from '../../kernels/rows.js';
import type { Slots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded, writePanels, writeTransformed } from '../../kernels/weights.js';

/** Columns before the new ones that a kernel sees. */
const TAIL = 2;

/** Numbers that a convolution works on at once, transforms and products: more would leave the near caches. */
const MOST_AT_ONCE = 14_000;

/** Room that all convolutions of a network use in turn. */
export interface Workspace {
  planes: WasmArray;
  products: WasmArray;
}

/** Whether the kernels can do it. @param isFirst layer of the network, which has a single channel */
export function canConvolve({ kernel, pool }: Conv2d, { bands }: DescribedLayer['input'], isFirst: boolean): boolean {
  return kernel[0] === 3 && kernel[1] === 3 && (isFirst || (bands % 4 === 0 && (pool === 1 || pool === 2 || pool === 4)));
}

/** How many streams are done at once, each of so many numbers and rows: matrix products go by four rows. */
function together(streams: number, numbers: number, rows: number): number {
  const step = rows % 4 === 0 ? 1 : rows % 2 === 0 ? 2 : 4;
  return Math.min(streams, step * Math.max(1, Math.floor(MOST_AT_ONCE / numbers / step)));
}

export class ConvolutionStage implements Stage, Target {
  readonly #layer: Conv2d;
  readonly #described: DescribedLayer;
  readonly #kernel: Float32Array;
  readonly #biases: Float32Array;
  readonly #isFirst: boolean;
  readonly #slotAt: number;
  readonly #workspace: Workspace;
  /** Numbers of a band: its channels, filled up but for the first layer's single one. */
  readonly #channels: number;
  /** Numbers before the first band, and behind the last. */
  readonly #margin: number;
  /** [tail + columns][streams][bands][channels]; in the first layer with a zero on both sides of the bands */
  #x!: WasmArray;
  #weights!: WasmArray;
  #bias!: WasmArray;
  #zeros!: WasmArray;
  target!: Target;
  /** Streams that are done at once. */
  #together!: number;
  /** How much of the workspace it needs, once it is reserved. */
  workspaceLengths!: { readonly planes: number; readonly products: number };

  /** @param isFirst layer of the network, which has a single channel */
  constructor(layer: Conv2d, described: DescribedLayer, [kernel, bias]: readonly Float32Array[], isFirst: boolean, slots: Slots, workspace: Workspace) {
    this.#layer = layer;
    this.#described = described;
    this.#kernel = kernel!;
    this.#biases = bias!;
    this.#workspace = workspace;
    this.#isFirst = isFirst;
    this.#channels = isFirst ? 1 : padded(described.input.channels);
    this.#margin = isFirst ? 1 : 0;
    const { bands, channels } = described.input;
    this.#slotAt = 4 * (isFirst ? slots.append(1, TAIL * bands) : slots.append(TAIL * bands, channels, true));
  }

  get rowBytes(): number {
    return 4 * (this.#described.input.bands * this.#channels + 2 * this.#margin);
  }

  /** Where the numbers of a new column begin, for who writes them one by one. */
  startOf(column: number, stream: number, streams: number): number {
    return (((TAIL + column) * streams + stream) * this.rowBytes) / 4 + this.#margin;
  }

  get values(): Float32Array {
    return this.#x.values;
  }

  address(streams: number): number {
    return this.#x.address + TAIL * streams * this.rowBytes + 4 * this.#margin;
  }

  /** The rows that a flat layer behind this one gets. */
  appendTo(rows: Rows): void {
    const { bands, channels } = this.#described.output;
    rows.appendGroups(bands, channels);
  }

  reserve(memory: Memory, { streams, columns: given }: { streams: number; columns: number }): void {
    const { input: { bands, channels }, stride } = this.#described;
    const filters = padded(this.#layer.filters);
    const columns = given / stride;
    this.#x = memory.reserve((TAIL + columns) * streams * (this.rowBytes / 4));
    this.#bias = memory.reserve(filters);
    this.#bias.values.set(this.#biases);
    this.#zeros = memory.reserve(filters);
    if (this.#isFirst) {
      this.workspaceLengths = { planes: 0, products: this.#layer.poolColumns * streams * (2 + bands) * filters };
      this.#weights = memory.reserve(9 * filters);
      const own = this.#layer.filters;
      writePanels({ rows: 9, columns: filters, at: (tap, filter) => (filter < own ? this.#kernel[tap * own + filter]! : 0) }, this.#weights.values);
    } else {
      const tiles = bands / 4;
      const [planes, products] = [6 * (TAIL + columns) * tiles * this.#channels, 6 * columns * tiles * filters];
      this.#together = together(streams, planes + products, columns * tiles);
      this.workspaceLengths = { planes: this.#together * planes, products: this.#together * products };
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
    const tails = (column: number, isBack: 0 | 1): void => {
      kernels.copyTails(this.#x.address + column * row + 4 * this.#margin, TAIL, streams, bytes, this.rowBytes, slots.address + this.#slotAt, slots.bytes, isBack);
    };
    tails(0, 0);
    const [x, y] = [this.#x.address, this.target.address(streams)];
    const { planes, products } = this.#workspace;
    if (this.#isFirst) {
      kernels.convolutionOfOne(x, columns, streams, bands, this.#weights.address, this.#bias.address, filters, pool, poolColumns, products.address, y);
    } else {
      kernels.convolution(x, columns, streams, this.#together, bands, this.#channels, this.#weights.address, this.#bias.address, this.#zeros.address, filters, pool, poolColumns, planes.address, products.address, y);
    }
    tails(columns, 1);
  }
}
