/**
 * Mel filters as sparse runs: triangles on Slaney's mel scale (Auditory Toolbox, 1998: linear to
 * 1 kHz, logarithmic above), each of area 1 in Hz, as librosa.filters.mel(norm='slaney') gives them.
 */
export interface MelFilter {
  /** First FFT bin with a weight. */
  readonly first: number;
  readonly weights: Float64Array;
}

const LINEAR_HZ = 200 / 3; // Hz per mel below the break
const BREAK_HZ = 1000;
const BREAK_MEL = BREAK_HZ / LINEAR_HZ;
const LOG_STEP = Math.log(6.4) / 27; // per mel above the break

export function hzToMel(hz: number): number {
  return hz < BREAK_HZ ? hz / LINEAR_HZ : BREAK_MEL + Math.log(hz / BREAK_HZ) / LOG_STEP;
}

export function melToHz(mel: number): number {
  return mel < BREAK_MEL ? mel * LINEAR_HZ : BREAK_HZ * Math.exp(LOG_STEP * (mel - BREAK_MEL));
}

/** `bands` filters over nFft / 2 + 1 bins. A band narrower than a bin may have no weight at all. */
export function melFilters(settings: { sampleRate: number; nFft: number; bands: number; fMin: number; fMax: number }): MelFilter[] {
  const { sampleRate, nFft, bands, fMin, fMax } = settings;
  const low = hzToMel(fMin);
  const high = hzToMel(fMax);
  const edges = Array.from({ length: bands + 2 }, (_, index) => melToHz(low + ((high - low) * index) / (bands + 1)));
  const bins = nFft / 2 + 1;
  return Array.from({ length: bands }, (_, band) => {
    const [left, centre, right] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const area = 2 / (right - left);
    const weight = (bin: number): number => {
      const hz = (bin * sampleRate) / nFft;
      return area * Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)));
    };
    let first = 0;
    while (first < bins && weight(first) <= 0) first++;
    let end = first;
    while (end < bins && weight(end) > 0) end++;
    return { first: Math.min(first, bins - 1), weights: Float64Array.from({ length: end - first }, (__, index) => weight(first + index)) };
  });
}
