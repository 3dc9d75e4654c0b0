/** Networks of all kinds of layers, for the tests of the steps. */
import type { Layer } from '../../../models/layer-schema.js';

export const BANDS = 16;

/** All kinds of layers, with channels and units that are not multiples of 4, and pooling over columns. */
export const ODD: Layer[] = [
  { type: 'conv2d', filters: 5, kernel: [3, 3], pool: 2, poolColumns: 3 },
  { type: 'conv2d', filters: 6, kernel: [3, 3], pool: 1, poolColumns: 1 },
  { type: 'conv2d', filters: 1, kernel: [3, 3], pool: 1, poolColumns: 1 },
  { type: 'conv2d', filters: 7, kernel: [3, 3], pool: 4, poolColumns: 2 },
  { type: 'dense', units: 9, activation: 'relu' },
  { type: 'gru', units: 7, keepInput: true },
  { type: 'statistics', memoryColumns: 9 },
  { type: 'inputStatistics', memoryColumns: 7 },
  { type: 'cepstralCorrelations', of: 'levels', coefficients: 5, memoryColumns: 9 },
  { type: 'cepstralCorrelations', of: 'steps', coefficients: 4, lowest: 7, memoryColumns: 6 },
  { type: 'onsetAutocorrelation', regions: 3, lags: 6, memoryColumns: 11 },
  { type: 'dense', units: 11, activation: 'relu' },
  { type: 'dense', units: 3, activation: 'linear' },
];
export const NETWORKS: Record<string, Layer[]> = {
  odd: ODD,
  'sizes that are multiples of 4': [
    { type: 'conv2d', filters: 8, kernel: [3, 3], pool: 2, poolColumns: 1 },
    { type: 'conv2d', filters: 12, kernel: [3, 3], pool: 2, poolColumns: 2 },
    { type: 'dense', units: 8, activation: 'relu' },
    { type: 'gru', units: 16, keepInput: false },
    { type: 'statistics', memoryColumns: 20 },
    { type: 'dense', units: 3, activation: 'linear' },
  ],
  'LSTMs without convolutions': [
    { type: 'dense', units: 6, activation: 'relu' },
    { type: 'lstm', units: 5, keepInput: false },
    { type: 'lstm', units: 4, keepInput: true },
    { type: 'statistics', memoryColumns: 5 },
    { type: 'dense', units: 3, activation: 'linear' },
  ],
  'no state': [{ type: 'dense', units: 3, activation: 'linear' }],
  'an odd number of bands': [
    { type: 'conv2d', filters: 4, kernel: [3, 3], pool: 3, poolColumns: 1 }, // 5 of 16 bands
    { type: 'dense', units: 3, activation: 'linear' },
  ],
};
