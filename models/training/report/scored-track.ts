/** A valid track with the network's scores per block. */
import type { Track } from '../../packs/pack.js';

export interface ScoredTrack {
  readonly track: Track;
  readonly truth: number;
  /** [labels] probabilities for the whole track: softmax of the mean log score divided by the temperature. */
  readonly probabilities: Float64Array;
  readonly answer: number;
  /** Index of the first scored block. */
  readonly firstBlock: number;
  /** [blocks × labels] probabilities with the temperature. */
  readonly blocks: Float32Array;
  /** [blocks × labels] log scores at temperature 1. */
  readonly logScores: Float32Array;
}
