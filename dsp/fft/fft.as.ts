/**
 * Complex FFT with SIMD for powers of two from 16 points: Stockham autosort, radix 4 (Van Loan 1992,
 * "Computational Frameworks for the Fast Fourier Transform", section 1.7). Every pass reads and
 * writes contiguous runs, and no bit reversal is needed. Planar layout: an array of n points is n
 * real parts followed by n imaginary parts, float32.
 */
import { multiplyAdd, subtractProduct } from '../kernels/multiply-add.as';

// @ts-ignore: decorator
@inline
function mulRe(aRe: v128, aIm: v128, bRe: v128, bIm: v128): v128 {
  return subtractProduct(aIm, bIm, f32x4.mul(aRe, bRe));
}

// @ts-ignore: decorator
@inline
function mulIm(aRe: v128, aIm: v128, bRe: v128, bIm: v128): v128 {
  return multiplyAdd(aRe, bIm, f32x4.mul(aIm, bRe));
}

/** Stores the transpose of four vectors. */
// @ts-ignore: decorator
@inline
function storeColumns(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<f32>(abLow, cdLow, 0, 1, 4, 5));
  v128.store(at, v128.shuffle<f32>(abLow, cdLow, 2, 3, 6, 7), 16);
  v128.store(at, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 32);
  v128.store(at, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 48);
}

/**
 * Four radix-4 butterflies on points a quarter of the transform apart; all results but the first are
 * multiplied by a twiddle factor.
 * @param areNeighbours whether the four results of each butterfly are adjacent; a compile-time constant, so the branch is free
 * @param run bytes from one result to the next if they are not adjacent
 */
// @ts-ignore: decorator
@inline
function butterflies(
  xRe: usize, xIm: usize, quarter: usize, yRe: usize, yIm: usize, areNeighbours: bool, run: usize,
  w1Re: v128, w1Im: v128, w2Re: v128, w2Im: v128, w3Re: v128, w3Im: v128,
): void {
  const aRe = v128.load(xRe);
  const aIm = v128.load(xIm);
  const bRe = v128.load(xRe + quarter);
  const bIm = v128.load(xIm + quarter);
  const cRe = v128.load(xRe + 2 * quarter);
  const cIm = v128.load(xIm + 2 * quarter);
  const dRe = v128.load(xRe + 3 * quarter);
  const dIm = v128.load(xIm + 3 * quarter);
  const acRe = f32x4.add(aRe, cRe);
  const acIm = f32x4.add(aIm, cIm);
  const bdRe = f32x4.add(bRe, dRe);
  const bdIm = f32x4.add(bIm, dIm);
  const evenRe = f32x4.sub(aRe, cRe);
  const evenIm = f32x4.sub(aIm, cIm);
  const oddRe = f32x4.sub(bIm, dIm); // -i (b - d)
  const oddIm = f32x4.sub(dRe, bRe);
  const oneRe = f32x4.add(evenRe, oddRe);
  const oneIm = f32x4.add(evenIm, oddIm);
  const twoRe = f32x4.sub(acRe, bdRe);
  const twoIm = f32x4.sub(acIm, bdIm);
  const threeRe = f32x4.sub(evenRe, oddRe);
  const threeIm = f32x4.sub(evenIm, oddIm);
  storeResults(yRe, areNeighbours, run, f32x4.add(acRe, bdRe), mulRe(oneRe, oneIm, w1Re, w1Im), mulRe(twoRe, twoIm, w2Re, w2Im), mulRe(threeRe, threeIm, w3Re, w3Im));
  storeResults(yIm, areNeighbours, run, f32x4.add(acIm, bdIm), mulIm(oneRe, oneIm, w1Re, w1Im), mulIm(twoRe, twoIm, w2Re, w2Im), mulIm(threeRe, threeIm, w3Re, w3Im));
}

// @ts-ignore: decorator
@inline
function storeResults(at: usize, areNeighbours: bool, run: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (areNeighbours) return storeColumns(at, a, b, c, d);
  v128.store(at, a);
  v128.store(at + run, b);
  v128.store(at + 2 * run, c);
  v128.store(at + 3 * run, d);
}

/**
 * The first pass.
 * @param twiddles [6][size / 4]: real and imaginary parts of the first, second and third power of each root of unity
 */
function firstPass(size: usize, xRe: usize, xIm: usize, yRe: usize, yIm: usize, twiddles: usize): void {
  const quarter = size; // bytes of a quarter of the points
  for (let at: usize = 0; at < quarter; at += 16) {
    butterflies(
      xRe + at, xIm + at, quarter, yRe + 4 * at, yIm + 4 * at, true, 0,
      v128.load(twiddles + at), v128.load(twiddles + quarter + at),
      v128.load(twiddles + 2 * quarter + at), v128.load(twiddles + 3 * quarter + at),
      v128.load(twiddles + 4 * quarter + at), v128.load(twiddles + 5 * quarter + at),
    );
  }
}

/**
 * A later pass: `stride` interleaved transforms, at least four, of `length` points each.
 * @param twiddles [length / 4][6]: real and imaginary parts of the first, second and third power of each root of unity
 */
function laterPass(length: usize, stride: usize, xRe: usize, xIm: usize, yRe: usize, yIm: usize, twiddles: usize): void {
  const run = stride << 2; // bytes
  const quarter = (length >> 2) * run;
  let y: usize = 0;
  for (let x: usize = 0; x < quarter; twiddles += 24, y += 3 * run) {
    const w1Re = v128.load32_splat(twiddles);
    const w1Im = v128.load32_splat(twiddles, 4);
    const w2Re = v128.load32_splat(twiddles, 8);
    const w2Im = v128.load32_splat(twiddles, 12);
    const w3Re = v128.load32_splat(twiddles, 16);
    const w3Im = v128.load32_splat(twiddles, 20);
    for (const end = x + run; x < end; x += 16, y += 16) {
      butterflies(xRe + x, xIm + x, quarter, yRe + y, yIm + y, false, run, w1Re, w1Im, w2Re, w2Im, w3Re, w3Im);
    }
  }
}

/** The last pass if the size is not a power of four: radix 2. */
function radix2Pass(size: usize, x: usize, y: usize): void {
  const half = size << 1; // bytes of half the points
  for (let part: usize = 0; part < 2; part++, x += 2 * half, y += 2 * half) {
    for (let at: usize = 0; at < half; at += 16) {
      const a = v128.load(x + at);
      const b = v128.load(x + half + at);
      v128.store(y + at, f32x4.add(a, b));
      v128.store(y + half + at, f32x4.sub(a, b));
    }
  }
}

/**
 * @param size points, a power of two, at least 16
 * @param x the points; overwritten
 * @param y scratch of the same length
 * @param twiddles from `dsp/fft/fft-tables.ts`
 * @returns x or y, whichever holds the spectrum
 */
export function fft(size: usize, x: usize, y: usize, twiddles: usize): usize {
  const bytes = size << 2;
  firstPass(size, x, x + bytes, y, y + bytes, twiddles);
  twiddles += 6 * size;
  let from = y;
  let to = x;
  let length = size >> 2;
  for (let stride: usize = 4; length >= 4; stride <<= 2, length >>= 2) {
    laterPass(length, stride, from, from + bytes, to, to + bytes, twiddles);
    twiddles += 6 * length;
    const swapped = from;
    from = to;
    to = swapped;
  }
  if (length == 1) return from;
  radix2Pass(size, from, to);
  return to;
}
