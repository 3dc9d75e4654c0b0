/**
 * The network that `train` builds. The convolutions halve the bands each time; a dense layer and a
 * GRU see what is left; the running statistics of both feed one linear layer. Sizes follow the
 * budget of 8 M multiply-adds per second of audio.
 */
import type { Layer } from '../network.js';

export function crnn(labels: number): Layer[] {
  const conv = (filters: number): Layer => ({ type: 'conv2d', filters, kernel: [3, 3], pool: 2, poolColumns: 1 });
  return [
    conv(20),
    conv(32),
    conv(40),
    conv(72),
    { type: 'dense', units: 96, activation: 'relu' },
    { type: 'gru', units: 96, keepInput: true },
    { type: 'statistics', memoryColumns: 34 }, // 3 s
    { type: 'dense', units: labels, activation: 'linear' },
  ];
}
