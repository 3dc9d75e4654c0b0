/**
 * The matrix product in 16 bits: `i32x4.dot_i16x8_s` multiplies and adds eight pairs of integers, twice
 * what a fused multiply-add does with floats. Four rows of x are interleaved by pairs of values, so that
 * one address moves through them; weights lie in panels of eight columns (the last one of four where that
 * is enough), also by pairs: see `writePanels16`. Sums cannot overflow, because the weights are scaled so
 * that no input within ± `LIMIT` reaches 2^31.
 */
import { multiplyAdd } from '../../../dsp/kernels/multiply-add.as';

/** Largest magnitude of a quantised input. `models/kernels/products16.ts` has the same number. */
const LIMIT: i16 = 8191;

/** 1.5 × 2^23: added to a float it leaves the nearest integer in the low bits. */
const MAGIC: f32 = 12_582_912;

/** The nearest integers of four values times a factor; beyond ± 2^23 they saturate in `narrow16`. */
// @ts-ignore: decorator
@inline
export function rounded(x: v128, factor: v128): v128 {
  const magic = f32x4.splat(MAGIC);
  return i32x4.sub(multiplyAdd(x, factor, magic), magic);
}

/** Eight integers clamped to ± `LIMIT`, as 16 bits. */
// @ts-ignore: decorator
@inline
export function narrow16(low: v128, high: v128): v128 {
  return i16x8.max_s(i16x8.min_s(i16x8.narrow_i32x4_s(low, high), i16x8.splat(LIMIT)), i16x8.splat(-LIMIT));
}

/**
 * Interleaves four rows of 16-bit values by pairs.
 * @param a, b, c, d addresses of the rows
 * @param depth values in a row, a multiple of 4; up to 8 bytes beyond are read
 * @param out receives [depth / 2][4 rows][2]
 */
export function interleave(a: usize, b: usize, c: usize, d: usize, depth: usize, out: usize): void {
  for (const end = out + (depth << 3); out < end; a += 16, b += 16, c += 16, d += 16, out += 64) {
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    const abLow = v128.shuffle<i32>(va, vb, 0, 4, 1, 5);
    const cdLow = v128.shuffle<i32>(vc, vd, 0, 4, 1, 5);
    v128.store(out, v128.shuffle<i64>(abLow, cdLow, 0, 2));
    v128.store(out, v128.shuffle<i64>(abLow, cdLow, 1, 3), 16);
    if (out + 32 == end) return;
    const abHigh = v128.shuffle<i32>(va, vb, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<i32>(vc, vd, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 32);
    v128.store(out, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 48);
  }
}

/** Row `from` of floats, quantised. */
function quantiseRow(from: usize, depth: usize, factor: v128, to: usize): void {
  for (const end = from + (depth << 2); from < end; from += 16, to += 8) {
    const four = rounded(v128.load(from), factor);
    v128.store64_lane(to, narrow16(four, four), 0);
  }
}

/**
 * Quantises rows for `gemm16`.
 * @param x rows of `depth` floats, a multiple of 4, `rowBytes` apart
 * @param factor quantised value = nearest integer to x × factor, clamped
 * @param scratch [4 × depth] 16-bit values, followed by 8 readable bytes
 * @param out receives [rows / 4, rounded up][depth / 2][4][2]; the last row is repeated
 */
export function quantiseRows(x: usize, rowBytes: usize, rows: usize, depth: usize, factor: f32, scratch: usize, out: usize): void {
  const factors = f32x4.splat(factor);
  const bytes = depth << 1;
  for (let row: usize = 0; row < rows; row += 4, out += depth << 3) {
    for (let each: usize = 0; each < 4; each++) quantiseRow(x + min(row + each, rows - 1) * rowBytes, depth, factors, scratch + each * bytes);
    interleave(scratch, scratch + bytes, scratch + 2 * bytes, scratch + 3 * bytes, depth, out);
  }
}

// @ts-ignore: decorator
@inline
function dot(x: v128, w: v128, sum: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(x, w), sum);
}

/** max(floor, bias + sum × scale) */
// @ts-ignore: decorator
@inline
function result(sum: v128, scale: v128, bias: v128, floor: v128): v128 {
  return f32x4.pmax(multiplyAdd(f32x4.convert_i32x4_s(sum), scale, bias), floor);
}

/** Four rows times one panel of eight columns. */
function rows4x8(x: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, scales: usize, bias: usize, floor: v128, y: usize, yRowBytes: usize): void {
  const zero = i32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let at = x;
    for (const end = x + depthBytes; at < end; at += 16, w += 32) {
      const low = v128.load(w);
      const high = v128.load(w, 16);
      const xa = v128.load32_splat(at);
      a0 = dot(xa, low, a0);
      a1 = dot(xa, high, a1);
      const xb = v128.load32_splat(at, 4);
      b0 = dot(xb, low, b0);
      b1 = dot(xb, high, b1);
      const xc = v128.load32_splat(at, 8);
      c0 = dot(xc, low, c0);
      c1 = dot(xc, high, c1);
      const xd = v128.load32_splat(at, 12);
      d0 = dot(xd, low, d0);
      d1 = dot(xd, high, d1);
    }
  }
  const scaleLow = v128.load(scales);
  const scaleHigh = v128.load(scales, 16);
  const biasLow = v128.load(bias);
  const biasHigh = v128.load(bias, 16);
  v128.store(y, result(a0, scaleLow, biasLow, floor));
  v128.store(y, result(a1, scaleHigh, biasHigh, floor), 16);
  y += yRowBytes;
  v128.store(y, result(b0, scaleLow, biasLow, floor));
  v128.store(y, result(b1, scaleHigh, biasHigh, floor), 16);
  y += yRowBytes;
  v128.store(y, result(c0, scaleLow, biasLow, floor));
  v128.store(y, result(c1, scaleHigh, biasHigh, floor), 16);
  y += yRowBytes;
  v128.store(y, result(d0, scaleLow, biasLow, floor));
  v128.store(y, result(d1, scaleHigh, biasHigh, floor), 16);
}

/** The same for a panel of four columns. */
function rows4x4(x: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, scales: usize, bias: usize, floor: v128, y: usize, yRowBytes: usize): void {
  const zero = i32x4.splat(0);
  let a0 = zero, b0 = zero, c0 = zero, d0 = zero;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let at = x;
    for (const end = x + depthBytes; at < end; at += 16, w += 16) {
      const four = v128.load(w);
      a0 = dot(v128.load32_splat(at), four, a0);
      b0 = dot(v128.load32_splat(at, 4), four, b0);
      c0 = dot(v128.load32_splat(at, 8), four, c0);
      d0 = dot(v128.load32_splat(at, 12), four, d0);
    }
  }
  const scale = v128.load(scales);
  const start = v128.load(bias);
  v128.store(y, result(a0, scale, start, floor));
  v128.store(y + yRowBytes, result(b0, scale, start, floor));
  v128.store(y + 2 * yRowBytes, result(c0, scale, start, floor));
  v128.store(y + 3 * yRowBytes, result(d0, scale, start, floor));
}

/** The first of four rows times three panels of eight columns. */
function row1x24(x: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, panelBytes: usize, scales: usize, bias: usize, floor: v128, y: usize): void {
  const zero = i32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero;
  let u = w + panelBytes;
  let v = u + panelBytes;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let at = x;
    for (const end = x + depthBytes; at < end; at += 16, w += 32, u += 32, v += 32) {
      const one = v128.load32_splat(at);
      a0 = dot(one, v128.load(w), a0);
      a1 = dot(one, v128.load(w, 16), a1);
      b0 = dot(one, v128.load(u), b0);
      b1 = dot(one, v128.load(u, 16), b1);
      c0 = dot(one, v128.load(v), c0);
      c1 = dot(one, v128.load(v, 16), c1);
    }
  }
  v128.store(y, result(a0, v128.load(scales), v128.load(bias), floor));
  v128.store(y, result(a1, v128.load(scales, 16), v128.load(bias, 16), floor), 16);
  v128.store(y, result(b0, v128.load(scales, 32), v128.load(bias, 32), floor), 32);
  v128.store(y, result(b1, v128.load(scales, 48), v128.load(bias, 48), floor), 48);
  v128.store(y, result(c0, v128.load(scales, 64), v128.load(bias, 64), floor), 64);
  v128.store(y, result(c1, v128.load(scales, 80), v128.load(bias, 80), floor), 80);
}

/**
 * y = max(floor, bias + scale × (x w)). A row of x consists of `segments` segments of `depth` values, `segmentBytes` apart.
 * @param x [rows / 4, rounded up][depth / 2][4][2], 16 bits
 * @param rows of y, which are written in whole fours
 * @param w panels of [segments × depth / 2][8 or 4][2], 16 bits
 * @param columns of y, a multiple of 4
 * @param scales [columns]; @param bias [columns]
 * @param floor 0 for ReLU, -Infinity for none
 * @param y rows are yRowBytes apart
 */
export function gemm16(
  x: usize, rows: usize, segments: usize, segmentBytes: usize, depth: usize,
  w: usize, columns: usize, scales: usize, bias: usize, floor: f32, y: usize, yRowBytes: usize,
): void {
  const depthBytes = depth << 3;
  const floors = f32x4.splat(floor);
  const panelBytes = segments * depth << 4;
  let column: usize = 0;
  if (rows == 1) {
    for (; column + 24 <= columns; column += 24, w += 3 * panelBytes) {
      const at = column << 2;
      row1x24(x, segments, segmentBytes, depthBytes, w, panelBytes, scales + at, bias + at, floors, y + at);
    }
  }
  for (; column < columns; column += 8, w += panelBytes) {
    const at = column << 2;
    const isWide = columns - column > 4;
    for (let row: usize = 0, from = x, to = y + at; row < rows; row += 4, from += depthBytes, to += 4 * yRowBytes) {
      if (isWide) rows4x8(from, segments, segmentBytes, depthBytes, w, scales + at, bias + at, floors, to, yRowBytes);
      else rows4x4(from, segments, segmentBytes, depthBytes, w, scales + at, bias + at, floors, to, yRowBytes);
    }
  }
}
