/**
 * The default network of `train`. Each convolution halves the bands and two of them halve the columns,
 * so the later layers run once per block of four columns and can be wide. Running statistics of a dense
 * layer, of a GRU and of the input itself (its timbre and rhythm) feed one linear layer.
 * Sizes fit the budget of 8 M multiply-adds per second of audio; `width` scales all of them.
 */
import type { Layer } from '../../layer-schema.js';

/** The SIMD kernels of the backends process four channels at once. */
const LANES = 4;

export function crnn(outputs: number, width = 1): Layer[] {
  const wide = (size: number): number => Math.max(1, Math.round((size * width) / LANES)) * LANES;
  const conv = (filters: number, poolColumns: number): Layer => ({ type: 'conv2d', filters: wide(filters), kernel: [3, 3], pool: 2, poolColumns });
  return [
    conv(20, 1),
    conv(36, 2),
    conv(72, 2),
    conv(128, 1),
    { type: 'dense', units: wide(256), activation: 'relu' },
    { type: 'gru', units: wide(192), keepInput: true },
    { type: 'statistics', memoryColumns: 8.6 }, // 3 s
    { type: 'inputStatistics', memoryColumns: 34 },
    { type: 'cepstralCorrelations', of: 'levels', coefficients: 16, lowest: 46, memoryColumns: 34 },
    { type: 'cepstralCorrelations', of: 'steps', coefficients: 12, lowest: 46, memoryColumns: 34 },
    { type: 'onsetAutocorrelation', regions: 4, lags: 24, memoryColumns: 46 },
    { type: 'dense', units: outputs, activation: 'linear' },
  ];
}
