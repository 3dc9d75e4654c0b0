/** The two steps of the resampler with SIMD: see `dsp/resample/band-limit.ts` and `dsp/resample/interpolate.ts`. */
import { fft } from '../fft/fft.as';
import { multiplyAdd } from '../kernels/multiply-add.as';

/**
 * Multiplies a spectrum by a real response and folds or repeats it to another number of bins. Real
 * and imaginary parts are swapped, so that a forward transform is then an inverse one.
 * @param size bins of `spectrum`; @param bins of `filtered`, a multiple of 4; @param length of `response`
 */
function applyResponse(size: usize, bins: usize, length: usize, spectrum: usize, response: usize, filtered: usize): void {
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
 * Filters two overlapping blocks with a low-pass filter.
 * @param size samples of a block, a power of two, at least 16
 * @param bins size of the inverse transform, a power of two, at least 16
 * @param length of the response: the larger of `size` and `bins`
 * @param input [size + hop]: the second block begins `hop` samples after the first
 * @param points scratch, [4 length]
 * @param forward, backward twiddles of the two transforms
 * @returns address of [bins] samples of the second block, followed by those of the first
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
  applyResponse(size, bins, length, spectrum, response, filtered);
  return fft(bins, filtered, spectrum, backward);
}

/** Dot product of samples and a row, as four partial sums. */
// @ts-ignore: decorator
@inline
function products(samples: usize, row: usize, bytes: usize): v128 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = multiplyAdd(v128.load(samples + at), v128.load(row + at), sum);
  return sum;
}

/** The lane sums of four vectors. Every output is summed in the same order, so the grouping of outputs does not change its bits. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** A position between samples: low 32 bits the address of its first tap, high 32 bits its phase. */
type Position = u64;

/** Advances a position by `step`, carrying from phase to address. */
// @ts-ignore: decorator
@inline
function next(position: Position, step: Position, phases: Position): Position {
  const moved = position + step;
  return moved >> 32 >= phases ? moved - (phases << 32) + 4 : moved;
}

/**
 * Interpolates values `stride / phases` samples apart.
 * @param samples address of the first tap of the first output
 * @param phase of the first output, 0 to phases - 1
 * @param rows [rowCount + 1][taps]; taps a multiple of 4
 * @param outputs receives [count]
 */
export function interpolate(
  samples: usize, phase: u32, count: usize, stride: u32, phases: u32,
  taps: usize, rowCount: u32, rows: usize, outputs: usize,
): void {
  const step = <Position>(stride / phases << 2) | <Position>(stride % phases) << 32;
  const bytes = taps << 2;
  let position = <Position>samples | <Position>phase << 32;
  if (rowCount == phases) {
    for (; count >= 4; count -= 4, outputs += 16) {
      const second = next(position, step, phases);
      const third = next(second, step, phases);
      const fourth = next(third, step, phases);
      v128.store(outputs, sums(
        products(<usize>position, rows + <usize>(position >> 32) * bytes, bytes),
        products(<usize>second, rows + <usize>(second >> 32) * bytes, bytes),
        products(<usize>third, rows + <usize>(third >> 32) * bytes, bytes),
        products(<usize>fourth, rows + <usize>(fourth >> 32) * bytes, bytes),
      ));
      position = next(fourth, step, phases);
    }
  }
  const rowsPerPhase = <f64>rowCount / <f64>phases;
  for (; count > 0; count--, outputs += 4, position = next(position, step, phases)) {
    const between = <f64>(position >> 32) * rowsPerPhase;
    const row = <usize>between;
    const low = products(<usize>position, rows + row * bytes, bytes);
    const high = products(<usize>position, rows + (row + 1) * bytes, bytes);
    const both = sums(low, high, low, high);
    store<f32>(outputs, f32x4.extract_lane(both, 0) + <f32>(between - <f64>row) * (f32x4.extract_lane(both, 1) - f32x4.extract_lane(both, 0)));
  }
}
