/** The two steps of the resampler, four numbers at a time: see `dsp/resample/band-limit.ts` and `dsp/resample/interpolate.ts`. */
import { fft } from '../fft/fft.as';
import { multiplyAdd } from '../kernels/multiply-add.as';

/**
 * A spectrum times a real response, folded or repeated to another number of bins; real and
 * imaginary parts change places, so that a forward transform then goes back.
 * @param size bins of `spectrum`; @param bins of `filtered`, a multiple of 4; @param length of `response`
 */
function respond(size: usize, bins: usize, length: usize, spectrum: usize, response: usize, filtered: usize): void {
  const mask = (size << 2) - 1;
  const turn = bins << 2;
  for (let bin: usize = 0; bin < turn; bin += 16) {
    let re = f32x4.splat(0);
    let im = f32x4.splat(0);
    for (let at = bin; at < length << 2; at += turn) {
      const from = spectrum + (at & mask);
      const gain = v128.load(response + at);
      re = multiplyAdd(v128.load(from), gain, re);
      im = multiplyAdd(v128.load(from + (size << 2)), gain, im);
    }
    v128.store(filtered + bin, im);
    v128.store(filtered + turn + bin, re);
  }
}

/**
 * Two overlapping blocks through a low-pass filter.
 * @param size samples of a block, a power of two, at least 16
 * @param bins of the transform back, likewise
 * @param length of the response: the larger of the two
 * @param input [size + hop]: the second block begins `hop` samples later
 * @param points room for 4 times as many numbers as the larger transform has points
 * @returns where [bins] samples of the second block lie; those of the first follow
 */
export function bandLimit(
  size: usize, bins: usize, length: usize, hop: usize, input: usize, response: usize,
  points: usize, forward: usize, backward: usize,
): usize {
  memory.copy(points, input, size << 2);
  memory.copy(points + (size << 2), input + (hop << 2), size << 2);
  const other = points + (length << 3);
  const spectrum = fft(size, points, other, forward);
  const filtered = spectrum == points ? other : points;
  respond(size, bins, length, spectrum, response, filtered);
  return fft(bins, filtered, spectrum, backward);
}

/** Samples times a row, in four partial sums. */
// @ts-ignore: decorator
@inline
function products(samples: usize, row: usize, bytes: usize): v128 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = multiplyAdd(v128.load(samples + at), v128.load(row + at), sum);
  return sum;
}

/** The sums of four vectors, or of one: in the same order, so that it doesn't matter how outputs are grouped. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** A place between samples: the address of its first tap, and its phase in the upper half. */
type Place = u64;

// @ts-ignore: decorator
@inline
function next(place: Place, step: Place, phases: Place): Place {
  const moved = place + step;
  return moved >> 32 >= phases ? moved - (phases << 32) + 4 : moved;
}

/**
 * Values between samples, `stride / phases` samples apart.
 * @param samples from the first tap of the first output on
 * @param phase of the first output, 0 to phases - 1
 * @param rows [rowCount + 1][taps]; taps a multiple of 4
 * @param outputs receives [count]
 */
export function interpolate(
  samples: usize, phase: u32, count: usize, stride: u32, phases: u32,
  taps: usize, rowCount: u32, rows: usize, outputs: usize,
): void {
  const step = <Place>(stride / phases << 2) | <Place>(stride % phases) << 32;
  const bytes = taps << 2;
  let place = <Place>samples | <Place>phase << 32;
  if (rowCount == phases) {
    for (; count >= 4; count -= 4, outputs += 16) {
      const second = next(place, step, phases);
      const third = next(second, step, phases);
      const fourth = next(third, step, phases);
      v128.store(outputs, sums(
        products(<usize>place, rows + <usize>(place >> 32) * bytes, bytes),
        products(<usize>second, rows + <usize>(second >> 32) * bytes, bytes),
        products(<usize>third, rows + <usize>(third >> 32) * bytes, bytes),
        products(<usize>fourth, rows + <usize>(fourth >> 32) * bytes, bytes),
      ));
      place = next(fourth, step, phases);
    }
  }
  const rowsAPhase = <f64>rowCount / <f64>phases;
  for (; count > 0; count--, outputs += 4, place = next(place, step, phases)) {
    const between = <f64>(place >> 32) * rowsAPhase;
    const row = <usize>between;
    const low = products(<usize>place, rows + row * bytes, bytes);
    const high = products(<usize>place, rows + (row + 1) * bytes, bytes);
    const both = sums(low, high, low, high);
    store<f32>(outputs, f32x4.extract_lane(both, 0) + <f32>(between - <f64>row) * (f32x4.extract_lane(both, 1) - f32x4.extract_lane(both, 0)));
  }
}
