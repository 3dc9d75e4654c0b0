/** The two steps of the resampler, four numbers at a time: see `dsp/band-limit.ts` and `dsp/interpolate.ts`. */
import { fft } from './fft';
import { multiplyAdd } from './multiply-add';

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

// @ts-ignore: decorator
@inline
function dot(samples: usize, row: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = multiplyAdd(v128.load(samples + at), v128.load(row + at), sum);
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
}

/**
 * Values between samples, `stride / phases` samples apart.
 * @param samples from the first tap of the first output on
 * @param phase of the first output, 0 to phases - 1
 * @param rows [rowCount + 1][taps]; taps a multiple of 4
 * @param outputs receives [count]
 */
export function interpolate(
  samples: usize, phase: i32, count: usize, stride: i32, phases: i32,
  taps: usize, rowCount: i32, rows: usize, outputs: usize,
): void {
  const wholeStep = <usize>(stride / phases) << 2;
  const phaseStep = stride % phases;
  const bytes = taps << 2;
  const rowsAPhase = <f64>rowCount / <f64>phases;
  for (const end = outputs + (count << 2); outputs < end; outputs += 4) {
    if (rowCount == phases) {
      store<f32>(outputs, dot(samples, rows + <usize>phase * bytes, bytes));
    } else {
      const place = <f64>phase * rowsAPhase;
      const row = <usize>place;
      const low = dot(samples, rows + row * bytes, bytes);
      const high = dot(samples, rows + (row + 1) * bytes, bytes);
      store<f32>(outputs, low + <f32>(place - <f64>row) * (high - low));
    }
    samples += wholeStep;
    phase += phaseStep;
    if (phase >= phases) {
      phase -= phases;
      samples += 4;
    }
  }
}
