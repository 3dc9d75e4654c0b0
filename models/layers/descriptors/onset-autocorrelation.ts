/**
 * The rhythm of the last seconds: the autocorrelation of onset strength, which is how much a band
 * rises from one column to the next, in a few regions from low to high. A running mean instead of
 * the frames of a tempogram (Grosche, Müller and Kurth 2010, "Cyclic tempogram"). With o the mean
 * rise of a region, E the running mean of `statistics.ts`, and zeros before the start,
 *   y = (E o(t) o(t - l) - (E o)²) / (E o² - (E o)² + ε) for lags l = 1, 2, …
 */
import { besideLayer, type Listener } from './descriptor.js';
import { EPSILON } from '../statistics/statistics.js';

export interface OnsetAutocorrelation {
  readonly type: 'onsetAutocorrelation';
  /** Neighbouring bands taken together, about as many in each. */
  readonly regions: number;
  /** The longest one, in the network's input columns. */
  readonly lags: number;
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** Where each region begins, and the end of the last: about as many bands in each. */
export function regionEdges(regions: number, bands: number): number[] {
  return Array.from({ length: regions + 1 }, (_, region) => Math.ceil((region * bands) / regions));
}

/** State: weight of all heard; sums of onsets, of their squares, of their products with earlier ones, lag by lag; the last onsets, newest first; the last column. */
class Autocorrelation implements Listener {
  readonly #bands: number;
  readonly #regions: number;
  readonly #lags: number;
  readonly #forgetting: number;
  /** Where each region begins, and the end of the last. */
  readonly #edges: readonly number[];
  readonly #onsets: Float64Array;

  constructor({ regions, lags, memoryColumns }: OnsetAutocorrelation, bands: number) {
    this.#bands = bands;
    this.#regions = regions;
    this.#lags = lags;
    this.#forgetting = 1 / memoryColumns;
    this.#edges = regionEdges(regions, bands);
    this.#onsets = new Float64Array(regions);
  }

  hear(sound: Float32Array, start: number, state: Float32Array): void {
    const [onsets, regions, present] = [this.#onsets, this.#regions, this.#forgetting];
    const past = 1 + (2 + this.#lags) * regions;
    const last = past + this.#lags * regions;
    const isFirst = state[0] === 0;
    for (let region = 0; region < regions; region++) {
      const [from, to] = [this.#edges[region]!, this.#edges[region + 1]!];
      let rise = 0;
      if (!isFirst) for (let band = from; band < to; band++) rise += Math.max(0, sound[start + band]! - state[last + band]!);
      onsets[region] = rise / (to - from);
    }
    for (let band = 0; band < this.#bands; band++) state[last + band] = sound[start + band]!;

    state[0]! += present * (1 - state[0]!);
    for (let region = 0; region < regions; region++) {
      const onset = onsets[region]!;
      const at = 1 + region;
      state[at]! += present * (onset - state[at]!);
      state[at + regions]! += present * (onset * onset - state[at + regions]!);
      for (let lag = 0, pair = at + 2 * regions, earlier = past + region; lag < this.#lags; lag++, pair += regions, earlier += regions) {
        state[pair]! += present * (onset * state[earlier]! - state[pair]!);
      }
    }
    state.copyWithin(past + regions, past, last - regions);
    for (let region = 0; region < regions; region++) state[past + region] = onsets[region]!;
  }

  tell(state: Float32Array, out: Float32Array, start: number): void {
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

export const onsetAutocorrelation = besideLayer<OnsetAutocorrelation>({
  values: ({ regions, lags }, bands) => {
    if (regions > bands) throw new Error(`onsetAutocorrelation in ${regions} regions needs at least as many bands; there are ${bands}.`);
    return lags * regions;
  },
  stateLength: ({ regions, lags }, bands) => 1 + (2 + 2 * lags) * regions + bands,
  multiplyAdds: ({ regions, lags }, bands) => bands + 4 * regions * (lags + 1),
  listener: (layer, bands) => new Autocorrelation(layer, bands),
});
