/**
 * The library's database: which tracks there are, and what each model says of them. Queries are answered by
 * the newest model that has heard all tracks; until the first has, by the newest.
 */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Statement } from 'libsql';
import type { Manifest } from '../../models/manifest.js';
import type { Classified, Mood, StreamState, Tag } from '../protocol/messages.js';
import { isText, nameFromBytes, pathOf, readableName } from '../sources/file-names.js';
import { openDatabase, type Database } from '../store/sqlite/database.js';
import { WrongDatabaseError } from '../store/store.js';
import type { Judgement, Problem } from './judge.js';
import type { Names } from './names.js';
import { MIGRATIONS } from './schema.js';

/** Name of the folder in the music's with the database, unless another file is named. */
export const DATABASE_IN_FOLDER = '.livegenre/library.db';

/** A file as it was when it was heard. Another size or time of change means another file. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
}

/** A track with the answer of a model. */
export interface TrackRow extends FileStamp {
  readonly id: number;
  /** Relative to the root, with slashes, as `file-names.ts` writes names. */
  readonly path: string;
  readonly isQuick: boolean;
  readonly durationMs: number;
  /** What most of it is: `music` if it has a genre. */
  readonly state: StreamState;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1. */
  readonly p: number;
  /** All labels, best first. */
  readonly top: Classified['top'];
  readonly segments: Classified['segments'];
  /** What its music has beside the genre, most telling first; null where the model was not asked. */
  readonly tags: readonly Tag[] | null;
  /** Null where there is no music or the model has no tags for it. */
  readonly mood: Mood | null;
  readonly note: string | null;
  readonly problem: Problem | null;
  readonly error: string | null;
}

/** What a list shows of a track. */
export interface ListedRow extends Names, Pick<TrackRow, 'id' | 'path' | 'durationMs' | 'state' | 'genre' | 'p' | 'tags' | 'mood' | 'problem' | 'error'> {
  /** On the map, -1 to 1; null without a place. */
  readonly x: number | null;
  readonly y: number | null;
}

/** Where a track lies on the map, -1 to 1. */
export interface Place {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** Others are placed among the landmarks. */
  readonly isLandmark: boolean;
}

/** A track that can be compared with others. */
export interface EmbeddedRow extends Names {
  readonly id: number;
  /** As in `TrackRow`. */
  readonly path: string;
  readonly size: number;
  readonly durationMs: number;
  readonly genre: string | null;
  readonly p: number;
  readonly tags: readonly Tag[] | null;
  readonly mood: Mood | null;
  /** Of length 1. */
  readonly embedding: Float32Array;
  /** As `spectrum.ts` says; null where it is not known. */
  readonly spectrum: Int16Array | null;
}

export interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the weights. */
  readonly weights: string;
  readonly labels: readonly string[];
  /** When it had heard all tracks, ms since 1970; null before. */
  readonly wholeAtMs: number | null;
  /** SHA-256 of its embedding; null if it has none. */
  readonly embedding: string | null;
}

/** An answer to store. */
export interface NewResult {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly judgement: Judgement;
}

/** Rows read at once. */
const PAGE_ROWS = 500;
const ROW_COLUMNS = 'tracks.id AS id, path, bytes, size, mtimeMs, isQuick, durationMs, state, genre, p, top, segments, tags, lively, happy, note, problem, error';
/** CROSS keeps SQLite to the order of paths: by the index of results, each page would sort all of them. */
const BY_PATH = 'tracks CROSS JOIN results ON results.track = tracks.id';
/** A place made by the embedding of the model, after the track was heard last. */
const HAS_PLACE = 'places.track = tracks.id AND atMs >= doneAtMs AND (SELECT embedding FROM map) = (SELECT embedding FROM models WHERE id = :model)';
const MODEL_COLUMNS = 'id, name, version, weights, labels, wholeAtMs, embedding';

export class Catalogue {
  readonly database: Database;
  readonly #prepared = new Map<string, Statement>();

  private constructor(database: Database) {
    this.database = database;
  }

  /**
   * @param file the database, made if it is missing
   * @param root the folder of music
   * @throws WrongDatabaseError when it is another file, or the library of another folder; Error when it can't be made
   */
  static open(file: string, root: string): Catalogue {
    const catalogue = new Catalogue(openOrSay(file));
    try {
      catalogue.#claim(file, root);
      return catalogue;
    } catch (error) {
      catalogue.close();
      throw error;
    }
  }

  /** Opens the library of whatever folder, to read it. */
  static read(file: string): Catalogue {
    if (!existsSync(file)) throw new WrongDatabaseError(`There is no library ${file}; livegenre library DIR makes one.`);
    const catalogue = new Catalogue(openOrSay(file));
    try {
      catalogue.root(file);
      return catalogue;
    } catch (error) {
      catalogue.close();
      throw error;
    }
  }

  /** The folder of music of the library in `file`. */
  root(file: string): string {
    const [row] = this.#ownRoot(file);
    if (!row) throw new WrongDatabaseError(`${file} holds no library yet; livegenre library DIR makes one.`);
    return resolve(dirname(resolve(file)), row.root);
  }

  /** The model's id, new or known. Embeddings of another `embedding` of the same model are forgotten. */
  model({ name, version, weights: { sha256 }, labels, embedding }: Pick<Manifest, 'name' | 'version' | 'weights' | 'labels' | 'embedding'>): number {
    this.#run('INSERT INTO models (name, version, weights, labels) VALUES (:name, :version, :sha256, :labels) ON CONFLICT DO NOTHING', { name, version, sha256, labels: JSON.stringify(labels) });
    const known = this.#all<{ id: number; embedding: string | null }>('SELECT id, embedding FROM models WHERE name = :name AND version = :version AND weights = :sha256', { name, version, sha256 })[0]!;
    const own = embedding?.sha256 ?? null;
    if (known.embedding !== own) {
      this.transaction(() => {
        this.#run('UPDATE results SET embedding = NULL WHERE model = :id', { id: known.id });
        this.#run('UPDATE models SET embedding = :own WHERE id = :id', { own, id: known.id });
      });
    }
    return known.id;
  }

  /** The model whose answers are shown; undefined before the first answer. */
  shown(): ModelRow | undefined {
    const [row] = this.#all<Omit<ModelRow, 'labels'> & { labels: string }>(`SELECT ${MODEL_COLUMNS} FROM models ORDER BY wholeAtMs IS NULL, wholeAtMs DESC, id DESC LIMIT 1`);
    return row && { ...row, labels: JSON.parse(row.labels) as string[] };
  }

  /** Files that a model has heard, by path; not those that could not be read, which may be read now though they have not changed. */
  heard(model: number): Map<string, FileStamp & { readonly isQuick: boolean; readonly isEmbedded: boolean; readonly isTagged: boolean }> {
    const rows = this.#all<{ path: string; bytes: string | null; size: number; mtimeMs: number; isQuick: number; isEmbedded: number; isTagged: number }>(
      `SELECT path, bytes, size, mtimeMs, isQuick, embedding IS NOT NULL AS isEmbedded, tags IS NOT NULL AS isTagged FROM results JOIN tracks ON tracks.id = track
       WHERE model = :model AND coalesce(problem, '') NOT IN ('not-found', 'not-readable', 'not-scored')`, { model });
    return new Map(rows.map(({ size, mtimeMs, isQuick, isEmbedded, isTagged, ...named }) => [nameOf(named), { size, mtimeMs, isQuick: isQuick === 1, isEmbedded: isEmbedded === 1, isTagged: isTagged === 1 }]));
  }

  /** Stores answers, all or none. A file that is heard again replaces its answer. */
  write(model: number, results: readonly NewResult[], nowMs: number): void {
    this.transaction(() => {
      for (const { path, stamp: { size, mtimeMs }, judgement } of results) {
        const named = { path: readableName(path), bytes: isText(path) ? null : (pathOf(path) as Buffer).toString('latin1') };
        const { durationMs, genre, p, top, segments, note = null, problem = null, error = null, isQuick, embedding, spectrum, tags, mood, names } = judgement;
        const { title, artist, album } = names ?? { title: null, artist: null, album: null };
        this.#run(
          `INSERT INTO tracks (path, bytes, title, artist, album) VALUES (:path, :bytes, :title, :artist, :album)
           ON CONFLICT DO UPDATE SET title = excluded.title, artist = excluded.artist, album = excluded.album`,
          { ...named, title, artist, album });
        this.#run(
          `INSERT OR REPLACE INTO results (track, model, size, mtimeMs, isQuick, doneAtMs, durationMs, state, genre, p, top, segments, tags, lively, happy, note, problem, error, embedding, spectrum)
           VALUES ((SELECT id FROM tracks WHERE path = :path), :model, :size, :mtimeMs, :isQuick, :nowMs, :durationMs, :state, :genre, :p, :top, :segments, :tags, :lively, :happy, :note, :problem, :error, :embedding, :spectrum)`,
          { path: named.path, model, size, mtimeMs, isQuick: isQuick ? 1 : 0, nowMs, durationMs, state: mostly(judgement), genre, p, top: JSON.stringify(top), segments: JSON.stringify(segments), tags: tags ? JSON.stringify(tags) : null, lively: mood?.lively ?? null, happy: mood?.happy ?? null, note, problem, error, embedding: embedding ? bytesOf(embedding) : null, spectrum: spectrum ? bytesOfIntegers(spectrum) : null },
        );
      }
    });
  }

  /** The model has heard all of these: tracks of files that are gone are forgotten, and so are the answers of other models. */
  complete(model: number, present: ReadonlySet<string>, nowMs: number): void {
    this.transaction(() => {
      for (const { id, ...named } of this.#all<{ id: number; path: string; bytes: string | null }>('SELECT id, path, bytes FROM tracks')) {
        if (!present.has(nameOf(named))) this.#run('DELETE FROM tracks WHERE id = :id', { id });
      }
      this.#run('UPDATE models SET wholeAtMs = :nowMs WHERE id = :model', { model, nowMs });
      this.#run('DELETE FROM models WHERE id <> :model', { model });
    });
  }

  /** The file of a track was written to, and sounds as before: its answers stay. */
  touch(path: string, before: FileStamp, after: FileStamp): void {
    this.#run(
      'UPDATE results SET size = :size, mtimeMs = :mtimeMs WHERE track = (SELECT id FROM tracks WHERE path = :path) AND size = :sizeBefore AND mtimeMs = :mtimeMsBefore',
      { path: readableName(path), size: after.size, mtimeMs: after.mtimeMs, sizeBefore: before.size, mtimeMsBefore: before.mtimeMs },
    );
  }

  /** Number of tracks, whatever model heard them. */
  get size(): number {
    return this.#all<{ tracks: number }>('SELECT count(*) AS tracks FROM tracks')[0]!.tracks;
  }

  /** The tracks that the shown model heard, by path. Read in pages: a library may hold hundreds of thousands, and they may be written meanwhile. */
  * rows(where: 'all' | 'errors' = 'all'): Generator<TrackRow, void, void> {
    const model = this.shown()?.id ?? 0;
    const sql = `SELECT ${ROW_COLUMNS} FROM ${BY_PATH}
       WHERE model = :model AND path > :after ${where === 'errors' ? 'AND error IS NOT NULL' : ''} ORDER BY path LIMIT ${PAGE_ROWS}`;
    for (let after = '', isLast = false; !isLast;) {
      const page = this.#all<StoredRow>(sql, { model, after });
      yield* page.map(rowOf);
      isLast = page.length < PAGE_ROWS;
      after = page.at(-1)?.path ?? after;
    }
  }

  /** A track with the answer of the shown model; undefined if it has none. */
  row(id: number): TrackRow | undefined {
    const [row] = this.#all<StoredRow>(`SELECT ${ROW_COLUMNS} FROM tracks JOIN results ON track = tracks.id WHERE model = :model AND tracks.id = :id`, { model: this.shown()?.id ?? 0, id });
    return row && rowOf(row);
  }

  /** All tracks of the shown model, by path, in pages between which others may work. */
  * listed(): Generator<ListedRow[], void, void> {
    const model = this.shown()?.id ?? 0;
    const sql = `SELECT tracks.id AS id, path, bytes, title, artist, album, durationMs, state, genre, p, tags, lively, happy, problem, error, x, y
       FROM ${BY_PATH} LEFT JOIN places ON ${HAS_PLACE} WHERE model = :model AND path > :after ORDER BY path LIMIT ${PAGE_ROWS}`;
    for (let after = '', isLast = false; !isLast;) {
      const page = this.#all<Omit<ListedRow, 'tags' | 'mood'> & StoredTags & { readonly bytes: string | null }>(sql, { model, after });
      yield page.map(({ bytes, tags, lively, happy, ...row }) => ({ ...row, ...tagsAndMood({ tags, lively, happy }), path: nameOf({ path: row.path, bytes }) }));
      isLast = page.length < PAGE_ROWS;
      after = page.at(-1)?.path ?? after;
    }
  }

  /** Changes with each commit of another process or connection. */
  get dataVersion(): number {
    return this.#all<{ data_version: number }>('PRAGMA data_version')[0]!.data_version;
  }

  /** The tracks of the shown model that have an embedding, by path, in pages between which others may work. */
  * embedded(): Generator<EmbeddedRow[], void, void> {
    const model = this.shown()?.id ?? 0;
    const sql = `SELECT tracks.id AS id, path, bytes, title, artist, album, size, durationMs, genre, p, tags, lively, happy, embedding, spectrum
       FROM ${BY_PATH} WHERE model = :model AND path > :after AND length(embedding) > 0 ORDER BY path LIMIT ${PAGE_ROWS}`;
    for (let after = '', isLast = false; !isLast;) {
      const page = this.#all<Omit<EmbeddedRow, 'embedding' | 'spectrum' | 'tags' | 'mood'> & StoredTags & { bytes: string | null; embedding: ArrayBuffer; spectrum: ArrayBuffer | null }>(sql, { model, after });
      yield page.map(({ bytes, path, embedding, spectrum, tags, lively, happy, ...row }) => ({ ...row, ...tagsAndMood({ tags, lively, happy }), path: nameOf({ path, bytes }), embedding: valuesOf(embedding), spectrum: spectrum && integersOf(spectrum) }));
      isLast = page.length < PAGE_ROWS;
      after = page.at(-1)?.path ?? after;
    }
  }

  /** The places that still hold, by track, and how many tracks there were when all were laid out. */
  map(): { readonly places: ReadonlyMap<number, Place>; readonly tracksThen: number } {
    const model = this.shown()?.id ?? 0;
    const rows = this.#all<Omit<Place, 'isLandmark'> & { readonly isLandmark: number }>(`SELECT tracks.id AS id, x, y, isLandmark FROM ${BY_PATH} JOIN places ON ${HAS_PLACE} WHERE model = :model`, { model });
    const [then] = this.#all<{ tracks: number }>('SELECT tracks FROM map WHERE embedding = (SELECT embedding FROM models WHERE id = :model)', { model });
    return { places: new Map(rows.map((row) => [row.id, { ...row, isLandmark: row.isLandmark === 1 }])), tracksThen: then?.tracks ?? 0 };
  }

  /** Stores places by the shown model's embedding, in place of all others or beside them. */
  writeMap(places: readonly Place[], instead: 'all' | 'new', nowMs: number): void {
    this.transaction(() => {
      if (instead === 'all') {
        this.#run('DELETE FROM places');
        this.#run('DELETE FROM map');
        this.#run('INSERT INTO map (embedding, tracks) VALUES (:embedding, :tracks)', { embedding: this.shown()?.embedding ?? '', tracks: places.length });
      }
      for (const { id, x, y, isLandmark } of places) this.#run('INSERT OR REPLACE INTO places (track, x, y, isLandmark, atMs) VALUES (:id, :x, :y, :isLandmark, :nowMs)', { id, x, y, isLandmark: isLandmark ? 1 : 0, nowMs });
    });
  }

  /** Runs `work` in a transaction; what it throws takes everything back. */
  transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      // On a full disk SQLite has rolled back already.
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }

  #claim(file: string, root: string): void {
    this.database.exec('PRAGMA foreign_keys = ON');
    const rows = this.#ownRoot(file);
    const own = relative(dirname(resolve(file)), resolve(root)).split(sep).join('/');
    if (rows.length === 0) this.#run('INSERT INTO library (root) VALUES (:own)', { own });
    else if (rows[0]!.root !== own) throw new WrongDatabaseError(`${file} is the library of ${resolve(dirname(file), rows[0]!.root)}. Name another file with --database.`);
  }

  #ownRoot(file: string): { readonly root: string }[] {
    try {
      return this.#all('SELECT root FROM library');
    } catch {
      throw ofSomethingElse(file);
    }
  }

  #run(sql: string, values: Readonly<Record<string, unknown>> = {}): number {
    return this.#statement(sql).run(values).changes;
  }

  #all<Row>(sql: string, values: Readonly<Record<string, unknown>> = {}): Row[] {
    return this.#statement(sql).all(values) as Row[];
  }

  #statement(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.database.prepare(sql));
    return statement;
  }
}

function ofSomethingElse(file: string): WrongDatabaseError {
  return new WrongDatabaseError(`${file} is a database of something else. Name another file with --database.`);
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
  return bytes;
}

function valuesOf(bytes: ArrayBuffer): Float32Array {
  const view = new DataView(bytes);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

function bytesOfIntegers(values: Int16Array): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => bytes.writeInt16LE(value, 2 * index));
  return bytes;
}

function integersOf(bytes: ArrayBuffer): Int16Array {
  const view = new DataView(bytes);
  return Int16Array.from({ length: bytes.byteLength / 2 }, (_, index) => view.getInt16(2 * index, true));
}

/** The folder of music may be read-only. */
function openOrSay(file: string): Database {
  try {
    return openDatabase(file, MIGRATIONS);
  } catch (error) {
    if (error instanceof WrongDatabaseError) throw error;
    // A migration found none of the tables of a library.
    if (/no such table/.test((error as Error).message)) throw ofSomethingElse(file);
    throw new Error(`The library can't be kept in ${file} (${(error as Error).message}). Name another file with --database.`, { cause: error });
  }
}

function nameOf({ path, bytes }: { readonly path: string; readonly bytes: string | null }): string {
  return bytes === null ? path : nameFromBytes(Buffer.from(bytes, 'latin1'));
}

/** A row as the database has it. */
type StoredRow = Omit<TrackRow, 'top' | 'segments' | 'tags' | 'mood' | 'isQuick'> & StoredTags & { readonly bytes: string | null; readonly top: string; readonly segments: string; readonly isQuick: number };

function rowOf({ bytes, top, segments, tags, lively, happy, isQuick, path, ...row }: StoredRow): TrackRow {
  return { ...row, ...tagsAndMood({ tags, lively, happy }), path: nameOf({ path, bytes }), isQuick: isQuick === 1, top: JSON.parse(top) as TrackRow['top'], segments: JSON.parse(segments) as TrackRow['segments'] };
}

interface StoredTags {
  readonly tags: string | null;
  readonly lively: number | null;
  readonly happy: number | null;
}

function tagsAndMood({ tags, lively, happy }: StoredTags): Pick<TrackRow, 'tags' | 'mood'> {
  return {
    tags: tags === null ? null : JSON.parse(tags) as Tag[],
    mood: lively === null && happy === null ? null : { ...(lively !== null && { lively }), ...(happy !== null && { happy }) },
  };
}

/** The state that most of the sound is in. */
function mostly({ genre, segments }: Classified): StreamState {
  if (genre !== null) return 'music';
  const ms = new Map<StreamState, number>();
  for (const { state, fromMs, toMs } of segments) ms.set(state, (ms.get(state) ?? 0) + toMs - fromMs);
  return [...ms].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'unknown';
}
