/** Lists of tracks: those most like one, a playlist that walks on from one, a path from one to another. */
import { unitVector } from '../../../models/embedding.js';
import { Chosen, type Choice, type Seed } from './rules.js';
import { bestFirst } from './search.js';

export interface ChooseOptions {
  /** At most so many tracks of one artist. */
  readonly perArtist: number;
  /** Rows that may be chosen; all unless given. */
  readonly allows?: (row: number) => boolean;
}

/** The `count` tracks most like the seed, nearest first, by the rules but that of albums. */
export function mostAlike(choice: Choice, seed: Seed, count: number, { perArtist, allows = () => true }: ChooseOptions): number[] {
  const chosen = new Chosen(choice, seed, perArtist);
  if (count <= 0) return chosen.rows;
  for (const row of bestFirst(choice.matrix.cosines(seed.vector))) {
    if (!allows(row) || chosen.isOut(row)) continue;
    chosen.add(row);
    if (chosen.rows.length === count) break;
  }
  return chosen.rows;
}

/**
 * A walk: each next track is, of all that the rules allow, the nearest to both the seed and the track before it
 * (the smaller of the two cosines is the largest). So the music moves, but not away.
 * @param seed with its row, if it is to be the first track
 * @param isEnough whether the rows so far are; the walk ends there, or where the rules allow no more
 */
export function walk(choice: Choice, seed: Seed & { readonly row?: number }, isEnough: (rows: readonly number[]) => boolean, { perArtist, allows = () => true }: ChooseOptions): number[] {
  const { matrix } = choice;
  const chosen = new Chosen(choice, seed, perArtist);
  const toSeed = matrix.cosines(seed.vector);
  const gone = new Set<number>();
  if (seed.row !== undefined) {
    chosen.add(seed.row);
    gone.add(seed.row);
  }
  for (let row = 0; row < matrix.rows; row += 1) if (!allows(row)) gone.add(row);
  const scores = new Float32Array(matrix.rows);
  while (!isEnough(chosen.rows)) {
    if (chosen.last === undefined) scores.set(toSeed);
    else {
      matrix.cosines(matrix.row(chosen.last), scores);
      for (let row = 0; row < scores.length; row += 1) scores[row] = Math.min(scores[row]!, toSeed[row]!);
    }
    for (const row of gone) scores[row] = -Infinity;
    let next: number | undefined;
    for (const row of bestFirst(scores)) {
      if (chosen.isOut(row)) gone.add(row);
      else if (!chosen.isOfLastAlbum(row)) {
        next = row;
        break;
      }
    }
    if (next === undefined) break;
    chosen.add(next);
    gone.add(next);
  }
  return chosen.rows;
}

/**
 * A path from one track to another in at most `count` tracks, both included: for each step along the way between
 * them the nearest track that the rules allow. Steps without one are left out.
 */
export function pathBetween(choice: Choice, from: number, to: number, count: number, { perArtist }: Pick<ChooseOptions, 'perArtist'>): number[] {
  if (from === to) return [from];
  const { matrix, keys } = choice;
  const [start, end] = [matrix.row(from), matrix.row(to)];
  const chosen = new Chosen(choice, { vector: start, keys: keys[from] }, perArtist);
  // The end is there from the beginning, so that no copy of it comes before it.
  chosen.add(to);
  const steps = Math.max(0, count - 2);
  const between: number[] = [];
  for (let step = 1; step <= steps; step += 1) {
    const share = step / (steps + 1);
    const place = unitVector(start.map((value, index) => (1 - share) * value + share * end[index]!)) ?? start;
    for (const row of bestFirst(matrix.cosines(place))) {
      if (row === from || chosen.isOut(row)) continue;
      chosen.add(row);
      between.push(row);
      break;
    }
  }
  return [from, ...between, to];
}

/** 1 for the same music, 0 for the opposite; 0.5 has nothing in common. */
export function similarityOf(cosine: number): number {
  return Math.min(1, Math.max(0, Math.round(5000 * (1 + cosine)) / 1e4));
}
