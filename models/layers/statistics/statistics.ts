/**
 * Running mean and standard deviation of each feature, as exponential moving averages with Adam's
 * bias correction for a short past (Kingma and Ba 2015, section 3): with d = 1 - 1 / memory,
 *   m ← d m + (1 - d) x,  s ← d s + (1 - d) x²,  w ← d w + (1 - d),
 *   mean = m / w,  deviation = √(max(s / w - mean², 0) + ε)
 * so that the first columns have nearly equal weights and old columns decay slowly.
 */
import type { LayerKind } from '../layer.js';

export interface Statistics {
  readonly type: 'statistics';
  /** Time constant of the running mean, in columns; more than 1. */
  readonly memoryColumns: number;
}

/** Added to variances: at 0 the gradient of the square root is infinite. */
export const EPSILON = 1e-3;

export const statistics: LayerKind<Statistics> = {
  output: (_, { bands, channels }) => ({ bands: 1, channels: 2 * bands * channels }),

  weights: () => [],

  state: (_, { bands, channels }) => [[2 * bands * channels], [1]], // [m, s], [w]

  multiplyAdds: (_, { bands, channels }) => 4 * bands * channels,
};
