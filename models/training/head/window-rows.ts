/** Rows for outputs that learn from a teacher's windows: the inputs of the last layer at the end of each window. */
import { heldOutOf } from '../data/held-out.js';
import type { Teacher, TeacherTrack } from '../data/teacher.js';
import type { FrozenLayers } from '../network/frozen.js';
import type { Progress } from '../progress.js';
import { eachTrack, type InferenceOptions } from '../validate.js';
import { ANY_DEGRADATION, degradedInput } from './rows.js';

/** Every third window of a track that is not held out makes a row. */
const EVERY = 3;

export interface WindowRowOptions extends Omit<InferenceOptions, 'labels'> {
  readonly lastLayer: number;
  readonly seed: number;
}

/** Inputs of the last layer at the end of windows. */
export interface WindowRows {
  readonly values: Float32Array;
  readonly width: number;
  /** Of each row: the teacher's window, the index of its track, and whether pretraining did not learn from it. */
  readonly windows: readonly number[];
  readonly tracks: readonly number[];
  readonly heldOut: readonly boolean[];
}

/** Tracks that are not held out are heard with degraded sound in turns. A track's first window is left out: the state is not settled there. */
export function windowRows(layers: FrozenLayers, teacher: Teacher, options: WindowRowOptions, progress: Progress): WindowRows {
  const { pack, tracks, windowSeconds } = teacher;
  const { sampleRate, hop, bands } = pack.frontEnd;
  const windowBlocks = (windowSeconds * sampleRate) / hop / options.blockColumns;
  const held = heldOutOf(tracks);
  const indices = new Map(tracks.map((track, index) => [track, index]));
  const poor = degradedInput(ANY_DEGRADATION, options, bands, options.seed);
  const taken: Float32Array[] = [];
  const found = { windows: [] as number[], tracks: [] as number[], heldOut: [] as boolean[] };
  let width = 0;
  let done = 0;
  progress.begin('features of the music', tracks.length, 0);
  const take = (selected: readonly TeacherTrack[], inference: WindowRowOptions): void => eachTrack(pack, selected, inference, (x) => {
    const y = layers.apply(x, { training: false, to: options.lastLayer });
    width = y.shape[2]!;
    return y;
  }, (track, values) => {
    const blocks = values.length / width;
    const isHeldOut = held.has(track);
    for (let window = 1; window < track.windows; window += isHeldOut ? 1 : EVERY) {
      const block = Math.round((window + 1) * windowBlocks) - 1;
      if (block >= blocks) break;
      taken.push(values.slice(block * width, (block + 1) * width));
      found.windows.push(track.firstWindow + window);
      found.tracks.push(indices.get(track)!);
      found.heldOut.push(isHeldOut);
    }
    progress.step(++done, `${taken.length} rows`);
  });
  const clean = tracks.filter((track, index) => held.has(track) || index % 2 === 0);
  take(clean, options);
  take(tracks.filter((track, index) => !held.has(track) && index % 2 !== 0), poor);
  progress.end();
  const values = new Float32Array(taken.length * width);
  taken.forEach((row, index) => values.set(row, index * width));
  return { values, width, ...found };
}
