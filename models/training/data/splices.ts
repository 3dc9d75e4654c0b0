/**
 * Simulated track changes: each track follows some seconds of a track with another label, so that the
 * last layer learns to answer for the current track, not for the previous one.
 */
import { trackLevels, type Pack, type Track } from '../../packs/pack.js';
import { Random } from '../../random.js';

/** Blocks of the previous track and of the labelled one: 8 s and 6 s at 348 ms per block. */
export const BEFORE_BLOCKS = 23;
export const AFTER_BLOCKS = 17;

/** Each track that is long enough, once, after a random track of another genre. */
export function spliced(pack: Pack, blockColumns: number, seed: number): Pack {
  const random = new Random(seed);
  const { bands } = pack.frontEnd;
  const [before, after] = [BEFORE_BLOCKS * blockColumns, AFTER_BLOCKS * blockColumns];
  const seconds = pack.tracks.filter(({ columns }) => columns >= after);
  const firsts = pack.tracks.filter(({ columns }) => columns >= before);
  const levels = new Uint8Array(seconds.length * (before + after) * bands);
  const tracks = seconds.flatMap((track, index): Track[] => {
    const others = firsts.filter(({ genre }) => genre !== track.genre);
    if (others.length === 0) return [];
    const start = index * (before + after);
    levels.set(stretch(pack, others[random.below(others.length)]!, before, random), start * bands);
    levels.set(stretch(pack, track, after, random), (start + before) * bands);
    return [{ ...track, start, columns: before + after }];
  });
  return { ...pack, name: `changes in ${pack.name}`, tracks, levels };
}

function stretch(pack: Pack, track: Track, columns: number, random: Random): Uint8Array {
  const { bands } = pack.frontEnd;
  const from = random.below(track.columns - columns + 1);
  return trackLevels(pack, track).subarray(from * bands, (from + columns) * bands);
}
