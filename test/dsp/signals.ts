/** Test signals that are the same in every run, and what is measured on what comes back. */

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
