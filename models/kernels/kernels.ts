/** Access to the WebAssembly kernels of `models` (`*.as.ts`, which document the parameters). Addresses are in bytes, counts in values. */
import { compile } from '../../dsp/kernels/compile.js';
import type { Memory } from '../../dsp/kernels/memory.js';
import './relaxed-simd.js';
import fused from './fused-kernels.wasm.js';
import plain from './kernels.wasm.js';

export interface Kernels {
  convolution(
    x: number, columns: number, streams: number, streamsAtOnce: number, bands: number, channels: number,
    weights: number, bias: number, zeros: number, filters: number, pool: number, poolColumns: number,
    planes: number, products: number, y: number,
  ): void;
  convolution16(
    x: number, columns: number, streams: number, streamsAtOnce: number, bands: number, channels: number, factors: number,
    weights: number, scales: number, bias: number, zeros: number, filters: number, pool: number, poolColumns: number,
    scratch: number, planes: number, products: number, y: number,
  ): void;
  convolutionSingleChannel(
    x: number, columns: number, streams: number, bands: number,
    weights: number, bias: number, filters: number, pool: number, poolColumns: number,
    products: number, y: number,
  ): void;
  copyTails(x: number, tail: number, streams: number, bytes: number, rowBytes: number, slots: number, slotBytes: number, isBack: number): void;
  correlations(
    cepstra: number, columnBytes: number, columns: number, stride: number, state: number, out: number, outBytes: number,
    count: number, ofSteps: number, alpha: number, epsilon: number, values: number,
  ): void;
  inputStatistics(
    input: number, columnBytes: number, columns: number, stride: number, state: number, out: number, outBytes: number,
    bands: number, alpha: number, epsilon: number,
  ): void;
  onsetAutocorrelation(
    input: number, columnBytes: number, columns: number, stride: number, state: number, out: number, outBytes: number,
    bands: number, edges: number, regions: number, lags: number, alpha: number, epsilon: number, onsets: number,
  ): void;
  gemm(
    x: number, rowBytes: number, rows: number, segments: number, segmentBytes: number, depth: number,
    w: number, columns: number, bias: number, floor: number, y: number, yRowBytes: number,
  ): void;
  gemm16(
    x: number, rows: number, segments: number, segmentBytes: number, depth: number,
    w: number, columns: number, scales: number, bias: number, floor: number, y: number, yRowBytes: number,
  ): void;
  quantiseRows(x: number, rowBytes: number, rows: number, depth: number, factor: number, scratch: number, out: number): void;
  innerProducts(matrix: number, rows: number, width: number, vector: number, out: number): void;
  gruGates(input: number, recurrent: number, h: number, stateBytes: number, streams: number, units: number, y: number, yRowBytes: number): void;
  lstmGates(input: number, recurrent: number, h: number, c: number, stateBytes: number, streams: number, units: number, y: number, yRowBytes: number): void;
  statistics(
    x: number, features: number, moments: number, squares: number,
    alpha: number, scale: number, epsilon: number, means: number, deviations: number,
  ): void;
}

let module: WebAssembly.Module | undefined;

export function instantiateKernels(memory: Memory): Kernels {
  return memory.instantiate(module ??= compile(fused, plain)) as unknown as Kernels;
}
