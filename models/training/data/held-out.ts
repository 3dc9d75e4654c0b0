/** The teacher's tracks that pretraining does not learn from: every 20th of those that are long enough for a sequence. */
import type { TeacherTrack } from './teacher.js';

/** Consecutive teacher windows per sequence of pretraining. */
export const WINDOWS = 4;
const HELD_OUT = 20;

export function heldOutOf<T extends Pick<TeacherTrack, 'windows'>>(tracks: readonly T[]): Set<T> {
  return new Set(tracks.filter(({ windows }) => windows >= WINDOWS).filter((_, index) => index % HELD_OUT === 0));
}
