/**
 * What layers find in the sound itself, column after column of one stream; formulas and the order of
 * the states stand in `models/layers`. All take: sound, its columns `columnBytes` apart; how many;
 * how many make one of the output; the layer's state, updated; and where the first output goes,
 * with the others `outBytes` apart.
 */
import { exponentOf, mantissaLog } from '../../dsp/assembly/logarithm';
import { multiplyAdd } from '../../dsp/assembly/multiply-add';

const LN_2: f32 = 0.6931471805599453;

/** The natural logarithm; the library's keeps a table where our arrays lie. */
// @ts-ignore: decorator
@inline
function log(x: f32): f32 {
  const all = f32x4.splat(x);
  return f32x4.extract_lane(multiplyAdd(exponentOf(all), f32x4.splat(LN_2), mantissaLog(all)), 0);
}

/** s ← s + f (x - s) for four neighbours. */
// @ts-ignore: decorator
@inline
function follow4(at: usize, forgetting: v128, x: v128): void {
  const sum = v128.load(at);
  v128.store(at, multiplyAdd(forgetting, f32x4.sub(x, sum), sum));
}

// @ts-ignore: decorator
@inline
function follow(at: usize, forgetting: f32, x: f32): void {
  const sum = load<f32>(at);
  store<f32>(at, sum + forgetting * (x - sum));
}

/** `models/layers/input-statistics.ts`. */
export function inputStatistics(
  sound: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  bands: usize, forgetting: f32, epsilon: f32,
): void {
  const bytes = bands << 2;
  const levels = state + 4;
  const movements = levels + bytes;
  const last = levels + 4 * bytes;
  for (let column: usize = 1; column <= columns; column++, sound += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    follow(state, forgetting, 1);
    for (let at: usize = 0; at < bytes; at += 4) {
      const level = load<f32>(sound + at);
      const movement: f32 = isFirst ? 0 : abs(level - load<f32>(last + at));
      store<f32>(last + at, level);
      follow(levels + at, forgetting, level);
      follow(movements + at, forgetting, movement);
      follow(levels + 2 * bytes + at, forgetting, level * level);
      follow(movements + 2 * bytes + at, forgetting, movement * movement);
    }
    if (column % stride != 0) continue;
    const scale = <f32>1 / load<f32>(state);
    for (let at: usize = 0; at < 2 * bytes; at += 4) {
      const mean = scale * load<f32>(levels + at);
      store<f32>(out + at, mean);
      store<f32>(out + 2 * bytes + at, sqrt(max<f32>(0, scale * load<f32>(levels + 2 * bytes + at) - mean * mean) + epsilon));
    }
    out += outBytes;
  }
}

/**
 * `models/layers/cepstral-correlations.ts`, of cepstra instead of sound.
 * @param cepstra [count] a column
 * @param values room for 2 [count]
 */
export function correlations(
  cepstra: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  count: usize, isOfSteps: bool, forgetting: f32, epsilon: f32, values: usize,
): void {
  const bytes = count << 2;
  const present = f32x4.splat(forgetting);
  const means = state + 4;
  const squares = means + bytes;
  const pairs = squares + bytes;
  const last = pairs + ((count * (count - 1)) << 1);
  for (let column: usize = 1; column <= columns; column++, cepstra += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      const value = load<f32>(cepstra + at);
      if (isOfSteps) {
        store<f32>(values + at, isFirst ? 0 : value - load<f32>(last + at));
        store<f32>(last + at, value);
      } else {
        store<f32>(values + at, value);
      }
    }
    follow(state, forgetting, 1);
    let pair = pairs;
    for (let i: usize = 0; i < bytes; i += 4) {
      const value = load<f32>(values + i);
      follow(means + i, forgetting, value);
      follow(squares + i, forgetting, value * value);
      const four = f32x4.splat(value);
      let j = i + 4;
      for (; j + 16 <= bytes; j += 16, pair += 16) follow4(pair, present, f32x4.mul(four, v128.load(values + j)));
      for (; j < bytes; j += 4, pair += 4) follow(pair, forgetting, value * load<f32>(values + j));
    }
    if (column % stride != 0) continue;
    tellCorrelations(state, out, bytes, epsilon, values);
    out += outBytes;
  }
}

function tellCorrelations(state: usize, out: usize, bytes: usize, epsilon: f32, means: usize): void {
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
    const own = load<f32>(scales + i);
    for (let j = i + 4; j < bytes; j += 4, pair += 4, out += 4) {
      store<f32>(out, (scale * load<f32>(pair) - mean * load<f32>(means + j)) * own * load<f32>(scales + j));
    }
  }
}

/**
 * `models/layers/onset-autocorrelation.ts`.
 * @param edges [regions + 1] uint32: the first band of each region, and the end of the last
 * @param onsets room for [regions]
 */
export function onsetAutocorrelation(
  sound: usize, columnBytes: usize, columns: usize, stride: usize, state: usize, out: usize, outBytes: usize,
  bands: usize, edges: usize, regions: usize, lags: usize, forgetting: f32, epsilon: f32, onsets: usize,
): void {
  const bytes = regions << 2;
  const means = state + 4;
  const squares = means + bytes;
  const products = squares + bytes;
  const past = products + lags * bytes;
  const last = past + lags * bytes;
  for (let column: usize = 1; column <= columns; column++, sound += columnBytes) {
    const isFirst = load<f32>(state) == 0;
    follow(state, forgetting, 1);
    for (let region: usize = 0; region < bytes; region += 4) {
      const from = <usize>load<u32>(edges + region);
      const to = <usize>load<u32>(edges + region, 4);
      let rise: f32 = 0;
      if (!isFirst) for (let band = from << 2; band < to << 2; band += 4) rise += max<f32>(0, load<f32>(sound + band) - load<f32>(last + band));
      const onset = rise / <f32>(to - from);
      store<f32>(onsets + region, onset);
      follow(means + region, forgetting, onset);
      follow(squares + region, forgetting, onset * onset);
    }
    for (let lag: usize = 0; lag < lags * bytes; lag += bytes) {
      for (let region: usize = 0; region < bytes; region += 4) follow(products + lag + region, forgetting, load<f32>(onsets + region) * load<f32>(past + lag + region));
    }
    memory.copy(past + bytes, past, (lags - 1) * bytes);
    memory.copy(past, onsets, bytes);
    memory.copy(last, sound, bands << 2);
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
