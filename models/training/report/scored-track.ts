/** A valid track with what the network said of it, block by block. */
import type { Track } from '../../packs/pack.js';

export interface ScoredTrack {
  readonly track: Track;
  readonly truth: number;
  /** [labels] over the whole track: the mean of its blocks' log scores, by the temperature, normalised. */
  readonly probabilities: Float64Array;
  readonly answer: number;
  /** Of the track's blocks the first that counts, that is has a score. */
  readonly firstBlock: number;
  /** [blocks × labels], by the temperature. */
  readonly blocks: Float32Array;
  /** [blocks × labels], at temperature 1. */
  readonly logScores: Float32Array;
}
