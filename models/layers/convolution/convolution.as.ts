/**
 * Convolutions of 3 × 3, causal over columns, the same size over bands, with bias, ReLU and maximum
 * over neighbours. Columns of all streams of a batch lie side by side: [columns][streams][bands][channels],
 * so that one step in time is one jump, however many streams there are.
 *
 * Over bands by Winograd's minimal filtering, F(4, 3): six products give four outputs where sums
 * take twelve (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural
 * Networks", points 0, ±1, ±2, ∞). Over time by sums, as depth of a matrix product.
 */
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';
import { gemm } from '../dense/gemm.as';

/**
 * The columns before new ones, from what streams carry, or the last columns back to it.
 * @param x [tail][streams] of `bytes`, each `rowBytes` after the one before
 * @param slots of the streams, slotBytes apart: [tail] of `bytes`
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
 * Tiles of six bands, four apart, as their six transforms.
 * @param x [columns][streams][bands][channels], columns `columnBytes` apart
 * @param bands a multiple of 4; @param channels likewise
 * @param planes receives [6][columns × streams × bands / 4][channels]
 */
function transformed(x: usize, columns: usize, streams: usize, columnBytes: usize, bands: usize, channels: usize, planes: usize): void {
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
 * Back from six products to four bands, merged with neighbours.
 * @param planes [6][columns × streams × tiles][filters]
 * @param pool 1, 2 or 4 bands; @param poolColumns divides columns
 * @param y receives [columns / poolColumns][streams][bands / pool][filters], columns `columnBytes` apart
 */
function merged(planes: usize, columns: usize, streams: usize, tiles: usize, filters: usize, bias: usize, pool: usize, poolColumns: usize, y: usize, columnBytes: usize): void {
  const bytes = filters << 2;
  const column = streams * tiles * bytes;
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
        for (let own: usize = 0, m = planes + first * column + tile * bytes + at; own < poolColumns; own++, m += column) {
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
          // The maximum with 0 is ReLU: it may come before other maxima.
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
 * @param together streams that are done at once: so few that their numbers stay in a near cache
 * @param weights [6] times panels as `gemm` takes them, of [3 × channels] to `filters`
 * @param zeros [filters]
 * @param planes room for [6][(2 + columns) × together × bands / 4][channels]
 * @param products room for [6][columns × together × bands / 4][filters]
 */
export function convolution(
  x: usize, columns: usize, streams: usize, together: usize, bands: usize, channels: usize,
  weights: usize, bias: usize, zeros: usize, filters: usize, pool: usize, poolColumns: usize,
  planes: usize, products: usize, y: usize,
): void {
  const tiles = bands >> 2;
  const rowBytes = channels << 2;
  const filterBytes = filters << 2;
  const streamBytes = bands * rowBytes;
  const resultBytes = (bands / pool) * filterBytes;
  for (let first: usize = 0; first < streams; first += together) {
    const own = min(together, streams - first);
    const column = own * tiles * rowBytes;
    const rows = columns * own * tiles;
    transformed(x + first * streamBytes, columns + 2, own, streams * streamBytes, bands, channels, planes);
    for (let point: usize = 0; point < 6; point++) {
      gemm(
        planes + point * (columns + 2) * column, rowBytes, rows, 3, column, channels,
        weights + point * 3 * channels * filterBytes, filters, zeros, -f32.MAX_VALUE, products + point * rows * filterBytes, filterBytes,
      );
    }
    merged(products, columns, own, tiles, filters, bias, pool, poolColumns, y + first * resultBytes, streams * resultBytes);
  }
}

/**
 * The maxima of patches, of as many columns as are merged.
 * @param x [poolColumns × streams][2 + bands][filters], of which the last two bands are left out
 * @param y receives [streams][bands / pool][filters]
 */
function highest(x: usize, streams: usize, bands: usize, filters: usize, pool: usize, poolColumns: usize, y: usize): void {
  const bytes = filters << 2;
  const row = (bands + 2) * bytes;
  const column = streams * row;
  const pooled = bands / pool;
  for (let stream: usize = 0; stream < streams; stream++, x += row) {
    let patch = x;
    for (let band: usize = 0; band < pooled; band++, patch += pool * bytes) {
      for (let at: usize = 0; at < bytes; at += 16, y += 16) {
        let most = f32x4.splat(0); // what is left of ReLU
        for (let own: usize = 0, from = patch + at; own < poolColumns; own++, from += column) {
          for (let near: usize = 0; near < pool; near++) most = f32x4.pmax(most, v128.load(from + near * bytes));
        }
        v128.store(y, most);
      }
    }
  }
}

/**
 * The same of a single channel, which is too little for transforms: a matrix product whose rows
 * overlap, each band with its neighbours.
 * @param x [2 + columns][streams][1 + bands + 1], with zeros around the bands
 * @param weights panels as `gemm` takes them, of [3 columns × 3 bands] to `filters`
 * @param products room for [poolColumns × streams][2 + bands][filters]
 */
export function convolutionOfOne(
  x: usize, columns: usize, streams: usize, bands: usize,
  weights: usize, bias: usize, filters: usize, pool: usize, poolColumns: usize,
  products: usize, y: usize,
): void {
  const column = streams * (bands + 2);
  const group = poolColumns * column;
  const filterBytes = filters << 2;
  for (let first: usize = 0; first < columns; first += poolColumns, x += group << 2, y += streams * (bands / pool) * filterBytes) {
    gemm(x, 4, group - 2, 3, column << 2, 3, weights, filters, bias, 0, products, filterBytes);
    highest(products, streams, bands, filters, pool, poolColumns, y);
  }
}
