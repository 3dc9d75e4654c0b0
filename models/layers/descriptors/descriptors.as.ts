/**
 * Kernels of the descriptor layers, for the columns of one stream; the `.ts` files of the layers hold
 * the formulas and the state layouts. Common parameters: `input`, `columns` columns that are
 * `columnBytes` apart; `stride` input columns per output; `state`, updated; `out`, address of the
 * first output, the next ones `outBytes` apart; `alpha`, weight of a new column in the running
 * means, 1 / memoryColumns.
 */
import { exponentOf, mantissaLog } from '../../../dsp/kernels/logarithm.as';
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';
import { sumOf } from '../../../dsp/kernels/sum.as';

const LN_2: f32 = 0.6931471805599453;

/** The natural logarithm. AssemblyScript's own has a lookup table at a memory address that our arrays use. */
// @ts-ignore: decorator
@inline
function log(x: f32): f32 {
  const all = f32x4.splat(x);
  return f32x4.extract_lane(multiplyAdd(exponentOf(all), f32x4.splat(LN_2), mantissaLog(all)), 0);
}

/** s ← s + alpha (x - s) for four adjacent values. */
// @ts-ignore: decorator
@inline
function updateMeans(at: usize, alpha: v128, x: v128): void {
  const sum = v128.load(at);
  v128.store(at, multiplyAdd(alpha, f32x4.sub(x, sum), sum));
}

/** s ← s + alpha (x - s). */
// @ts-ignore: decorator
@inline
function updateMean(at: usize, alpha: f32, x: f32): void {
  const sum = load<f32>(at);
  store<f32>(at, sum + alpha * (x - sum));
}

/** See `models/layers/descriptors/input-statistics.ts`. */
export function inputStatistics(
  input: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  bands: usize, alpha: f32, epsilon: f32,
): void {
  const bytes = bands << 2;
  const levels = state + 4;
  const changes = levels + bytes;
  const last = levels + 4 * bytes;
  const alphas = f32x4.splat(alpha);
  for (let column: usize = 1; column <= columns; column++, input += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    updateMean(state, alpha, 1);
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      const level = v128.load(input + at);
      const change = isFirst ? f32x4.splat(0) : f32x4.abs(f32x4.sub(level, v128.load(last + at)));
      v128.store(last + at, level);
      updateMeans(levels + at, alphas, level);
      updateMeans(changes + at, alphas, change);
      updateMeans(levels + 2 * bytes + at, alphas, f32x4.mul(level, level));
      updateMeans(changes + 2 * bytes + at, alphas, f32x4.mul(change, change));
    }
    for (; at < bytes; at += 4) {
      const level = load<f32>(input + at);
      const change: f32 = isFirst ? 0 : abs(level - load<f32>(last + at));
      store<f32>(last + at, level);
      updateMean(levels + at, alpha, level);
      updateMean(changes + at, alpha, change);
      updateMean(levels + 2 * bytes + at, alpha, level * level);
      updateMean(changes + 2 * bytes + at, alpha, change * change);
    }
    if (column % stride != 0) continue;
    const scale = <f32>1 / load<f32>(state);
    const scales = f32x4.splat(scale);
    for (at = 0; at + 16 <= 2 * bytes; at += 16) {
      const mean = f32x4.mul(scales, v128.load(levels + at));
      v128.store(out + at, mean);
      const variance = subtractProduct(mean, mean, f32x4.mul(scales, v128.load(levels + 2 * bytes + at)));
      v128.store(out + 2 * bytes + at, f32x4.sqrt(f32x4.add(f32x4.pmax(f32x4.splat(0), variance), f32x4.splat(epsilon))));
    }
    for (; at < 2 * bytes; at += 4) {
      const mean = scale * load<f32>(levels + at);
      store<f32>(out + at, mean);
      store<f32>(out + 2 * bytes + at, sqrt(max<f32>(0, scale * load<f32>(levels + 2 * bytes + at) - mean * mean) + epsilon));
    }
    out += outBytes;
  }
}

/**
 * See `models/layers/descriptors/cepstral-correlations.ts`; takes cepstra instead of the input.
 * @param cepstra [count] per column
 * @param values scratch, [2 count]
 */
export function correlations(
  cepstra: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  count: usize, ofSteps: bool, alpha: f32, epsilon: f32, values: usize,
): void {
  const bytes = count << 2;
  const alphas = f32x4.splat(alpha);
  const means = state + 4;
  const squares = means + bytes;
  const pairs = squares + bytes;
  const last = pairs + ((count * (count - 1)) << 1);
  for (let column: usize = 1; column <= columns; column++, cepstra += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      const value = load<f32>(cepstra + at);
      if (ofSteps) {
        store<f32>(values + at, isFirst ? 0 : value - load<f32>(last + at));
        store<f32>(last + at, value);
      } else {
        store<f32>(values + at, value);
      }
    }
    updateMean(state, alpha, 1);
    let pair = pairs;
    for (let i: usize = 0; i < bytes; i += 4) {
      const value = load<f32>(values + i);
      updateMean(means + i, alpha, value);
      updateMean(squares + i, alpha, value * value);
      const four = f32x4.splat(value);
      let j = i + 4;
      for (; j + 16 <= bytes; j += 16, pair += 16) updateMeans(pair, alphas, f32x4.mul(four, v128.load(values + j)));
      for (; j < bytes; j += 4, pair += 4) updateMean(pair, alpha, value * load<f32>(values + j));
    }
    if (column % stride != 0) continue;
    writeCorrelations(state, out, bytes, epsilon, values);
    out += outBytes;
  }
}

function writeCorrelations(state: usize, out: usize, bytes: usize, epsilon: f32, means: usize): void {
  const scales = means + bytes;
  const scale = <f32>1 / load<f32>(state);
  const sums = state + 4;
  for (let i: usize = 0; i < bytes; i += 4) {
    const mean = scale * load<f32>(sums + i);
    const variance = max<f32>(0, scale * load<f32>(sums + bytes + i) - mean * mean) + epsilon;
    store<f32>(means + i, mean);
    store<f32>(scales + i, <f32>1 / sqrt(variance));
    store<f32>(out + i, 0.5 * log(variance));
  }
  out += bytes;
  for (let i: usize = 0, pair = sums + 2 * bytes; i < bytes; i += 4) {
    const mean = load<f32>(means + i);
    const scaleI = load<f32>(scales + i);
    for (let j = i + 4; j < bytes; j += 4, pair += 4, out += 4) {
      store<f32>(out, (scale * load<f32>(pair) - mean * load<f32>(means + j)) * scaleI * load<f32>(scales + j));
    }
  }
}

/** Sum of the rises of some bands since the last column. @param from, to byte offsets in a column */
function sumOfRises(input: usize, last: usize, from: usize, to: usize): f32 {
  let rises = f32x4.splat(0);
  for (; from + 16 <= to; from += 16) rises = f32x4.add(rises, f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(input + from), v128.load(last + from))));
  let rise = sumOf(rises);
  for (; from < to; from += 4) rise += max<f32>(0, load<f32>(input + from) - load<f32>(last + from));
  return rise;
}

/**
 * See `models/layers/descriptors/onset-autocorrelation.ts`.
 * @param edges [regions + 1] uint32: the first band of each region, and the end of the last
 * @param onsets scratch, [regions]
 */
export function onsetAutocorrelation(
  input: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  bands: usize, edges: usize, regions: usize, lags: usize, alpha: f32, epsilon: f32, onsets: usize,
): void {
  const bytes = regions << 2;
  const means = state + 4;
  const squares = means + bytes;
  const products = squares + bytes;
  const past = products + lags * bytes;
  const last = past + lags * bytes;
  const alphas = f32x4.splat(alpha);
  for (let column: usize = 1; column <= columns; column++, input += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    updateMean(state, alpha, 1);
    for (let region: usize = 0; region < bytes; region += 4) {
      const from = <usize>load<u32>(edges + region);
      const to = <usize>load<u32>(edges + region, 4);
      const onset: f32 = isFirst ? 0 : sumOfRises(input, last, from << 2, to << 2) / <f32>(to - from);
      store<f32>(onsets + region, onset);
      updateMean(means + region, alpha, onset);
      updateMean(squares + region, alpha, onset * onset);
    }
    for (let lag: usize = 0; lag < lags * bytes; lag += bytes) {
      let region: usize = 0;
      for (; region + 16 <= bytes; region += 16) updateMeans(products + lag + region, alphas, f32x4.mul(v128.load(onsets + region), v128.load(past + lag + region)));
      for (; region < bytes; region += 4) updateMean(products + lag + region, alpha, load<f32>(onsets + region) * load<f32>(past + lag + region));
    }
    memory.copy(past + bytes, past, (lags - 1) * bytes);
    memory.copy(past, onsets, bytes);
    memory.copy(last, input, bands << 2);
    if (column % stride != 0) continue;
    const scale = <f32>1 / load<f32>(state);
    for (let region: usize = 0; region < bytes; region += 4) {
      const mean = scale * load<f32>(means + region);
      const share = <f32>1 / (max<f32>(0, scale * load<f32>(squares + region) - mean * mean) + epsilon);
      for (let lag: usize = 0; lag < lags * bytes; lag += bytes) {
        store<f32>(out + lag + region, (scale * load<f32>(products + lag + region) - mean * mean) * share);
      }
    }
    out += outBytes;
  }
}
