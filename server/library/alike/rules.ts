/**
 * What is chosen to be heard together: which tracks may follow which. Near neighbours alone give the same album
 * again and again, and every copy of a song.
 */
import type { Matrix } from './search.js';
import { isSameAlbum, isSameArtist, isSameRecording, isSameSong, type SongKeys } from './song.js';

export const DEFAULT_PER_ARTIST = 2;

/** The tracks that can be chosen from; row of the matrix = index of the keys. */
export interface Choice {
  readonly matrix: Matrix;
  readonly keys: readonly SongKeys[];
}

/** A track that others are chosen for, of the library or not. */
export interface Seed {
  /** Of length 1. */
  readonly vector: Float32Array;
  /** Undefined where there is no one track, such as the middle of a genre. */
  readonly keys?: SongKeys | undefined;
}

/** What was chosen so far. */
export class Chosen {
  readonly #choice: Choice;
  readonly #perArtist: number;
  readonly #seed: Seed;
  readonly rows: number[] = [];

  /** @param perArtist at most so many tracks of one artist among those that are added */
  constructor(choice: Choice, seed: Seed, perArtist: number) {
    this.#choice = choice;
    this.#seed = seed;
    this.#perArtist = perArtist;
  }

  get last(): number | undefined {
    return this.rows.at(-1);
  }

  /** Whether a track can never be chosen any more: it is there already, as itself, a copy or a version, or its artist is there often enough. */
  isOut(row: number): boolean {
    const { matrix, keys } = this.#choice;
    const own = keys[row]!;
    const { vector, keys: seed } = this.#seed;
    if (seed && (isSameSong(own, seed) || isSameRecording(own, seed, matrix.cosineWith(vector, row)))) return true;
    let ofArtist = 0;
    for (const other of this.rows) {
      const theirs = keys[other]!;
      if (other === row || isSameSong(own, theirs) || isSameRecording(own, theirs, matrix.cosine(row, other))) return true;
      if (isSameArtist(own, theirs)) ofArtist += 1;
    }
    return ofArtist >= this.#perArtist;
  }

  /** Whether it is of the album that was just heard, which may come again later. */
  isOfLastAlbum(row: number): boolean {
    const last = this.last === undefined ? this.#seed.keys : this.#choice.keys[this.last];
    return last !== undefined && isSameAlbum(this.#choice.keys[row]!, last);
  }

  add(row: number): void {
    this.rows.push(row);
  }
}
