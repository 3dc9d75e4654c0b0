/** Layers of `descriptor.ts`, which listen to the sound itself, on `models/layers/descriptors/descriptors.as.ts`. */
import type { Memory } from '../../../dsp/kernels/memory.js';
import { bandsOf, CEPSTRAL_EPSILON, cosine, type CepstralCorrelations } from './cepstral-correlations.js';
import type { InputStatistics } from './input-statistics.js';
import { regionEdges, type OnsetAutocorrelation } from './onset-autocorrelation.js';
import { EPSILON } from '../statistics/statistics.js';
import type { DescribedLayer } from '../../network.js';
import { Product } from '../dense/dense.simd.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Rows, Target } from '../../kernels/rows.js';
import type { Slots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded } from '../../kernels/weights.js';

export type BesideLayer = CepstralCorrelations | InputStatistics | OnsetAutocorrelation;

/** What the network is given, as the first layer wants it: columns of all streams side by side, column after column. */
export interface Sound extends Target {
  readonly values: Float32Array;
  /** Where the numbers of a column begin. */
  startOf(column: number, stream: number, streams: number): number;
}

/** Columns of one stream of a batch, and where it goes. */
interface Heard {
  /** Address of the first column, and from one to the next. */
  readonly sound: number;
  readonly columnBytes: number;
  readonly stream: number;
  readonly streams: number;
  readonly columns: number;
  readonly stride: number;
  readonly state: number;
  readonly out: number;
  readonly outBytes: number;
}

/** The loops of one kind of layer, with their tables. */
interface Ear {
  /** Looks at the columns of all streams first. */
  prepare?(kernels: Kernels, sound: Sound, streams: number, columns: number): void;
  hear(kernels: Kernels, heard: Heard): void;
}

export class BesideStage implements Stage {
  readonly #layer: BesideLayer;
  readonly #stride: number;
  readonly #bands: number;
  readonly #sound: () => Sound;
  readonly #rows: Rows;
  readonly #at: number;
  readonly #slotAt: number;
  #ear!: Ear;

  /**
   * @param values that it puts into the rows
   * @param sound asked when all is in place; @param bands of it
   */
  constructor(layer: BesideLayer, { stride, state }: DescribedLayer, values: number, sound: () => Sound, bands: number, rows: Rows, slots: Slots) {
    this.#layer = layer;
    this.#stride = stride;
    this.#bands = bands;
    this.#sound = sound;
    this.#rows = rows;
    this.#at = 4 * rows.append(values);
    this.#slotAt = 4 * slots.append(1, state[0]![0]!);
  }

  reserve(memory: Memory, most: { readonly streams: number; readonly columns: number }): void {
    this.#ear = earOf(this.#layer, this.#bands, memory, most.streams * most.columns);
  }

  run({ kernels, slots, streams, columns }: Batch): void {
    const sound = this.#sound();
    const [ear, rows, stride] = [this.#ear, this.#rows, this.#stride];
    ear.prepare?.(kernels, sound, streams, columns);
    for (let stream = 0; stream < streams; stream++) {
      ear.hear(kernels, {
        sound: sound.address(streams) + stream * sound.rowBytes,
        columnBytes: streams * sound.rowBytes,
        stream,
        streams,
        columns,
        stride,
        state: slots.address + stream * slots.bytes + this.#slotAt,
        out: rows.address() + stream * rows.rowBytes + this.#at,
        outBytes: streams * rows.rowBytes,
      });
    }
  }
}

/** @param most columns of all streams */
function earOf(layer: BesideLayer, bands: number, memory: Memory, most: number): Ear {
  const forgetting = 1 / layer.memoryColumns;
  switch (layer.type) {
    case 'inputStatistics':
      return {
        hear: (kernels, { sound, columnBytes, columns, stride, state, out, outBytes }) => {
          kernels.inputStatistics(sound, columnBytes, columns, stride, state, out, outBytes, bands, forgetting, EPSILON);
        },
      };
    case 'cepstralCorrelations':
      return cepstralEar(layer, bands, memory, most);
    case 'onsetAutocorrelation': {
      const { regions, lags } = layer;
      const edges = memory.reserve(regions + 1);
      new Uint32Array(edges.values.buffer).set(regionEdges(regions, bands));
      const onsets = memory.reserve(regions);
      return {
        hear: (kernels, { sound, columnBytes, columns, stride, state, out, outBytes }) => {
          kernels.onsetAutocorrelation(sound, columnBytes, columns, stride, state, out, outBytes, bands, edges.address, regions, lags, forgetting, EPSILON, onsets.address);
        },
      };
    }
  }
}

/** Cepstra of a whole batch are one matrix product. */
function cepstralEar(layer: CepstralCorrelations, bands: number, memory: Memory, most: number): Ear {
  const { of, coefficients, memoryColumns } = layer;
  const first = of === 'levels' ? 1 : 0;
  const used = bandsOf(layer, bands);
  const cosines = Float32Array.from({ length: used * coefficients }, (_, index) => cosine(first + (index % coefficients), Math.floor(index / coefficients), used));
  const lowest = Array.from({ length: used }, (_, band) => band);
  const product = new Product(memory, cosines, lowest, bands, 1, coefficients, undefined);
  const cepstra = memory.reserve(most * padded(coefficients));
  const values = memory.reserve(2 * coefficients);
  const rowBytes = 4 * padded(coefficients);
  return {
    prepare: (kernels, sound, streams, columns) => product.run(kernels, sound.address(streams), sound.rowBytes, streams * columns, cepstra.address, rowBytes),
    hear: (kernels, { stream, streams, columns, stride, state, out, outBytes }) => {
      kernels.correlations(cepstra.address + stream * rowBytes, streams * rowBytes, columns, stride, state, out, outBytes, coefficients, of === 'steps' ? 1 : 0, 1 / memoryColumns, CEPSTRAL_EPSILON, values.address);
    },
  };
}
