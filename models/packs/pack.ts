/**
 * Data packs: labelled mel levels of tracks. `NAME.json` describes `NAME.levels.npy` (uint8 [columns,
 * bands], dB = byte / 2 - 80) with all tracks concatenated, and optionally further features,
 * `NAME.FEATURE.npy` (float32 [columns, size]), with one row per column of levels. Packs are read and
 * validated as a whole; `pack-writer.ts` writes them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import { frontEndSchema } from '../manifest-schema.js';
import { readNpy } from './npy.js';

const packSchema = z.object({
  settings: frontEndSchema,
  labels: z.array(z.string()).optional(),
  features: z.record(z.string(), z.object({ size: z.number().int().min(1) })).optional(),
  tracks: z.array(z.object({
    id: z.string(),
    genre: z.string().optional(),
    start: z.number().int().min(0),
    columns: z.number().int().min(1),
    audio: z.string().optional(),
  }).loose()),
});

export interface Track {
  readonly id: string;
  readonly genre?: string | undefined;
  /** First row of the track in `levels`. */
  readonly start: number;
  readonly columns: number;
  /** Path of the audio file, relative to the pack's folder. */
  readonly audio?: string | undefined;
  readonly [other: string]: unknown;
}

export interface Pack {
  readonly folder: string;
  readonly name: string;
  readonly frontEnd: FrontEnd;
  readonly labels: readonly string[];
  readonly tracks: readonly Track[];
  /** [columns × bands] bytes. */
  readonly levels: Uint8Array;
  /** Further features by name; `readFeature` reads one. */
  readonly features?: Readonly<Record<string, PackFeature>>;
}

/** A feature of a pack: a row of values for each column of levels. */
export interface PackFeature {
  /** Values in a row. */
  readonly size: number;
}

/**
 * @param folder of `NAME.json` and `NAME.levels.npy`
 * @throws Error naming the file and the problem
 */
export async function readPack(folder: string, name: string): Promise<Pack> {
  const path = join(folder, `${name}.json`);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new Error(`There is no data pack ${path}; a pack is NAME.json and NAME.levels.npy.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON (${(error as Error).message}).`);
  }
  const parsed = packSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${path} is not a data pack: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const { settings: frontEnd, tracks, labels = [], features = {} } = parsed.data;
  const array = await readNpy(join(folder, `${name}.levels.npy`));
  const [columns = 0, bands] = array.shape;
  if (!(array.data instanceof Uint8Array) || bands !== frontEnd.bands) {
    throw new Error(`${name}.levels.npy must contain uint8 [columns, ${frontEnd.bands}]; it has shape [${array.shape.join(', ')}].`);
  }
  for (const track of tracks) {
    if (track.start + track.columns > columns) {
      throw new Error(`${path}: track ${track.id} ends at column ${track.start + track.columns}, but the levels end at ${columns}.`);
    }
    if (track.genre !== undefined && !labels.includes(track.genre)) {
      throw new Error(`${path}: track ${track.id} has the genre ${JSON.stringify(track.genre)}, which is not among the labels.`);
    }
  }
  return { folder, name, frontEnd, labels, tracks, levels: array.data, features };
}

/**
 * Reads a feature of all tracks; as in the levels, a track is rows `start` up to `start + columns`.
 * @returns [columns × size] values
 * @throws Error if the pack has no such feature, or its array does not match the levels
 */
export async function readFeature({ folder, name, features = {}, frontEnd, levels }: Pack, feature: string): Promise<Float32Array> {
  const size = features[feature]?.size;
  if (size === undefined) {
    const available = ['levels', ...Object.keys(features)].join(', ');
    throw new Error(`The data pack ${join(folder, name)} has no ${feature}, only ${available}; create it with npm run features -- --features ${feature}.`);
  }
  const file = `${name}.${feature}.npy`;
  const { data, shape } = await readNpy(join(folder, file));
  const columns = levels.length / frontEnd.bands;
  if (!(data instanceof Float32Array) || shape.length !== 2 || shape[0] !== columns || shape[1] !== size) {
    throw new Error(`${join(folder, file)} must contain float32 [${columns}, ${size}]; it has shape [${shape.join(', ')}].`);
  }
  return data;
}

/** The bytes of one track, [track.columns × bands]. */
export function trackLevels(pack: Pack, track: Track): Uint8Array {
  const { bands } = pack.frontEnd;
  return pack.levels.subarray(track.start * bands, (track.start + track.columns) * bands);
}
