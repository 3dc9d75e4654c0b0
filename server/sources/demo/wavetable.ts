/**
 * One period of a tone as a table, summed from its harmonics and cut below half the sample rate, so
 * that nothing folds back (additive band-limiting: Roads, The Computer Music Tutorial, chapter 4).
 */
export const TABLE_LENGTH = 1024;
const MASK = TABLE_LENGTH - 1;

const SINE = Float32Array.from({ length: TABLE_LENGTH }, (_, i) => Math.sin(2 * Math.PI * i / TABLE_LENGTH));
/** Tables exist for these numbers of harmonics only; a tone takes the next lower. */
const SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const tables = new WeakMap<readonly number[], Map<number, Float32Array>>();

/**
 * @param harmonics amplitude of harmonic 1, 2, 3 …
 * @returns [TABLE_LENGTH + 1] with a peak of 1; the last sample repeats the first, for interpolation
 */
export function wavetable(harmonics: readonly number[], hz: number, sampleRate: number): Float32Array {
  const room = Math.min(harmonics.length, 0.45 * sampleRate / hz);
  let size = 1;
  for (const candidate of SIZES) if (candidate <= room) size = candidate;
  let bySize = tables.get(harmonics);
  if (!bySize) tables.set(harmonics, bySize = new Map());
  let table = bySize.get(size);
  if (!table) bySize.set(size, table = sum(harmonics, size));
  return table;
}

function sum(harmonics: readonly number[], size: number): Float32Array {
  const table = new Float32Array(TABLE_LENGTH + 1);
  for (let h = 1; h <= size; h += 1) {
    const amplitude = harmonics[h - 1] ?? 0;
    if (amplitude === 0) continue;
    for (let i = 0; i < TABLE_LENGTH; i += 1) table[i]! += amplitude * SINE[(h * i) & MASK]!;
  }
  let peak = 0;
  for (let i = 0; i < TABLE_LENGTH; i += 1) peak = Math.max(peak, Math.abs(table[i]!));
  for (let i = 0; i < TABLE_LENGTH; i += 1) table[i]! /= peak || 1;
  table[TABLE_LENGTH] = table[0]!;
  return table;
}

/** Harmonics falling as 1 / h ** slope: 1 is a sawtooth, 2 is mellow; `evenGain` 0 leaves a square's. */
export function harmonicSeries(slope: number, evenGain = 1, count = 64): number[] {
  return Array.from({ length: count }, (_, i) => (i % 2 === 1 ? evenGain : 1) / (i + 1) ** slope);
}

/**
 * A vowel sung at `hz`: a falling series lifted at the formants. The formants move with the pitch,
 * so an instrument should stay near it.
 */
export function formants(hz: number, peaks: ReadonlyArray<readonly [hz: number, widthHz: number, gain: number]>, count = 48): number[] {
  return Array.from({ length: count }, (_, i) => {
    const at = hz * (i + 1);
    const lift = peaks.reduce((sum, [peakHz, widthHz, gain]) => sum + gain / (1 + ((at - peakHz) / widthHz) ** 2), 0.04);
    return lift / Math.sqrt(i + 1);
  });
}
