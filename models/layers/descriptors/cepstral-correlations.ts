/**
 * The timbre of the last seconds beyond means: how much each coefficient of the input's cepstrum
 * varies, and which of them vary together, as running log deviations and correlations. A Gaussian
 * with full covariance over cepstra is the classic description of timbre (Mandel and Ellis 2005,
 * "Song-level features and support vector machines for music classification"); over their steps it
 * tells of attacks and rhythm. With c the orthonormal DCT-II of a column and E the running mean of
 * `statistics.ts`,
 *   v = max(E c² - (E c)², 0) + ε,  y = log √v,  (E cᵢ cⱼ - E cᵢ E cⱼ) / √(vᵢ vⱼ) for i < j
 */
import { besideLayer, type Listener } from './descriptor.js';

export interface CepstralCorrelations {
  readonly type: 'cepstralCorrelations';
  /**
   * Cepstra of the columns, from c₁ on, since c₀ is what normalisation takes away; or of the steps
   * from column to column, from c₀ on, which is how the whole rises.
   */
  readonly of: 'levels' | 'steps';
  readonly coefficients: number;
  /** The cepstrum of so many of the lowest bands, all unless given: a line that takes the top away takes nothing from these. */
  readonly lowest?: number;
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** Keeps correlations of what hardly moves near zero; levels of music vary by about 1. */
export const CEPSTRAL_EPSILON = 0.1;

const pairsOf = (coefficients: number): number => (coefficients * (coefficients - 1)) / 2;

/** Bands that a layer's cepstra are made of, of those there are. */
export const bandsOf = ({ lowest }: CepstralCorrelations, bands: number): number => Math.min(lowest ?? bands, bands);

/** State: weight of all heard; sums of values, of their squares, of their products; of steps also the last cepstrum. */
class Correlations implements Listener {
  readonly #ofSteps: boolean;
  readonly #forgetting: number;
  readonly #cepstrum: Cepstrum;
  /** Coefficients of one column, and what becomes of them. */
  readonly #values: Float64Array;
  readonly #scales: Float64Array;

  constructor(layer: CepstralCorrelations, bands: number) {
    const { of, coefficients, memoryColumns } = layer;
    this.#ofSteps = of === 'steps';
    this.#forgetting = 1 / memoryColumns;
    this.#cepstrum = new Cepstrum(bandsOf(layer, bands), this.#ofSteps ? 0 : 1, coefficients);
    this.#values = new Float64Array(coefficients);
    this.#scales = new Float64Array(coefficients);
  }

  hear(sound: Float32Array, start: number, state: Float32Array): void {
    const values = this.#values;
    const present = this.#forgetting;
    const count = values.length;
    this.#cepstrum.of(sound, start, values);
    if (this.#ofSteps) {
      const isFirst = state[0] === 0;
      const last = 1 + 2 * count + pairsOf(count);
      for (let index = 0; index < count; index++) {
        const value = values[index]!;
        values[index] = isFirst ? 0 : value - state[last + index]!;
        state[last + index] = value;
      }
    }
    state[0]! += present * (1 - state[0]!);
    let pair = 1 + 2 * count;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      state[1 + i]! += present * (value - state[1 + i]!);
      state[1 + count + i]! += present * (value * value - state[1 + count + i]!);
      for (let j = i + 1; j < count; j++, pair++) state[pair]! += present * (value * values[j]! - state[pair]!);
    }
  }

  tell(state: Float32Array, out: Float32Array, start: number): void {
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

/** What coefficient k of the orthonormal DCT-II takes of a band. */
export function cosine(k: number, band: number, bands: number): number {
  return Math.sqrt((k === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * k * (band + 0.5)) / bands);
}

/**
 * Coefficients of the orthonormal DCT-II. Cosines are even or odd about the middle of the bands, so
 * each coefficient is a sum over half as many: sums of bands facing each other, or their differences.
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

  /** From the column that begins at `start` into `out`. */
  of(sound: Float32Array, start: number, out: Float64Array): void {
    const [sums, differences, cosines, bands] = [this.#sums, this.#differences, this.#cosines, this.#bands];
    const half = sums.length;
    for (let band = 0; band < half; band++) {
      const low = sound[start + band]!;
      const high = band === bands - 1 - band ? 0 : sound[start + bands - 1 - band]!;
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

export const cepstralCorrelations = besideLayer<CepstralCorrelations>({
  values: (layer, bands) => {
    const { of, coefficients } = layer;
    const used = bandsOf(layer, bands);
    const most = of === 'levels' ? used - 1 : used;
    if (coefficients > most) throw new Error(`cepstralCorrelations of ${coefficients} coefficients need more than the ${used} bands there are; at most ${most}.`);
    return coefficients + pairsOf(coefficients);
  },
  stateLength: ({ of, coefficients }) => 1 + 2 * coefficients + pairsOf(coefficients) + (of === 'steps' ? coefficients : 0),
  multiplyAdds: (layer, bands) => Math.ceil(bandsOf(layer, bands) / 2) * layer.coefficients + 4 * (layer.coefficients + pairsOf(layer.coefficients)),
  listener: (layer, bands) => new Correlations(layer, bands),
});
