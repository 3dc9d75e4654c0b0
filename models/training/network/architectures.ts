/**
 * The networks that `train --arch` can build. All work column by column with carried state, end
 * in running statistics of what they make of the sound and of the sound itself, and keep to 1 M
 * parameters and 8 M multiply-adds per second of audio.
 */
import type { Layer } from '../../network.js';
import { crnn } from './crnn.js';

export const ARCHITECTURES = ['crnn', 'cnn', 'lstm', 'cnn-lstm'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

const MEMORY_COLUMNS = 34; // 3 s

const conv = (filters: number, poolColumns: number): Layer => ({ type: 'conv2d', filters, kernel: [3, 3], pool: 2, poolColumns });
const dense = (units: number): Layer => ({ type: 'dense', units, activation: 'relu' });
const lstm = (units: number, keepInput: boolean): Layer => ({ type: 'lstm', units, keepInput });

/** The part before the running statistics, and how many columns it merges into one. */
const TRUNKS: Record<Exclude<Architecture, 'crnn'>, { layers: Layer[]; stride: number }> = {
  /** Convolutions alone: two seconds of context, the rest is left to the statistics. Merges columns early, so quickest to train. */
  cnn: { layers: [conv(20, 2), conv(40, 2), conv(64, 1), conv(96, 1), dense(128)], stride: 4 },
  /** No convolution: each column as a whole, two LSTMs over time. */
  lstm: { layers: [dense(128), lstm(160, false), lstm(128, true)], stride: 1 },
  /** Convolutions as the CRNN's, then an LSTM. */
  'cnn-lstm': { layers: [conv(24, 1), conv(36, 2), conv(56, 1), conv(80, 1), dense(112), lstm(112, true)], stride: 2 },
};

/**
 * The layers of an architecture.
 * @param outputs one for each label, and for each kind of sound where it tells those apart
 * @param bands values in an input column; where there are too few to halve them at every
 *   convolution, the later ones leave them as they are
 * @param width of the CRNN, as a factor
 */
export function architecture(name: Architecture, outputs: number, bands: number, width = 1): Layer[] {
  if (name === 'crnn') return narrowed(crnn(outputs, width), bands);
  const { layers, stride } = TRUNKS[name];
  return narrowed([
    ...layers,
    { type: 'statistics', memoryColumns: MEMORY_COLUMNS / stride },
    { type: 'inputStatistics', memoryColumns: MEMORY_COLUMNS },
    { type: 'dense', units: outputs, activation: 'linear' },
  ], bands);
}

/** As far as there are bands: features may have a dozen, or a single one. */
function narrowed(layers: readonly Layer[], bands: number): Layer[] {
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
