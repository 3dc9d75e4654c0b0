/**
 * The networks that `train --arch` can build. All run column by column with carried state, end in
 * running statistics of the last layer's output and of the input, and stay within 1 M parameters and 8
 * M multiply-adds per second of audio.
 */
import type { Layer } from '../../layer-schema.js';
import { crnn } from './crnn.js';

export const ARCHITECTURES = ['crnn', 'cnn', 'lstm', 'cnn-lstm'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

const MEMORY_COLUMNS = 34; // 3 s

const conv = (filters: number, poolColumns: number): Layer => ({ type: 'conv2d', filters, kernel: [3, 3], pool: 2, poolColumns });
const dense = (units: number): Layer => ({ type: 'dense', units, activation: 'relu' });
const lstm = (units: number, keepInput: boolean): Layer => ({ type: 'lstm', units, keepInput });

/** Layers before the running statistics, and their total stride in columns. */
const TRUNKS: Record<Exclude<Architecture, 'crnn'>, { layers: Layer[]; stride: number }> = {
  /**
   * Convolutions only: two seconds of context, the statistics cover the rest. Reduces the column rate
   * early, so it is the fastest to train.
   */
  cnn: { layers: [conv(20, 2), conv(40, 2), conv(64, 1), conv(96, 1), dense(128)], stride: 4 },
  /** No convolution: a dense layer per column, then two LSTMs. */
  lstm: { layers: [dense(128), lstm(160, false), lstm(128, true)], stride: 1 },
  /** Convolutions as in the CRNN, then an LSTM. */
  'cnn-lstm': { layers: [conv(24, 1), conv(36, 2), conv(56, 1), conv(80, 1), dense(112), lstm(112, true)], stride: 2 },
};

/**
 * Layers of an architecture.
 * @param outputs one for each label, plus one for each sound kind if the model has kinds
 * @param bands values per input column; when they run out, the later convolutions don't pool bands
 * @param width multiplier for the CRNN
 */
export function architecture(name: Architecture, outputs: number, bands: number, width = 1): Layer[] {
  if (name === 'crnn') return fitToBands(crnn(outputs, width), bands);
  const { layers, stride } = TRUNKS[name];
  return fitToBands([
    ...layers,
    { type: 'statistics', memoryColumns: MEMORY_COLUMNS / stride },
    { type: 'inputStatistics', memoryColumns: MEMORY_COLUMNS },
    { type: 'dense', units: outputs, activation: 'linear' },
  ], bands);
}

/** Reduces pooling and descriptor sizes to the bands there are; a feature may have only one. */
function fitToBands(layers: readonly Layer[], bands: number): Layer[] {
  let left = bands;
  return layers.flatMap((layer): Layer[] => {
    if (layer.type === 'cepstralCorrelations') return bands < 3 ? [] : [{ ...layer, coefficients: Math.min(layer.coefficients, bands - 1) }];
    if (layer.type === 'onsetAutocorrelation') return [{ ...layer, regions: Math.min(layer.regions, bands) }];
    if (layer.type !== 'conv2d') return [layer];
    const pool = Math.min(layer.pool, left);
    left = Math.floor(left / pool);
    return [{ ...layer, pool }];
  });
}
