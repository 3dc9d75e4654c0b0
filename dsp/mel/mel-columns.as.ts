/** One column of mel power with SIMD: window, FFT, power, filters. */
import { fft } from '../fft/fft.as';
import { multiplyAdd, subtractProduct } from '../kernels/multiply-add.as';
import { sumOf } from '../kernels/sum.as';

/** Multiplies samples by the window; even samples become real parts, odd ones imaginary parts. */
function applyWindow(half: usize, samples: usize, window: usize, points: usize): void {
  const bytes = half << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const low = f32x4.mul(v128.load(samples + 2 * at), v128.load(window + 2 * at));
    const high = f32x4.mul(v128.load(samples + 2 * at, 16), v128.load(window + 2 * at, 16));
    v128.store(points + at, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    v128.store(points + bytes + at, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  }
}

/** The four lanes in reverse order. */
// @ts-ignore: decorator
@inline
function reversed(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 3, 2, 1, 0);
}

/**
 * |X|² of the real transform from the complex transform of half the size; the same split as
 * `RealFft.power` in `dsp/fft/fft.ts`, with bins k and half - k computed together.
 * @param roots [2][half / 2 + 4] cosines, then sines, of 2π k / (2 half)
 * @param power receives [half + 1]
 */
function splitPower(half: usize, points: usize, roots: usize, power: usize): void {
  const re = points;
  const im = points + (half << 2);
  const cosines = roots;
  const sines = roots + (half << 1) + 16;
  const first = load<f32>(re);
  const second = load<f32>(im);
  store<f32>(power, (first + second) * (first + second));
  store<f32>(power + (half << 2), (first - second) * (first - second));
  const quarter = f32x4.splat(0.25);
  for (let k: usize = 4, j = (half << 2) - 16; k <= half << 1; k += 16, j -= 16) {
    const aRe = v128.load(re + k);
    const aIm = v128.load(im + k);
    const bRe = reversed(v128.load(re + j));
    const bIm = reversed(v128.load(im + j));
    const evenRe = f32x4.add(aRe, bRe);
    const evenIm = f32x4.sub(aIm, bIm);
    const oddRe = f32x4.add(aIm, bIm);
    const oddIm = f32x4.sub(bRe, aRe);
    const cos = v128.load(cosines + k);
    const sin = v128.load(sines + k);
    const turnedRe = multiplyAdd(oddRe, cos, f32x4.mul(oddIm, sin));
    const turnedIm = subtractProduct(oddRe, sin, f32x4.mul(oddIm, cos));
    const upRe = f32x4.add(evenRe, turnedRe);
    const upIm = f32x4.add(evenIm, turnedIm);
    const downRe = f32x4.sub(evenRe, turnedRe);
    const downIm = f32x4.sub(turnedIm, evenIm);
    v128.store(power + k, f32x4.mul(quarter, multiplyAdd(upRe, upRe, f32x4.mul(upIm, upIm))));
    v128.store(power + j, reversed(f32x4.mul(quarter, multiplyAdd(downRe, downRe, f32x4.mul(downIm, downIm)))));
  }
}

/**
 * @param runs [bands][2] uint32: byte offset of the band's first bin, and its number of vectors of four bins
 * @param weights of all runs, each zero-padded to whole vectors
 * @param bins [half + 1] power, followed by 16 readable bytes that hold no NaN
 */
function applyFilters(bands: usize, runs: usize, weights: usize, bins: usize, power: usize): void {
  for (const end = power + (bands << 2); power < end; power += 4, runs += 8) {
    let sum = f32x4.splat(0);
    let at = bins + <usize>load<u32>(runs);
    for (const stop = at + (<usize>load<u32>(runs, 4) << 4); at < stop; at += 16, weights += 16) {
      sum = multiplyAdd(v128.load(at), v128.load(weights), sum);
    }
    store<f32>(power, sumOf(sum));
  }
}

/**
 * @param half window length / 2, a power of two, at least 16
 * @param samples [2 half]
 * @param points scratch, [4 half]: input and output of the FFT
 * @param bins scratch, [half + 5]
 * @param power receives [bands]
 */
export function melColumn(
  half: usize, samples: usize, window: usize, points: usize, twiddles: usize, roots: usize,
  bins: usize, bands: usize, runs: usize, weights: usize, power: usize,
): void {
  applyWindow(half, samples, window, points);
  splitPower(half, fft(half, points, points + (half << 3), twiddles), roots, bins);
  applyFilters(bands, runs, weights, bins, power);
}
