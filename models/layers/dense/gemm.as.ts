/**
 * Matrix product, used by most layers. Weights are stored in panels of eight columns (the last one
 * of four where that is enough), each [depth][8], so that they are read sequentially. Four rows are
 * computed at once, which keeps their thirty-two sums in eight vector registers (Goto and van de
 * Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"). V8 has fifteen registers and
 * hoists all loads of a loop iteration before its multiplications, so unrolling the loop to two
 * depths would spill. `pmax` is one instruction; `max`, with its rules for NaN and -0, is ten.
 */
import { multiplyAdd } from '../../../dsp/kernels/multiply-add.as';

/**
 * Four rows times one panel of eight columns, plus bias.
 * @param second, third, fourth byte offsets of the other rows from the first row of x; ySecond, yThird, yFourth the same for y
 */
function rows4x8(x: usize, second: usize, third: usize, fourth: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, bias: usize, floor: v128, y: usize, ySecond: usize, yThird: usize, yFourth: usize): void {
  const biasLow = v128.load(bias);
  const biasHigh = v128.load(bias, 16);
  let a0 = biasLow, a1 = biasHigh, b0 = biasLow, b1 = biasHigh, c0 = biasLow, c1 = biasHigh, d0 = biasLow, d1 = biasHigh;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let a = x;
    let b = x + second;
    let c = x + third;
    let d = x + fourth;
    for (const end = x + depthBytes; a < end; a += 4, b += 4, c += 4, d += 4, w += 32) {
      const low = v128.load(w);
      const high = v128.load(w, 16);
      const xa = v128.load32_splat(a);
      a0 = multiplyAdd(xa, low, a0);
      a1 = multiplyAdd(xa, high, a1);
      const xb = v128.load32_splat(b);
      b0 = multiplyAdd(xb, low, b0);
      b1 = multiplyAdd(xb, high, b1);
      const xc = v128.load32_splat(c);
      c0 = multiplyAdd(xc, low, c0);
      c1 = multiplyAdd(xc, high, c1);
      const xd = v128.load32_splat(d);
      d0 = multiplyAdd(xd, low, d0);
      d1 = multiplyAdd(xd, high, d1);
    }
  }
  v128.store(y, f32x4.pmax(a0, floor));
  v128.store(y, f32x4.pmax(a1, floor), 16);
  v128.store(y + ySecond, f32x4.pmax(b0, floor));
  v128.store(y + ySecond, f32x4.pmax(b1, floor), 16);
  v128.store(y + yThird, f32x4.pmax(c0, floor));
  v128.store(y + yThird, f32x4.pmax(c1, floor), 16);
  v128.store(y + yFourth, f32x4.pmax(d0, floor));
  v128.store(y + yFourth, f32x4.pmax(d1, floor), 16);
}

/** The same for a panel of four columns. */
function rows4x4(x: usize, second: usize, third: usize, fourth: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, bias: usize, floor: v128, y: usize, ySecond: usize, yThird: usize, yFourth: usize): void {
  const start = v128.load(bias);
  let a0 = start, b0 = start, c0 = start, d0 = start;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let a = x;
    let b = x + second;
    let c = x + third;
    let d = x + fourth;
    for (const end = x + depthBytes; a < end; a += 4, b += 4, c += 4, d += 4, w += 16) {
      const four = v128.load(w);
      a0 = multiplyAdd(v128.load32_splat(a), four, a0);
      b0 = multiplyAdd(v128.load32_splat(b), four, b0);
      c0 = multiplyAdd(v128.load32_splat(c), four, c0);
      d0 = multiplyAdd(v128.load32_splat(d), four, d0);
    }
  }
  v128.store(y, f32x4.pmax(a0, floor));
  v128.store(y + ySecond, f32x4.pmax(b0, floor));
  v128.store(y + yThird, f32x4.pmax(c0, floor));
  v128.store(y + yFourth, f32x4.pmax(d0, floor));
}

/** One row times three panels of eight columns; the six sums are independent, which hides latency. */
function row1x24(x: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, panelBytes: usize, bias: usize, floor: v128, y: usize): void {
  let a0 = v128.load(bias), a1 = v128.load(bias, 16);
  let b0 = v128.load(bias, 32), b1 = v128.load(bias, 48);
  let c0 = v128.load(bias, 64), c1 = v128.load(bias, 80);
  let u = w + panelBytes;
  let v = u + panelBytes;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let at = x;
    for (const end = x + depthBytes; at < end; at += 4, w += 32, u += 32, v += 32) {
      const one = v128.load32_splat(at);
      a0 = multiplyAdd(one, v128.load(w), a0);
      a1 = multiplyAdd(one, v128.load(w, 16), a1);
      b0 = multiplyAdd(one, v128.load(u), b0);
      b1 = multiplyAdd(one, v128.load(u, 16), b1);
      c0 = multiplyAdd(one, v128.load(v), c0);
      c1 = multiplyAdd(one, v128.load(v, 16), c1);
    }
  }
  v128.store(y, f32x4.pmax(a0, floor));
  v128.store(y, f32x4.pmax(a1, floor), 16);
  v128.store(y, f32x4.pmax(b0, floor), 32);
  v128.store(y, f32x4.pmax(b1, floor), 48);
  v128.store(y, f32x4.pmax(c0, floor), 64);
  v128.store(y, f32x4.pmax(c1, floor), 80);
}

/**
 * y = max(floor, bias + x w). A row of x consists of `segments` segments of `depth` values, `segmentBytes` apart.
 * @param rows of x and y; the first segment of row n begins at x + n × rowBytes
 * @param w panels of [segments × depth][8 or 4]
 * @param columns of y, a multiple of 4
 * @param bias [columns]
 * @param floor 0 for ReLU, -Infinity for none
 * @param y rows are yRowBytes apart
 */
export function gemm(
  x: usize, rowBytes: usize, rows: usize, segments: usize, segmentBytes: usize, depth: usize,
  w: usize, columns: usize, bias: usize, floor: f32, y: usize, yRowBytes: usize,
): void {
  const depthBytes = depth << 2;
  const floors = f32x4.splat(floor);
  const panelBytes = segments * depthBytes * 8;
  let column: usize = 0;
  if (rows == 1) {
    for (; column + 24 <= columns; column += 24, w += 3 * panelBytes) {
      row1x24(x, segments, segmentBytes, depthBytes, w, panelBytes, bias + (column << 2), floors, y + (column << 2));
    }
  }
  for (; column < columns; column += 8, w += panelBytes) {
    const width: usize = columns - column == 4 ? 4 : 8;
    let from = x;
    let to = y + (column << 2);
    const at = bias + (column << 2);
    // With fewer than four rows left, the last row is computed repeatedly.
    for (let row: usize = 0; row < rows; row += 4, from += 4 * rowBytes, to += 4 * yRowBytes) {
      const last = rows - row - 1;
      const second = min<usize>(last, 1);
      const third = min<usize>(last, 2);
      const fourth = min<usize>(last, 3);
      if (width == 8) rows4x8(from, second * rowBytes, third * rowBytes, fourth * rowBytes, segments, segmentBytes, depthBytes, w, at, floors, to, second * yRowBytes, third * yRowBytes, fourth * yRowBytes);
      else rows4x4(from, second * rowBytes, third * rowBytes, fourth * rowBytes, segments, segmentBytes, depthBytes, w, at, floors, to, second * yRowBytes, third * yRowBytes, fourth * yRowBytes);
    }
  }
}

