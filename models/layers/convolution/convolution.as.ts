/**
 * 3 × 3 convolutions, causal over columns, "same" padding over bands, with bias, ReLU and max
 * pooling. The layout is [columns][streams][bands][channels], columns of all streams interleaved, so
 * that a step in time is a constant offset for any number of streams.
 *
 * Over bands, Winograd's minimal filtering F(4, 3) computes four outputs with six products instead of
 * twelve (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks",
 * points 0, ±1, ±2, ∞). Over time the convolution is direct, as part of the depth of a matrix product.
 */
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';
import { gemm } from '../dense/gemm.as';

/**
 * Copies the last columns of a convolution's input from the streams' states to the buffer, or back.
 * @param x [tail][streams] of `bytes`, `rowBytes` apart
 * @param slots state slots of the streams, `slotBytes` apart: [tail] of `bytes`
 * @param isBack whether to copy from the buffer to the states
 */
export function copyTails(x: usize, tail: usize, streams: usize, bytes: usize, rowBytes: usize, slots: usize, slotBytes: usize, isBack: bool): void {
  for (let column: usize = 0; column < tail; column++, slots += bytes) {
    for (let slot = slots, stream: usize = 0; stream < streams; stream++, x += rowBytes, slot += slotBytes) {
      if (isBack) memory.copy(slot, x, bytes);
      else memory.copy(x, slot, bytes);
    }
  }
}

/**
 * Winograd input transform: of tiles of six bands that start four bands apart, six transformed values.
 * @param x [columns][streams][bands][channels], columns `columnBytes` apart
 * @param bands a multiple of 4; @param channels a multiple of 4
 * @param planes receives [6][columns × streams × bands / 4][channels]
 */
function transformInput(x: usize, columns: usize, streams: usize, columnBytes: usize, bands: usize, channels: usize, planes: usize): void {
  const bytes = channels << 2;
  const plane = columns * streams * (bands >> 2) * bytes;
  const skipped = columnBytes - streams * bands * bytes;
  const zero = f32x4.splat(0);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (let row: usize = 0; row < columns * streams; row++) {
    if (row > 0 && row % streams == 0) x += skipped;
    for (let band: usize = 0; band < bands; band += 4) {
      const isLast = band + 4 == bands;
      for (const end = x + bytes; x < end; x += 16, planes += 16) {
        const d0 = band == 0 ? zero : v128.load(x - bytes);
        const d1 = v128.load(x);
        const d2 = v128.load(x + bytes);
        const d3 = v128.load(x + 2 * bytes);
        const d4 = v128.load(x + 3 * bytes);
        const d5 = isLast ? zero : v128.load(x + 4 * bytes);
        const inner = subtractProduct(four, d2, d4);
        const outer = subtractProduct(four, d1, d3);
        const even = f32x4.sub(d4, d2);
        const odd = f32x4.sub(d3, d1);
        v128.store(planes, subtractProduct(five, d2, multiplyAdd(four, d0, d4)));
        v128.store(planes + plane, f32x4.add(inner, outer));
        v128.store(planes + 2 * plane, f32x4.sub(inner, outer));
        v128.store(planes + 3 * plane, multiplyAdd(two, odd, even));
        v128.store(planes + 4 * plane, subtractProduct(two, odd, even));
        v128.store(planes + 5 * plane, subtractProduct(five, d3, multiplyAdd(four, d1, d5)));
      }
      x += 3 * bytes;
    }
  }
}

/**
 * Winograd output transform of six products to four bands, then bias, ReLU and max pooling.
 * @param planes [6][columns][rows][filters]; of a column's rows the first streams × tiles count
 * @param pool 1, 2 or 4 bands; @param poolColumns a divisor of columns
 * @param y receives [columns / poolColumns][streams][bands / pool][filters], columns `columnBytes` apart
 */
export function transformOutput(planes: usize, columns: usize, rows: usize, streams: usize, tiles: usize, filters: usize, bias: usize, pool: usize, poolColumns: usize, y: usize, columnBytes: usize): void {
  const bytes = filters << 2;
  const column = rows * bytes;
  const plane = columns * column;
  const zero = f32x4.splat(0);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  for (let first: usize = 0; first < columns; first += poolColumns) {
    for (let tile: usize = 0; tile < streams * tiles; tile++) {
      for (let at: usize = 0; at < bytes; at += 16) {
        const b = v128.load(bias + at);
        let y0 = zero, y1 = zero, y2 = zero, y3 = zero;
        for (let step: usize = 0, m = planes + first * column + tile * bytes + at; step < poolColumns; step++, m += column) {
          const m0 = v128.load(m);
          const m1 = v128.load(m + plane);
          const m2 = v128.load(m + 2 * plane);
          const m3 = v128.load(m + 3 * plane);
          const m4 = v128.load(m + 4 * plane);
          const m5 = v128.load(m + 5 * plane);
          const innerSum = f32x4.add(m1, m2);
          const innerDifference = f32x4.sub(m1, m2);
          const outerSum = f32x4.add(m3, m4);
          const outerDifference = f32x4.sub(m3, m4);
          // y0 to y3 start at 0, so these maxima include the ReLU.
          y0 = f32x4.pmax(y0, f32x4.add(b, f32x4.add(m0, f32x4.add(innerSum, outerSum))));
          y1 = f32x4.pmax(y1, f32x4.add(b, multiplyAdd(two, outerDifference, innerDifference)));
          y2 = f32x4.pmax(y2, f32x4.add(b, multiplyAdd(four, outerSum, innerSum)));
          y3 = f32x4.pmax(y3, f32x4.add(b, f32x4.add(m5, multiplyAdd(eight, outerDifference, innerDifference))));
        }
        if (pool == 1) {
          v128.store(y + at, y0);
          v128.store(y + bytes + at, y1);
          v128.store(y + 2 * bytes + at, y2);
          v128.store(y + 3 * bytes + at, y3);
        } else if (pool == 2) {
          v128.store(y + at, f32x4.pmax(y0, y1));
          v128.store(y + bytes + at, f32x4.pmax(y2, y3));
        } else {
          v128.store(y + at, f32x4.pmax(f32x4.pmax(y0, y1), f32x4.pmax(y2, y3)));
        }
      }
      y += (4 / pool) * bytes;
    }
    y += columnBytes - streams * tiles * (4 / pool) * bytes;
  }
}

/**
 * @param x [2 + columns][streams][bands][channels]: the last two columns before, then the new ones
 * @param streamsAtOnce streams per pass, few enough that their values stay in the CPU's inner caches
 * @param weights [6] matrices of [3 × channels] to `filters`, in `gemm`'s panels
 * @param zeros [filters]
 * @param planes scratch, [6][(2 + columns) × streamsAtOnce × bands / 4][channels]
 * @param products scratch, [6][columns × streamsAtOnce × bands / 4][filters]
 */
export function convolution(
  x: usize, columns: usize, streams: usize, streamsAtOnce: usize, bands: usize, channels: usize,
  weights: usize, bias: usize, zeros: usize, filters: usize, pool: usize, poolColumns: usize,
  planes: usize, products: usize, y: usize,
): void {
  const tiles = bands >> 2;
  const rowBytes = channels << 2;
  const filterBytes = filters << 2;
  const streamBytes = bands * rowBytes;
  const resultBytes = (bands / pool) * filterBytes;
  for (let first: usize = 0; first < streams; first += streamsAtOnce) {
    const count = min(streamsAtOnce, streams - first);
    const column = count * tiles * rowBytes;
    const rows = columns * count * tiles;
    transformInput(x + first * streamBytes, columns + 2, count, streams * streamBytes, bands, channels, planes);
    for (let point: usize = 0; point < 6; point++) {
      gemm(
        planes + point * (columns + 2) * column, rowBytes, rows, 3, column, channels,
        weights + point * 3 * channels * filterBytes, filters, zeros, -f32.MAX_VALUE, products + point * rows * filterBytes, filterBytes,
      );
    }
    transformOutput(products, columns, count * tiles, count, tiles, filters, bias, pool, poolColumns, y + first * resultBytes, streams * resultBytes);
  }
}

/**
 * ReLU and max pooling of `poolColumns` columns.
 * @param x [poolColumns × streams][2 + bands][filters]; the last two bands are ignored
 * @param y receives [streams][bands / pool][filters]
 */
function maxPool(x: usize, streams: usize, bands: usize, filters: usize, pool: usize, poolColumns: usize, y: usize): void {
  const bytes = filters << 2;
  const row = (bands + 2) * bytes;
  const column = streams * row;
  const pooled = bands / pool;
  for (let stream: usize = 0; stream < streams; stream++, x += row) {
    let patch = x;
    for (let band: usize = 0; band < pooled; band++, patch += pool * bytes) {
      for (let at: usize = 0; at < bytes; at += 16, y += 16) {
        let maximum = f32x4.splat(0); // starting at 0 applies ReLU
        for (let step: usize = 0, from = patch + at; step < poolColumns; step++, from += column) {
          for (let near: usize = 0; near < pool; near++) maximum = f32x4.pmax(maximum, v128.load(from + near * bytes));
        }
        v128.store(y, maximum);
      }
    }
  }
}

/**
 * The same for a single input channel, too few for Winograd to pay off: a matrix product whose rows
 * overlap, each band with its two neighbours.
 * @param x [2 + columns][streams][1 + bands + 1], with zeros around the bands
 * @param weights [3 columns × 3 bands] to `filters`, in `gemm`'s panels
 * @param products scratch, [poolColumns × streams][2 + bands][filters]
 */
export function convolutionSingleChannel(
  x: usize, columns: usize, streams: usize, bands: usize,
  weights: usize, bias: usize, filters: usize, pool: usize, poolColumns: usize,
  products: usize, y: usize,
): void {
  const column = streams * (bands + 2);
  const group = poolColumns * column;
  const filterBytes = filters << 2;
  for (let first: usize = 0; first < columns; first += poolColumns, x += group << 2, y += streams * (bands / pool) * filterBytes) {
    gemm(x, 4, group - 2, 3, column << 2, 3, weights, filters, bias, 0, products, filterBytes);
    maxPool(products, streams, bands, filters, pool, poolColumns, y);
  }
}
