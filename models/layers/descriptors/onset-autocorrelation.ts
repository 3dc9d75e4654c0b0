/**
 * The rhythm of the last seconds: running autocorrelation of onset strength (the rise from one column
 * to the next) in a few frequency regions. A tempogram (Grosche, Müller and Kurth 2010, "Cyclic
 * tempogram") with running means instead of windows. With o the mean rise of a region, E the running
 * mean of `statistics.ts`, and zeros before the start,
 *   y = (E o(t) o(t - l) - (E o)²) / (E o² - (E o)² + ε) for lags l = 1, 2, …
 */
import { descriptorLayer, type Descriptor, type RunningDescriptor } from './descriptor.js';
import { EPSILON } from '../statistics/statistics.js';

export interface OnsetAutocorrelation {
  readonly type: 'onsetAutocorrelation';
  /** Number of frequency regions, each of about equally many neighbouring bands. */
  readonly regions: number;
  /** The longest lag, in the network's input columns. */
  readonly lags: number;
  /** Time constant of the running mean, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** [regions + 1]: the first band of each region, and the end of the last; about equally many bands in each. */
export function regionEdges(regions: number, bands: number): number[] {
  return Array.from({ length: regions + 1 }, (_, region) => Math.ceil((region * bands) / regions));
}

/** State: total weight; weighted sums of onsets, of their squares, of their products with earlier ones, lag by lag; the last onsets, newest first; the last column. */
class Autocorrelation implements RunningDescriptor {
  readonly #bands: number;
  readonly #regions: number;
  readonly #lags: number;
  readonly #alpha: number;
  /** From `regionEdges`. */
  readonly #edges: readonly number[];
  readonly #onsets: Float64Array;

  constructor({ regions, lags, memoryColumns }: OnsetAutocorrelation, bands: number) {
    this.#bands = bands;
    this.#regions = regions;
    this.#lags = lags;
    this.#alpha = 1 / memoryColumns;
    this.#edges = regionEdges(regions, bands);
    this.#onsets = new Float64Array(regions);
  }

  update(input: Float32Array, start: number, state: Float32Array): void {
    const [onsets, regions, alpha] = [this.#onsets, this.#regions, this.#alpha];
    const past = 1 + (2 + this.#lags) * regions;
    const last = past + this.#lags * regions;
    const isFirst = state[0] === 0;
    for (let region = 0; region < regions; region++) {
      const [from, to] = [this.#edges[region]!, this.#edges[region + 1]!];
      let rise = 0;
      if (!isFirst) for (let band = from; band < to; band++) rise += Math.max(0, input[start + band]! - state[last + band]!);
      onsets[region] = rise / (to - from);
    }
    for (let band = 0; band < this.#bands; band++) state[last + band] = input[start + band]!;

    state[0]! += alpha * (1 - state[0]!);
    for (let region = 0; region < regions; region++) {
      const onset = onsets[region]!;
      const at = 1 + region;
      state[at]! += alpha * (onset - state[at]!);
      state[at + regions]! += alpha * (onset * onset - state[at + regions]!);
      for (let lag = 0, pair = at + 2 * regions, earlier = past + region; lag < this.#lags; lag++, pair += regions, earlier += regions) {
        state[pair]! += alpha * (onset * state[earlier]! - state[pair]!);
      }
    }
    state.copyWithin(past + regions, past, last - regions);
    for (let region = 0; region < regions; region++) state[past + region] = onsets[region]!;
  }

  write(state: Float32Array, out: Float32Array, start: number): void {
    const regions = this.#regions;
    const scale = 1 / state[0]!;
    for (let region = 0; region < regions; region++) {
      const squaredMean = (scale * state[1 + region]!) ** 2;
      const share = 1 / (Math.max(0, scale * state[1 + regions + region]! - squaredMean) + EPSILON);
      for (let lag = 0, pair = 1 + 2 * regions + region, at = start + region; lag < this.#lags; lag++, pair += regions, at += regions) {
        out[at] = (scale * state[pair]! - squaredMean) * share;
      }
    }
  }
}

export const onsetAutocorrelationDescriptor: Descriptor<OnsetAutocorrelation> = {
  values: ({ regions, lags }, bands) => {
    if (regions > bands) throw new Error(`onsetAutocorrelation can have at most as many regions as there are bands (${bands}), not ${regions}.`);
    return lags * regions;
  },
  stateLength: ({ regions, lags }, bands) => 1 + (2 + 2 * lags) * regions + bands,
  multiplyAdds: ({ regions, lags }, bands) => bands + 4 * regions * (lags + 1),
  create: (layer, bands) => new Autocorrelation(layer, bands),
};

export const onsetAutocorrelation = descriptorLayer(onsetAutocorrelationDescriptor);
