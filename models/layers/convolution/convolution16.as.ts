/**
 * The convolution of `convolution.as.ts` with products in 16 bits: the input transform is computed in
 * floats, then quantised, with a factor for each of the six transformed values; products become floats
 * again before the output transform.
 */
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';
import { gemm16, interleave, narrow16, rounded } from '../dense/gemm16.as';
import { transformOutput } from './convolution.as';

/**
 * Winograd input transform of one tile of six bands.
 * @param x [6 bands][channels]; the first or last band counts as zero if the tile `isFirst` or `isLast`
 * @param factors of the six transformed values
 * @param out receives six rows of [channels], 16 bits, `rowBytes` apart
 */
function transformTile(x: usize, channels: usize, isFirst: bool, isLast: bool, factors: usize, out: usize, rowBytes: usize): void {
  const bytes = channels << 2;
  const zero = f32x4.splat(0);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (const end = x + bytes; x < end; x += 16, out += 8) {
    const d0 = isFirst ? zero : v128.load(x);
    const d1 = v128.load(x + bytes);
    const d2 = v128.load(x + 2 * bytes);
    const d3 = v128.load(x + 3 * bytes);
    const d4 = v128.load(x + 4 * bytes);
    const d5 = isLast ? zero : v128.load(x + 5 * bytes);
    const inner = subtractProduct(four, d2, d4);
    const outer = subtractProduct(four, d1, d3);
    const even = f32x4.sub(d4, d2);
    const odd = f32x4.sub(d3, d1);
    store16(out, subtractProduct(five, d2, multiplyAdd(four, d0, d4)), f32x4.add(inner, outer), rowBytes, factors);
    store16(out + 2 * rowBytes, f32x4.sub(inner, outer), multiplyAdd(two, odd, even), rowBytes, factors + 8);
    store16(out + 4 * rowBytes, subtractProduct(two, odd, even), subtractProduct(five, d3, multiplyAdd(four, d1, d5)), rowBytes, factors + 16);
  }
}

/** Quantises four values each of two rows. */
// @ts-ignore: decorator
@inline
function store16(out: usize, a: v128, b: v128, rowBytes: usize, factors: usize): void {
  const both = narrow16(rounded(a, v128.load32_splat(factors)), rounded(b, v128.load32_splat(factors, 4)));
  v128.store64_lane(out, both, 0);
  v128.store64_lane(out + rowBytes, both, 1);
}

/**
 * @param x [columns][streams][bands][channels], columns `columnBytes` apart
 * @param scratch [6][4][channels] 16-bit values, followed by 8 readable bytes
 * @param planes receives [6][columns][streams × bands / 16, rounded up][channels / 2][4 tiles][2]; the last tile is repeated
 */
function transformInput(x: usize, columns: usize, streams: usize, columnBytes: usize, bands: usize, channels: usize, factors: usize, scratch: usize, planes: usize): void {
  const bytes = channels << 2;
  const tiles = bands >> 2;
  const rows = streams * tiles;
  const groupBytes = channels << 3;
  const rowBytes = channels << 1;
  const plane = columns * ((rows + 3) >> 2) * groupBytes;
  for (let column: usize = 0; column < columns; column++, x += columnBytes) {
    for (let first: usize = 0; first < rows; first += 4, planes += groupBytes) {
      for (let each: usize = 0; each < 4; each++) {
        const row = min(first + each, rows - 1);
        const tile = row % tiles;
        transformTile(x + 4 * row * bytes - bytes, channels, tile == 0, tile == tiles - 1, factors, scratch + each * rowBytes, 4 * rowBytes);
      }
      for (let point: usize = 0, from = scratch; point < 6; point++, from += 4 * rowBytes) {
        interleave(from, from + rowBytes, from + 2 * rowBytes, from + 3 * rowBytes, channels, planes + point * plane);
      }
    }
  }
}

/**
 * @param x [2 + columns][streams][bands][channels]: the last two columns before, then the new ones
 * @param streamsAtOnce streams per pass, few enough that their values stay in the CPU's inner caches
 * @param factors [6] of the transformed inputs
 * @param weights [6] matrices of [3 × channels] to `filters`, in `gemm16`'s panels
 * @param scales [6][filters] of the sums of products
 * @param zeros [filters]
 * @param scratch see `transformInput`
 * @param planes scratch, [6][2 + columns][streamsAtOnce × bands / 16, rounded up][channels / 2][4][2], 16 bits
 * @param products scratch, [6][columns][streamsAtOnce × bands / 4, rounded up to fours][filters]
 */
export function convolution16(
  x: usize, columns: usize, streams: usize, streamsAtOnce: usize, bands: usize, channels: usize, factors: usize,
  weights: usize, scales: usize, bias: usize, zeros: usize, filters: usize, pool: usize, poolColumns: usize,
  scratch: usize, planes: usize, products: usize, y: usize,
): void {
  const tiles = bands >> 2;
  const filterBytes = filters << 2;
  const streamBytes = bands * channels << 2;
  const resultBytes = (bands / pool) * filterBytes;
  for (let first: usize = 0; first < streams; first += streamsAtOnce) {
    const count = min(streamsAtOnce, streams - first);
    const groups = (count * tiles + 3) >> 2;
    const columnBytes = groups * channels << 3;
    const rows = columns * groups << 2;
    transformInput(x + first * streamBytes, columns + 2, count, streams * streamBytes, bands, channels, factors, scratch, planes);
    for (let point: usize = 0; point < 6; point++) {
      gemm16(
        planes + point * (columns + 2) * columnBytes, rows, 3, columnBytes, channels,
        weights + point * 3 * channels * (filterBytes >> 1), filters, scales + point * filterBytes, zeros, -f32.MAX_VALUE,
        products + point * rows * filterBytes, filterBytes,
      );
    }
    transformOutput(products, columns, groups << 2, count, tiles, filters, bias, pool, poolColumns, y + first * resultBytes, streams * resultBytes);
  }
}
