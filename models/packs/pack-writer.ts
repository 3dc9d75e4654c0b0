/**
 * Writes a data pack (`pack.ts`) track by track, so that a large collection need not fit in memory.
 * Until `finish` all data is in files ending in `.part`, and an existing pack stays unchanged.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import { NpyWriter } from './npy.js';
import type { PackFeature, Track } from './pack.js';

/** Description of the encoding of levels, stored in the pack. */
const LEVEL = 'round(2 * (10*log10(power) + 80)), 0 to 255';

/** Fields of the pack's JSON file other than settings, features and tracks. */
export interface PackMetadata {
  readonly labels: readonly string[];
  readonly [other: string]: unknown;
}

export class PackWriter {
  readonly #folder: string;
  readonly #name: string;
  readonly #frontEnd: FrontEnd;
  readonly #features: Readonly<Record<string, PackFeature>>;
  /** By array name: `levels` and the features. */
  readonly #arrays: ReadonlyMap<string, NpyWriter>;
  readonly #tracks: Track[] = [];
  #columns = 0;

  private constructor(folder: string, name: string, frontEnd: FrontEnd, features: Readonly<Record<string, PackFeature>>, arrays: ReadonlyMap<string, NpyWriter>) {
    this.#folder = folder;
    this.#name = name;
    this.#frontEnd = frontEnd;
    this.#features = features;
    this.#arrays = arrays;
  }

  /**
   * Starts a pack; creates the folder if needed.
   * @param features to store in addition to the levels
   */
  static async create(folder: string, name: string, frontEnd: FrontEnd, features: Readonly<Record<string, PackFeature>> = {}): Promise<PackWriter> {
    await mkdir(folder, { recursive: true });
    const arrays = new Map<string, NpyWriter>();
    const part = (array: string): string => join(folder, `${name}.${array}.npy.part`);
    arrays.set('levels', await NpyWriter.create(part('levels'), 'uint8', frontEnd.bands));
    for (const [feature, { size }] of Object.entries(features)) arrays.set(feature, await NpyWriter.create(part(feature), 'float32', size));
    return new PackWriter(folder, name, frontEnd, features, arrays);
  }

  /** Tracks so far. */
  get tracks(): readonly Track[] {
    return this.#tracks;
  }

  /** Columns of all tracks so far. */
  get columns(): number {
    return this.#columns;
  }

  /**
   * @param levels [columns × bands] bytes
   * @param features [columns × size] of every feature given to `create`
   * @throws Error if the numbers of columns differ
   */
  async add(track: Pick<Track, 'id' | 'genre' | 'audio'>, levels: Uint8Array, features: Readonly<Record<string, Float32Array>> = {}): Promise<void> {
    const columns = levels.length / this.#frontEnd.bands;
    for (const [feature, { size }] of Object.entries(this.#features)) {
      const rows = (features[feature]?.length ?? 0) / size;
      if (rows !== columns) throw new Error(`Track ${track.id} has ${columns} columns of levels and ${rows} of ${feature}.`);
    }
    await this.#arrays.get('levels')!.append(levels);
    for (const feature of Object.keys(this.#features)) await this.#arrays.get(feature)!.append(features[feature]!);
    this.#tracks.push({ ...track, start: this.#columns, columns });
    this.#columns += columns;
  }

  /** Completes the pack and replaces an existing one, the JSON file last. */
  async finish(metadata: PackMetadata): Promise<void> {
    for (const array of this.#arrays.values()) await array.close();
    const json = this.#path('json.part');
    const { labels, ...others } = metadata;
    await writeFile(json, `${JSON.stringify({
      settings: { ...this.#frontEnd, level: LEVEL },
      labels,
      ...(Object.keys(this.#features).length > 0 && { features: this.#features }),
      ...others,
      tracks: this.#tracks,
    })}\n`);
    for (const array of this.#arrays.keys()) await rename(this.#path(`${array}.npy.part`), this.#path(`${array}.npy`));
    await rename(json, this.#path('json'));
  }

  /** Deletes the unfinished files. */
  async abandon(): Promise<void> {
    for (const [name, array] of this.#arrays) {
      await array.close();
      await rm(this.#path(`${name}.npy.part`), { force: true });
    }
  }

  #path(ending: string): string {
    return join(this.#folder, `${this.#name}.${ending}`);
  }
}
