/** Columns of mel power, four numbers at a time, for `MelColumns`: five times as fast as one by one, in float32. */
import { melFilterbank } from './filterbank.js';
import { hann } from '../fft/power-spectrum.js';
import { checkFrontEnd, scalarColumnTransform, type ColumnTransform, type FrontEnd } from './mel-columns.js';
import { LEAST_POINTS, turnsLength, writeTurns } from '../fft/fft-tables.js';
import { Kernels } from '../kernels/kernels.js';

const makers = new WeakMap<FrontEnd, ColumnTransform>();

/**
 * Makes the columns of one front end, for all streams of a thread that share the settings object.
 * Cells down to 60 dB below the loudest are within 0.001 dB of those one by one; what lies lower is
 * the rounding of float32, some 120 dB down.
 * @throws RangeError where `checkFrontEnd` does
 */
export function simdColumnTransform(frontEnd: FrontEnd): ColumnTransform {
  let maker = makers.get(frontEnd);
  if (maker === undefined) {
    checkFrontEnd(frontEnd);
    maker = frontEnd.nFft / 2 >= LEAST_POINTS ? new SimdColumns(frontEnd) : scalarColumnTransform(frontEnd);
    makers.set(frontEnd, maker);
  }
  return maker;
}

type Arrays = 'samples' | 'window' | 'points' | 'turns' | 'roots' | 'bins' | 'runs' | 'weights' | 'power';

class SimdColumns implements ColumnTransform {
  readonly #half: number;
  readonly #bands: number;
  readonly #kernels: Kernels<Arrays>;

  constructor({ sampleRate, nFft, bands, fMin, fMax }: FrontEnd) {
    const half = this.#half = nFft / 2;
    this.#bands = bands;
    const { firstBin, runStart, weights } = melFilterbank(sampleRate, nFft, bands, fMin, fMax);
    const vectors = Array.from(firstBin, (_, band) => Math.ceil((runStart[band + 1]! - runStart[band]!) / 4));
    const { places } = this.#kernels = new Kernels<Arrays>({
      samples: nFft,
      window: nFft,
      points: 4 * half,
      turns: turnsLength(half),
      roots: half + 8,
      bins: half + 1,
      runs: 2 * bands,
      weights: 4 * vectors.reduce((sum, count) => sum + count, 0),
      power: bands,
    });
    places.window.values.set(hann(nFft));
    writeTurns(half, places.turns.values);
    for (let k = 0; k < half / 2 + 4; k++) {
      places.roots.values[k] = Math.cos((Math.PI * k) / half);
      places.roots.values[half / 2 + 4 + k] = Math.sin((Math.PI * k) / half);
    }
    const runs = new Uint32Array(places.runs.values.buffer, places.runs.at, 2 * bands);
    for (let band = 0, at = 0; band < bands; band++) {
      runs[2 * band] = 4 * firstBin[band]!;
      runs[2 * band + 1] = vectors[band]!;
      places.weights.values.set(weights.subarray(runStart[band]!, runStart[band + 1]!), at);
      at += 4 * vectors[band]!;
    }
  }

  column(samples: Float32Array, power: Float32Array): void {
    const { run, places: { samples: own, window, points, turns, roots, bins, runs, weights, power: found } } = this.#kernels;
    own.values.set(samples);
    run.melColumn(this.#half, own.at, window.at, points.at, turns.at, roots.at, bins.at, this.#bands, runs.at, weights.at, found.at);
    power.set(found.values);
  }
}
