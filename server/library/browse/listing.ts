/**
 * All tracks of a library in memory, to be looked through: searched, filtered, sorted by any column, counted by
 * genre. A page asks for any stretch of an answer, so the rows of the last answers are kept.
 */
import { setImmediate } from 'node:timers/promises';
import type { ListedTrack, Sort } from '../../protocol/library.js';
import type { StreamState } from '../../protocol/messages.js';
import { readableName } from '../../sources/file-names.js';
import { Catalogue, type ListedRow, type ModelRow, type TrackRow } from '../catalogue.js';
import { latest } from '../latest.js';
import { namesOf } from '../names.js';
import type { Wish } from '../../tune/wish.js';
import { countTags, isWished } from '../wished.js';

/** A track and its place. */
export interface PlacedTrack extends ListedTrack, Pick<ListedRow, 'x' | 'y'> {}

export interface Question {
  /** Words that title, artist, album or path must hold, all of them; case and accents do not count. */
  readonly q?: string | undefined;
  readonly genre?: string | undefined;
  /** Tracks without a genre that are mostly this. */
  readonly state?: StreamState | undefined;
  /** Tags and moods that a track must have, all of them. */
  readonly beside?: Pick<Wish, 'tags' | 'moods'> | undefined;
  /** Only tracks with an error. */
  readonly errors?: boolean | undefined;
  readonly sort?: Sort | undefined;
  readonly descending?: boolean | undefined;
}

export interface Counts {
  /** Tracks by genre, the most frequent first. */
  readonly genres: readonly (readonly [genre: string, tracks: number])[];
  /** Tracks without a genre by what they mostly are, those with an error excluded. */
  readonly states: readonly (readonly [state: StreamState, tracks: number])[];
  /** Tracks by tag, the most frequent first. */
  readonly tags: readonly (readonly [tag: string, tracks: number])[];
  /** Whether tracks have moods. */
  readonly hasMoods: boolean;
  readonly errors: number;
  readonly durationMs: number;
}

/** All tracks at one time. */
export interface Listed extends Counts {
  readonly tracks: readonly PlacedTrack[];
  readonly model: ModelRow | undefined;
  /** 1 for the first reading, 2 for the next. */
  readonly revision: number;
  byId(id: number): PlacedTrack | undefined;
  /** Indices in `tracks` of what fits, in order. */
  find(question: Question): Int32Array;
}

/** Answers whose rows are kept. */
const KEPT_ANSWERS = 8;

export class LibraryListing {
  readonly root: string;
  /** The tracks as they are now, or were a moment ago. */
  readonly now: () => Promise<Listed>;
  readonly #catalogue: Catalogue;
  #readings = 0;

  private constructor(catalogue: Catalogue, root: string) {
    this.#catalogue = catalogue;
    this.root = root;
    this.now = latest({ version: () => catalogue.dataVersion, read: () => this.#read() });
  }

  /** @throws WrongDatabaseError when the file is missing or no library */
  static open(file: string): LibraryListing {
    const catalogue = Catalogue.read(file);
    return new LibraryListing(catalogue, catalogue.root(file));
  }

  /** All that is known of a track; undefined if the shown model has not heard it. */
  row(id: number): TrackRow | undefined {
    return this.#catalogue.row(id);
  }

  close(): void {
    this.#catalogue.close();
  }

  async #read(): Promise<Listed> {
    const model = this.#catalogue.shown();
    const rows: ListedRow[] = [];
    for (const page of this.#catalogue.listed()) {
      rows.push(...page);
      await setImmediate();
    }
    return listed(rows, model, ++this.#readings);
  }
}

/** @param rows by path */
export function listed(rows: readonly ListedRow[], model?: ModelRow, revision = 1): Listed {
  const tracks = rows.map((row): PlacedTrack => ({ ...row, ...namesOf(row.path, row), path: readableName(row.path) }));
  const byId = new Map(tracks.map((track) => [track.id, track]));
  let words: readonly string[] | undefined;
  const orders = new Map<string, Int32Array>();
  const answers = new Map<string, Int32Array>();
  const orderOf = (sort: Sort, descending: boolean): Int32Array => kept(orders, `${sort} ${descending}`, Infinity, () => order(tracks, sort, descending));
  return {
    tracks, model, revision, ...countsOf(tracks),
    byId: (id) => byId.get(id),
    find(question) {
      const { q = '', genre, state, beside, errors = false, sort = 'path', descending = false } = question;
      return kept(answers, JSON.stringify([q, genre, state, beside, errors, sort, descending]), KEPT_ANSWERS, () => {
        const wanted = folded(q).split(/\s+/).filter((word) => word !== '');
        if (wanted.length > 0) words ??= tracks.map(({ title, artist, album, path }) => folded([title, artist, album, path].filter(Boolean).join('\n')));
        return orderOf(sort, descending).filter((index) => {
          const track = tracks[index]!;
          return (genre === undefined || track.genre === genre)
            && (state === undefined || (track.genre === null && track.error === null && track.state === state))
            && (!errors || track.error !== null)
            && (beside === undefined || isWished(track, beside))
            && wanted.every((word) => words![index]!.includes(word));
        });
      });
    },
  };
}

/** The value of a key, made if it is missing; the oldest beyond `limit` are forgotten. */
function kept<Value>(map: Map<string, Value>, key: string, limit: number, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
    if (map.size > limit) map.delete(map.keys().next().value!);
  }
  return value;
}

/** Without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{Mn}/gu, '').toLowerCase();
}

/** Indices in the order of a column; what has no value comes last either way, equal values by path. */
function order(tracks: readonly PlacedTrack[], sort: Sort, descending: boolean): Int32Array {
  const sign = descending ? -1 : 1;
  const keys = tracks.map((track) => {
    if (sort === 'p' && track.genre === null) return null;
    const value = track[sort];
    return typeof value === 'string' ? folded(value) : value;
  });
  return Int32Array.from(tracks.keys()).sort((a, b) => {
    const [one, other] = [keys[a]!, keys[b]!];
    if (one === other) return a - b;
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -sign : sign;
  });
}

function countsOf(tracks: readonly PlacedTrack[]): Counts {
  const genres = new Map<string, number>();
  const states = new Map<StreamState, number>();
  let [errors, durationMs] = [0, 0];
  for (const track of tracks) {
    durationMs += track.durationMs;
    if (track.error !== null) errors += 1;
    if (track.genre !== null) genres.set(track.genre, (genres.get(track.genre) ?? 0) + 1);
    else if (track.error === null) states.set(track.state, (states.get(track.state) ?? 0) + 1);
  }
  const most = <Key>(counts: ReadonlyMap<Key, number>): [Key, number][] => [...counts].sort(([, a], [, b]) => b - a);
  return { genres: most(genres), states: most(states), tags: countTags(tracks), hasMoods: tracks.some(({ mood }) => mood !== null), errors, durationMs };
}
