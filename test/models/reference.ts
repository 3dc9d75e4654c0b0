/** A reference implementation of the network in plain loops, from the formulas in the layers' comments; slow and independent of TensorFlow. */
import type { Layer } from '../../models/layer-schema.js';

type Column = number[][]; // [bands][channels]

/** @returns [columns × outputs] */
export function referenceForward(layers: readonly Layer[], weights: Float32Array, x: Float32Array, bands: number): number[] {
  let at = 0;
  const take = (count: number): Float32Array => weights.subarray(at, (at += count));
  let columns: Column[] = Array.from({ length: x.length / bands }, (_, t) => Array.from({ length: bands }, (__, band) => [x[t * bands + band]!]));
  for (const layer of layers) {
    const channels = columns[0]![0]!.length;
    const flatSize = columns[0]!.length * channels;
    if (layer.type === 'conv2d') columns = conv(layer, columns, take(layer.kernel[0] * layer.kernel[1] * channels * layer.filters), take(layer.filters));
    else if (layer.type === 'dense') columns = dense(layer, columns, take(flatSize * layer.units), take(layer.units));
    else if (layer.type === 'gru') columns = gru(layer, columns, take(flatSize * 3 * layer.units), take(layer.units * 3 * layer.units), take(3 * layer.units), take(3 * layer.units));
    else if (layer.type === 'lstm') columns = lstm(layer, columns, take(flatSize * 4 * layer.units), take(layer.units * 4 * layer.units), take(4 * layer.units));
    else if (layer.type === 'statistics') columns = statistics(layer, columns);
    else if (layer.type === 'inputStatistics') columns = inputStatistics(layer, columns, x, bands);
    else if (layer.type === 'cepstralCorrelations') columns = cepstralCorrelations(layer, columns, x, bands);
    else columns = onsetAutocorrelation(layer, columns, x, bands);
  }
  return columns.flatMap((column) => column.flat());
}

function conv({ filters, kernel: [time, mel], pool, poolColumns }: Extract<Layer, { type: 'conv2d' }>, columns: Column[], kernel: Float32Array, bias: Float32Array): Column[] {
  const channels = columns[0]![0]!.length;
  const full = columns.map((_, t) => columns[0]!.map((__, band) => Array.from({ length: filters }, (___, filter) => {
    let sum = bias[filter]!;
    for (let dt = 0; dt < time; dt++) {
      for (let dm = 0; dm < mel; dm++) {
        const cell = columns[t + dt - (time - 1)]?.[band + dm - (mel - 1) / 2];
        if (cell === undefined) continue;
        for (let channel = 0; channel < channels; channel++) sum += cell[channel]! * kernel[((dt * mel + dm) * channels + channel) * filters + filter]!;
      }
    }
    return Math.max(0, sum);
  })));
  const groups = Array.from({ length: Math.floor(full.length / poolColumns) }, (_, t) => full.slice(t * poolColumns, (t + 1) * poolColumns));
  return groups.map((group) => Array.from({ length: Math.floor(group[0]!.length / pool) }, (_, band) => Array.from({ length: filters }, (__, filter) => Math.max(
    ...group.flatMap((column) => column.slice(band * pool, (band + 1) * pool).map((cell) => cell[filter]!)),
  ))));
}

function product(x: number[], kernel: Float32Array, bias: Float32Array): number[] {
  return Array.from(bias, (start, unit) => x.reduce((sum, value, index) => sum + value * kernel[index * bias.length + unit]!, start));
}

function dense({ activation }: Extract<Layer, { type: 'dense' }>, columns: Column[], kernel: Float32Array, bias: Float32Array): Column[] {
  return columns.map((column) => [product(column.flat(), kernel, bias).map((value) => (activation === 'relu' ? Math.max(0, value) : value))]);
}

function gru({ units, keepInput }: Extract<Layer, { type: 'gru' }>, columns: Column[], kernel: Float32Array, recurrent: Float32Array, bias: Float32Array, recurrentBias: Float32Array): Column[] {
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  let h = new Array<number>(units).fill(0);
  return columns.map((column) => {
    const x = column.flat();
    const fromInput = product(x, kernel, bias);
    const fromState = product(h, recurrent, recurrentBias);
    h = h.map((before, unit) => {
      const z = sigmoid(fromInput[unit]! + fromState[unit]!);
      const r = sigmoid(fromInput[units + unit]! + fromState[units + unit]!);
      const n = Math.tanh(fromInput[2 * units + unit]! + r * fromState[2 * units + unit]!);
      return n + z * (before - n);
    });
    return [keepInput ? [...x, ...h] : h];
  });
}

function lstm({ units, keepInput }: Extract<Layer, { type: 'lstm' }>, columns: Column[], kernel: Float32Array, recurrent: Float32Array, bias: Float32Array): Column[] {
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  let h = new Array<number>(units).fill(0);
  let c = h;
  return columns.map((column) => {
    const x = column.flat();
    const fromInput = product(x, kernel, bias);
    const fromState = product(h, recurrent, new Float32Array(4 * units));
    const gate = (which: number, unit: number): number => fromInput[which * units + unit]! + fromState[which * units + unit]!;
    c = c.map((before, unit) => sigmoid(gate(1, unit) + 1) * before + sigmoid(gate(0, unit)) * Math.tanh(gate(2, unit)));
    h = c.map((cell, unit) => sigmoid(gate(3, unit)) * Math.tanh(cell));
    return [keepInput ? [...x, ...h] : h];
  });
}

/** `statistics` of each band and of its absolute change, at the end of each of `columns`. */
function inputStatistics({ memoryColumns }: Extract<Layer, { type: 'inputStatistics' }>, columns: Column[], x: Float32Array, bands: number): Column[] {
  const input = inputOf(columns, x, bands);
  const running = statistics({ type: 'statistics', memoryColumns }, input.map((column, t) => [[...column, ...stepTo(input, t).map(Math.abs)]]));
  return withDescriptor(columns, input, (t) => running[t]![0]!);
}

function cepstralCorrelations({ of, coefficients, lowest, memoryColumns }: Extract<Layer, { type: 'cepstralCorrelations' }>, columns: Column[], x: Float32Array, bands: number): Column[] {
  const input = inputOf(columns, x, bands);
  const first = of === 'levels' ? 1 : 0;
  const used = lowest ?? bands;
  const values = input.map((column, t) => Array.from({ length: coefficients }, (_, index) => {
    const k = first + index;
    const source = (of === 'levels' ? column : stepTo(input, t)).slice(0, used);
    return source.reduce((sum, value, band) => sum + value * Math.sqrt((k === 0 ? 1 : 2) / used) * Math.cos((Math.PI * k * (2 * band + 1)) / (2 * used)), 0);
  }));
  return withDescriptor(columns, input, (t) => {
    const average = (f: (column: number[]) => number): number => runningMean(memoryColumns, t, (at) => f(values[at]!));
    const mean = values[0]!.map((_, i) => average((column) => column[i]!));
    const covariance = (i: number, j: number): number => average((column) => column[i]! * column[j]!) - mean[i]! * mean[j]!;
    const deviation = mean.map((_, i) => Math.sqrt(Math.max(0, covariance(i, i)) + 0.1));
    return [...deviation.map(Math.log), ...mean.flatMap((_, i) => mean.flatMap((__, j) => (i < j ? [covariance(i, j) / deviation[i]! / deviation[j]!] : [])))];
  });
}

function onsetAutocorrelation({ regions, lags, memoryColumns }: Extract<Layer, { type: 'onsetAutocorrelation' }>, columns: Column[], x: Float32Array, bands: number): Column[] {
  const input = inputOf(columns, x, bands);
  const onsets = input.map((_, t) => Array.from({ length: regions }, (__, region) => {
    const own = stepTo(input, t).filter((___, band) => Math.floor((band * regions) / bands) === region);
    return own.reduce((sum, value) => sum + Math.max(0, value), 0) / own.length;
  }));
  return withDescriptor(columns, input, (t) => Array.from({ length: lags * regions }, (_, index) => {
    const [lag, region] = [1 + Math.floor(index / regions), index % regions];
    const onset = (at: number): number => onsets[at]?.[region] ?? 0;
    const mean = runningMean(memoryColumns, t, onset);
    return (runningMean(memoryColumns, t, (at) => onset(at) * onset(at - lag)) - mean ** 2) / (Math.max(0, runningMean(memoryColumns, t, (at) => onset(at) ** 2) - mean ** 2) + 1e-3);
  }));
}

/** The columns of the network's input that `columns` were computed from. */
function inputOf(columns: Column[], x: Float32Array, bands: number): number[][] {
  const stride = Math.floor(x.length / bands / columns.length);
  return Array.from({ length: columns.length * stride }, (_, t) => [...x.subarray(t * bands, (t + 1) * bands)]);
}

function stepTo(input: number[][], t: number): number[] {
  return input[t]!.map((value, band) => (t === 0 ? 0 : value - input[t - 1]![band]!));
}

/** Appends to each column the descriptor at the last input column that it covers. */
function withDescriptor(columns: Column[], input: number[][], descriptor: (t: number) => number[]): Column[] {
  const stride = input.length / columns.length;
  return columns.map((column, t) => [[...column[0]!, ...descriptor((t + 1) * stride - 1)]]);
}

/** Exponentially weighted mean of `f` over the columns up to `t`. */
function runningMean(memoryColumns: number, t: number, f: (at: number) => number): number {
  let [sum, total] = [0, 0];
  for (let at = 0; at <= t; at++) {
    const weight = (1 - 1 / memoryColumns) ** (t - at);
    sum += weight * f(at);
    total += weight;
  }
  return sum / total;
}

function statistics({ memoryColumns }: Extract<Layer, { type: 'statistics' }>, columns: Column[]): Column[] {
  const indices = columns[0]![0]!.map((_, index) => index);
  return columns.map((_, t) => {
    const average = (f: (value: number) => number, index: number): number => runningMean(memoryColumns, t, (at) => f(columns[at]![0]![index]!));
    const means = indices.map((index) => average((value) => value, index));
    const deviations = indices.map((index) => Math.sqrt(Math.max(0, average((value) => value * value, index) - means[index]! ** 2) + 1e-3));
    return [[...means, ...deviations]];
  });
}
