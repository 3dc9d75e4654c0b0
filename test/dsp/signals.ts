/** Deterministic test signals, and measurements of processed signals. */

/** White noise, -1 to 1, from a 32-bit seed (mulberry32). */
export function noise(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A sine of amplitude 1; phase in radians at sample 0. */
export function tone(length: number, hz: number, sampleRate: number, phase = 0): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hz * i) / sampleRate + phase));
}

/** RMS in dB relative to a sine of amplitude 1. */
export function sineLevelDb(samples: Float32Array): number {
  return 10 * Math.log10((2 * samples.reduce((sum, sample) => sum + sample * sample, 0)) / samples.length);
}

export interface FittedTone {
  readonly amplitudeDb: number;
  /** Of the sine at sample 0, radians, -π to π. */
  readonly phase: number;
  /** RMS of the residual (images, aliases, noise, offset) in dB relative to a sine of amplitude 1. */
  readonly restDb: number;
}

/** Fits a sine of `hz` to `samples` by least squares. */
export function fitTone(samples: Float32Array, hz: number, sampleRate: number): FittedTone {
  const step = (2 * Math.PI * hz) / sampleRate;
  let [ss, sc, cc, xs, xc] = [0, 0, 0, 0, 0];
  samples.forEach((x, i) => {
    const s = Math.sin(step * i);
    const c = Math.cos(step * i);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    xs += x * s;
    xc += x * c;
  });
  const determinant = ss * cc - sc * sc;
  const a = (xs * cc - xc * sc) / determinant;
  const b = (xc * ss - xs * sc) / determinant;
  const rest = samples.map((x, i) => x - a * Math.sin(step * i) - b * Math.cos(step * i));
  return { amplitudeDb: 20 * Math.log10(Math.hypot(a, b)), phase: Math.atan2(b, a), restDb: sineLevelDb(rest) };
}

/** Splits samples at the given positions, in any order; some pieces may be empty. */
export function cutAt(samples: Float32Array, cuts: readonly number[]): Float32Array[] {
  const edges = [0, ...cuts.map((cut) => cut % (samples.length + 1)).sort((a, b) => a - b), samples.length];
  return edges.slice(1).map((to, i) => samples.subarray(edges[i]!, to));
}
