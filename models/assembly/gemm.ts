/**
 * Matrix products: rows of numbers times weights, the heart of every layer. Weights lie in panels of
 * eight columns (a last one of four where that is enough), each [depth][8], so that they are read in
 * one go; four rows are done at once, which keeps their thirty-two sums in registers (Goto and
 * van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication").
 */

// @ts-ignore: decorator
@inline
function madd(sum: v128, x: v128, w: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, w));
}

/** Four rows times one panel of eight columns, added to what the first row of `bias` gives. */
function rows4x8(x: usize, rowBytes: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, bias: usize, floor: v128, y: usize, yRowBytes: usize): void {
  const biasLow = v128.load(bias);
  const biasHigh = v128.load(bias, 16);
  let a0 = biasLow, a1 = biasHigh, b0 = biasLow, b1 = biasHigh, c0 = biasLow, c1 = biasHigh, d0 = biasLow, d1 = biasHigh;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let a = x;
    let b = a + rowBytes;
    let c = b + rowBytes;
    let d = c + rowBytes;
    for (const end = x + depthBytes; a < end; a += 4, b += 4, c += 4, d += 4, w += 32) {
      const low = v128.load(w);
      const high = v128.load(w, 16);
      const xa = v128.load32_splat(a);
      a0 = madd(a0, xa, low);
      a1 = madd(a1, xa, high);
      const xb = v128.load32_splat(b);
      b0 = madd(b0, xb, low);
      b1 = madd(b1, xb, high);
      const xc = v128.load32_splat(c);
      c0 = madd(c0, xc, low);
      c1 = madd(c1, xc, high);
      const xd = v128.load32_splat(d);
      d0 = madd(d0, xd, low);
      d1 = madd(d1, xd, high);
    }
  }
  v128.store(y, f32x4.max(a0, floor));
  v128.store(y, f32x4.max(a1, floor), 16);
  v128.store(y + yRowBytes, f32x4.max(b0, floor));
  v128.store(y + yRowBytes, f32x4.max(b1, floor), 16);
  v128.store(y + 2 * yRowBytes, f32x4.max(c0, floor));
  v128.store(y + 2 * yRowBytes, f32x4.max(c1, floor), 16);
  v128.store(y + 3 * yRowBytes, f32x4.max(d0, floor));
  v128.store(y + 3 * yRowBytes, f32x4.max(d1, floor), 16);
}

/** The same with a panel of four columns. */
function rows4x4(x: usize, rowBytes: usize, segments: usize, segmentBytes: usize, depthBytes: usize, w: usize, bias: usize, floor: v128, y: usize, yRowBytes: usize): void {
  const start = v128.load(bias);
  let a0 = start, b0 = start, c0 = start, d0 = start;
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    let a = x;
    let b = a + rowBytes;
    let c = b + rowBytes;
    let d = c + rowBytes;
    for (const end = x + depthBytes; a < end; a += 4, b += 4, c += 4, d += 4, w += 16) {
      const four = v128.load(w);
      a0 = madd(a0, v128.load32_splat(a), four);
      b0 = madd(b0, v128.load32_splat(b), four);
      c0 = madd(c0, v128.load32_splat(c), four);
      d0 = madd(d0, v128.load32_splat(d), four);
    }
  }
  v128.store(y, f32x4.max(a0, floor));
  v128.store(y + yRowBytes, f32x4.max(b0, floor));
  v128.store(y + 2 * yRowBytes, f32x4.max(c0, floor));
  v128.store(y + 3 * yRowBytes, f32x4.max(d0, floor));
}

/** One row times a panel of `width` columns, four or eight. */
function row1(x: usize, segments: usize, segmentBytes: usize, depthBytes: usize, width: usize, w: usize, bias: usize, floor: v128, y: usize): void {
  const isWide = width == 8;
  let a0 = v128.load(bias);
  let a1 = isWide ? v128.load(bias, 16) : f32x4.splat(0);
  for (let segment: usize = 0; segment < segments; segment++, x += segmentBytes) {
    const end = x + depthBytes;
    if (isWide) {
      for (let a = x; a < end; a += 4, w += 32) {
        const xa = v128.load32_splat(a);
        a0 = madd(a0, xa, v128.load(w));
        a1 = madd(a1, xa, v128.load(w, 16));
      }
    } else {
      for (let a = x; a < end; a += 4, w += 16) a0 = madd(a0, v128.load32_splat(a), v128.load(w));
    }
  }
  v128.store(y, f32x4.max(a0, floor));
  if (isWide) v128.store(y, f32x4.max(a1, floor), 16);
}

/**
 * y = max(floor, bias + x w). A row of x may lie in `segments` pieces of `depth` numbers, `segmentBytes` apart.
 * @param rows of x and y; the first `depth` numbers of row n begin at x + n × rowBytes
 * @param w panels of [segments × depth][8 or 4]
 * @param columns of y, a multiple of 4
 * @param bias [columns]
 * @param floor 0 for ReLU, -Infinity for none
 * @param y rows begin yRowBytes apart
 */
export function gemm(
  x: usize, rowBytes: usize, rows: usize, segments: usize, segmentBytes: usize, depth: usize,
  w: usize, columns: usize, bias: usize, floor: f32, y: usize, yRowBytes: usize,
): void {
  const depthBytes = depth << 2;
  const floors = f32x4.splat(floor);
  for (let column: usize = 0; column < columns; column += 8) {
    const width: usize = columns - column == 4 ? 4 : 8;
    let from = x;
    let to = y + (column << 2);
    const at = bias + (column << 2);
    let left = rows;
    for (; left >= 4; left -= 4, from += 4 * rowBytes, to += 4 * yRowBytes) {
      if (width == 8) rows4x8(from, rowBytes, segments, segmentBytes, depthBytes, w, at, floors, to, yRowBytes);
      else rows4x4(from, rowBytes, segments, segmentBytes, depthBytes, w, at, floors, to, yRowBytes);
    }
    for (; left > 0; left--, from += rowBytes, to += yRowBytes) row1(from, segments, segmentBytes, depthBytes, width, w, at, floors, to);
    w += segments * depthBytes * width;
  }
}

