/**
 * The tracks of a library in memory, for search: names and a matrix of embeddings, read in parts so that a server
 * goes on meanwhile, and read again when a run has added to them.
 */
import { setImmediate } from 'node:timers/promises';
import { resolve } from 'node:path';
import { Catalogue, type EmbeddedRow, type ModelRow, type TrackRow } from '../catalogue.js';
import { latest } from '../latest.js';
import { namesOf } from '../names.js';
import { Matrix } from './search.js';
import { keysOf, type Song, type SongKeys } from './song.js';
import type { Choice } from './rules.js';

export interface AlikeTrack extends Song {
  readonly id: number;
  /** Bytes. */
  readonly size: number;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1. */
  readonly p: number;
  readonly tags: TrackRow['tags'];
  readonly mood: TrackRow['mood'];
}

/** All tracks at one time. */
export interface Tracks extends Choice {
  readonly tracks: readonly AlikeTrack[];
  readonly model: ModelRow | undefined;
  rowOfId(id: number): number | undefined;
  /**
   * @param path relative to the folder of music, or absolute, or as another server knows it: then the only track whose
   *   path has the most last parts in common with it, at least two or all of one of them
   */
  rowOfPath(path: string): number | undefined;
}

export class AlikeLibrary {
  readonly root: string;
  /** The tracks, read again if they have changed and the last reading was long enough ago. */
  readonly tracks: () => Promise<Tracks>;
  readonly #catalogue: Catalogue;

  private constructor(catalogue: Catalogue, root: string) {
    this.#catalogue = catalogue;
    this.root = root;
    this.tracks = latest({ version: () => catalogue.dataVersion, read: () => readTracks(catalogue, root) });
  }

  /** @throws WrongDatabaseError when the file is missing or no library */
  static open(file: string): AlikeLibrary {
    const catalogue = Catalogue.read(file);
    return new AlikeLibrary(catalogue, catalogue.root(file));
  }

  close(): void {
    this.#catalogue.close();
  }
}

async function readTracks(catalogue: Catalogue, root: string): Promise<Tracks> {
  const rows: EmbeddedRow[] = [];
  for (const page of catalogue.embedded()) {
    rows.push(...page);
    await setImmediate();
  }
  return tracksOf(rows, root, catalogue.shown());
}

/** @param root the folder of music */
export function tracksOf(rows: readonly EmbeddedRow[], root: string, model?: ModelRow): Tracks {
  // All of one model, so of one length; a row that is not is damaged.
  const size = rows[0]?.embedding.length ?? 0;
  const whole = rows.filter(({ embedding }) => embedding.length === size);
  const values = new Float32Array(whole.length * size);
  whole.forEach(({ embedding }, row) => values.set(embedding, row * size));
  const tracks = whole.map(({ embedding: _, spectrum: __, ...row }): AlikeTrack => ({ ...row, ...namesOf(row.path, row) }));
  const keys: SongKeys[] = tracks.map((track, row) => keysOf({ ...track, spectrum: whole[row]!.spectrum }));
  const byId = new Map(tracks.map(({ id }, row) => [id, row]));
  const byPath = new Map(tracks.map(({ path }, row) => [path, row]));
  let byName: Map<string, number[]> | undefined;
  return {
    tracks, keys, model, matrix: new Matrix(values, size),
    rowOfId: (id) => byId.get(id),
    rowOfPath(path) {
      const below = path.startsWith(`${resolve(root)}/`) ? path.slice(resolve(root).length + 1) : path;
      const exact = byPath.get(below);
      if (exact !== undefined) return exact;
      byName ??= groupByName(tracks);
      return endingMost(below, byName, tracks);
    },
  };
}

function groupByName(tracks: readonly AlikeTrack[]): Map<string, number[]> {
  const byName = new Map<string, number[]>();
  tracks.forEach(({ path }, row) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const rows = byName.get(name);
    if (rows) rows.push(row);
    else byName.set(name, [row]);
  });
  return byName;
}

function endingMost(path: string, byName: ReadonlyMap<string, readonly number[]>, tracks: readonly AlikeTrack[]): number | undefined {
  const wanted = path.split('/').filter((part) => part !== '').reverse();
  let [best, most, isTie] = [undefined as number | undefined, 0, false];
  for (const row of byName.get(wanted[0] ?? '') ?? []) {
    const own = tracks[row]!.path.split('/').reverse();
    let common = 0;
    while (common < own.length && common < wanted.length && own[common] === wanted[common]) common += 1;
    if (common < 2 && common < own.length && common < wanted.length) continue;
    if (common > most) [best, most, isTie] = [row, common, false];
    else if (common === most) isTie = true;
  }
  return isTie ? undefined : best;
}
