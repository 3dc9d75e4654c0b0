/**
 * Triangular mel filters on Slaney's scale (Auditory Toolbox, 1998: linear below 1 kHz, logarithmic
 * above), each of unit area in Hz: `librosa.filters.mel(htk=False, norm='slaney')`. A filter covers
 * few bins, so only its run of non-zero weights is stored.
 */

const HZ_PER_MEL = 200 / 3;
const BEND_HZ = 1000;
const BEND_MEL = BEND_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

/** Hz to mel on Slaney's scale. */
export function hzToMel(hz: number): number {
  return hz < BEND_HZ ? hz / HZ_PER_MEL : BEND_MEL + Math.log(hz / BEND_HZ) / LOG_STEP;
}

/** Mel on Slaney's scale to Hz. */
export function melToHz(mel: number): number {
  return mel < BEND_MEL ? mel * HZ_PER_MEL : BEND_HZ * Math.exp(LOG_STEP * (mel - BEND_MEL));
}

/** [bands + 2] in Hz, equally spaced in mel from `fMin` to `fMax`: band b rises from edge b to its centre, edge b + 1, and falls to edge b + 2. */
export function melEdges(bands: number, fMin: number, fMax: number): Float64Array {
  const lowest = hzToMel(fMin);
  const step = (hzToMel(fMax) - lowest) / (bands + 1);
  return Float64Array.from({ length: bands + 2 }, (_, i) => melToHz(lowest + i * step));
}

/** Filters as runs: band b is the sum of power[firstBin[b] + i] × weights[runStart[b] + i]. */
export interface Filterbank {
  /** [bands]; a filter narrower than the bins may have an empty run. */
  readonly firstBin: Int32Array;
  /** [bands + 1]: run b is weights `runStart[b]` to `runStart[b + 1]`. */
  readonly runStart: Int32Array;
  readonly weights: Float64Array;
}

/**
 * @param sampleRate Hz
 * @param nFft FFT size, so bin k is k sampleRate / nFft Hz
 * @param bands number of filters, their edges equally spaced in mel from `fMin` to `fMax` Hz
 */
export function melFilterbank(sampleRate: number, nFft: number, bands: number, fMin: number, fMax: number): Filterbank {
  const edges = melEdges(bands, fMin, fMax);
  const binHz = sampleRate / nFft;
  const firstBin = new Int32Array(bands);
  const runStart = new Int32Array(bands + 1);
  const weights: number[] = [];
  for (let band = 0; band < bands; band++) {
    const [low, centre, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    let started = false;
    // One bin more on each side, so that rounding drops none; heights outside the filter are not positive.
    const lastBin = Math.min(nFft / 2, Math.ceil(high / binHz) + 1);
    for (let bin = Math.max(0, Math.floor(low / binHz) - 1); bin <= lastBin; bin++) {
      const hz = (bin * sampleRate) / nFft;
      const height = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre));
      if (height <= 0) continue;
      if (!started) firstBin[band] = bin;
      started = true;
      weights.push((height * 2) / (high - low));
    }
    runStart[band + 1] = weights.length;
  }
  return { firstBin, runStart, weights: Float64Array.from(weights) };
}

/**
 * Applies the filters to one column.
 * @param binPower [nFft / 2 + 1]
 * @param out receives [bands] from `offset` on
 */
export function applyFilterbank({ firstBin, runStart, weights }: Filterbank, binPower: Float64Array, out: Float32Array | Float64Array, offset: number): void {
  for (let band = 0; band < firstBin.length; band++) {
    let sum = 0;
    for (let i = runStart[band]!, bin = firstBin[band]!; i < runStart[band + 1]!; i++, bin++) sum += weights[i]! * binPower[bin]!;
    out[offset + band] = sum;
  }
}
