/**
 * Second-order statistics of the timbre of the last seconds: running log standard deviations and
 * correlations of the cepstral coefficients of the network's input. A Gaussian with full covariance
 * over cepstra is the classic description of timbre (Mandel and Ellis 2005, "Song-level features and
 * support vector machines for music classification"); over differences between columns it describes
 * attacks and rhythm. With c the orthonormal DCT-II of a column (or of the difference) and E the
 * running mean of `statistics.ts`,
 *   v = max(E c² - (E c)², 0) + ε,  y = log √v,  (E cᵢ cⱼ - E cᵢ E cⱼ) / √(vᵢ vⱼ) for i < j
 */
import { descriptorLayer, type Descriptor, type RunningDescriptor } from './descriptor.js';

export interface CepstralCorrelations {
  readonly type: 'cepstralCorrelations';
  /**
   * `levels`: cepstra of the columns from c₁ on, because normalisation removes c₀. `steps`: cepstra
   * of the differences between columns from c₀ on, which is the change of the overall level.
   */
  readonly of: 'levels' | 'steps';
  readonly coefficients: number;
  /** Number of lowest bands that are used, by default all: these are unaffected when a channel removes high frequencies. */
  readonly lowest?: number;
  /** Time constant of the running mean, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** Added to variances, so that correlations of nearly constant coefficients stay near 0; levels of music have a variance of about 1. */
export const CEPSTRAL_EPSILON = 0.1;

const pairsOf = (coefficients: number): number => (coefficients * (coefficients - 1)) / 2;

/** Number of bands that a layer uses of the `bands` available. */
export const bandsOf = ({ lowest }: CepstralCorrelations, bands: number): number => Math.min(lowest ?? bands, bands);

/** State: total weight; weighted sums of the coefficients, of their squares, of their products; with `steps` also the last cepstrum. */
class Correlations implements RunningDescriptor {
  readonly #ofSteps: boolean;
  readonly #alpha: number;
  readonly #cepstrum: Cepstrum;
  /** `update`: the coefficients of one column; `write`: their means. */
  readonly #values: Float64Array;
  readonly #scales: Float64Array;

  constructor(layer: CepstralCorrelations, bands: number) {
    const { of, coefficients, memoryColumns } = layer;
    this.#ofSteps = of === 'steps';
    this.#alpha = 1 / memoryColumns;
    this.#cepstrum = new Cepstrum(bandsOf(layer, bands), this.#ofSteps ? 0 : 1, coefficients);
    this.#values = new Float64Array(coefficients);
    this.#scales = new Float64Array(coefficients);
  }

  update(input: Float32Array, start: number, state: Float32Array): void {
    const values = this.#values;
    const alpha = this.#alpha;
    const count = values.length;
    this.#cepstrum.compute(input, start, values);
    if (this.#ofSteps) {
      const isFirst = state[0] === 0;
      const last = 1 + 2 * count + pairsOf(count);
      for (let index = 0; index < count; index++) {
        const value = values[index]!;
        values[index] = isFirst ? 0 : value - state[last + index]!;
        state[last + index] = value;
      }
    }
    state[0]! += alpha * (1 - state[0]!);
    let pair = 1 + 2 * count;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      state[1 + i]! += alpha * (value - state[1 + i]!);
      state[1 + count + i]! += alpha * (value * value - state[1 + count + i]!);
      for (let j = i + 1; j < count; j++, pair++) state[pair]! += alpha * (value * values[j]! - state[pair]!);
    }
  }

  write(state: Float32Array, out: Float32Array, start: number): void {
    const [means, scales] = [this.#values, this.#scales];
    const count = means.length;
    const scale = 1 / state[0]!;
    for (let i = 0; i < count; i++) {
      const mean = means[i] = scale * state[1 + i]!;
      const variance = Math.max(0, scale * state[1 + count + i]! - mean * mean) + CEPSTRAL_EPSILON;
      out[start + i] = 0.5 * Math.log(variance);
      scales[i] = 1 / Math.sqrt(variance);
    }
    let pair = 1 + 2 * count;
    let at = start + count;
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) out[at++] = (scale * state[pair++]! - means[i]! * means[j]!) * scales[i]! * scales[j]!;
    }
  }
}

/** Weight of a band in coefficient k of the orthonormal DCT-II. */
export function cosine(k: number, band: number, bands: number): number {
  return Math.sqrt((k === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * k * (band + 0.5)) / bands);
}

/**
 * Orthonormal DCT-II. Its cosines are even or odd about the middle of the bands, so each coefficient
 * needs half as many products: of sums, or of differences, of mirrored pairs of bands.
 */
class Cepstrum {
  readonly #bands: number;
  readonly #first: number;
  /** [coefficients × half the bands] */
  readonly #cosines: Float64Array;
  readonly #sums: Float64Array;
  readonly #differences: Float64Array;

  constructor(bands: number, first: number, coefficients: number) {
    const half = Math.ceil(bands / 2);
    this.#bands = bands;
    this.#first = first;
    this.#cosines = Float64Array.from({ length: coefficients * half }, (_, index) => {
      const k = first + Math.floor(index / half);
      return cosine(k, index % half, bands);
    });
    this.#sums = new Float64Array(half);
    this.#differences = new Float64Array(half);
  }

  /** Writes the coefficients of the column that begins at `start` to `out`. */
  compute(input: Float32Array, start: number, out: Float64Array): void {
    const [sums, differences, cosines, bands] = [this.#sums, this.#differences, this.#cosines, this.#bands];
    const half = sums.length;
    for (let band = 0; band < half; band++) {
      const low = input[start + band]!;
      const high = band === bands - 1 - band ? 0 : input[start + bands - 1 - band]!;
      sums[band] = low + high;
      differences[band] = low - high;
    }
    for (let index = 0, at = 0; index < out.length; index++) {
      const folded = (this.#first + index) % 2 === 0 ? sums : differences;
      let sum = 0;
      for (let band = 0; band < half; band++) sum += cosines[at++]! * folded[band]!;
      out[index] = sum;
    }
  }
}

export const cepstralCorrelationsDescriptor: Descriptor<CepstralCorrelations> = {
  values: (layer, bands) => {
    const { of, coefficients } = layer;
    const used = bandsOf(layer, bands);
    const limit = of === 'levels' ? used - 1 : used;
    if (coefficients > limit) throw new Error(`cepstralCorrelations over ${used} bands can have at most ${limit} coefficients, not ${coefficients}.`);
    return coefficients + pairsOf(coefficients);
  },
  stateLength: ({ of, coefficients }) => 1 + 2 * coefficients + pairsOf(coefficients) + (of === 'steps' ? coefficients : 0),
  multiplyAdds: (layer, bands) => Math.ceil(bandsOf(layer, bands) / 2) * layer.coefficients + 4 * (layer.coefficients + pairsOf(layer.coefficients)),
  create: (layer, bands) => new Correlations(layer, bands),
};

export const cepstralCorrelations = descriptorLayer(cepstralCorrelationsDescriptor);
