/**
 * Unlabelled music with a teacher's outputs per window: `music.json`, `music.levels.npy` and
 * `music.{msd,mtt}_{tags,embedding}.npy` (tag logits, and the activations of the layer before them).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readNpy } from '../../packs/npy.js';
import { readPack, type Pack, type Track } from '../../packs/pack.js';

/** One kind of output for all windows. */
export interface TeacherOutput {
  readonly name: string;
  /** Training target: probabilities for tags, standardised values for embeddings. */
  readonly kind: 'tags' | 'embedding';
  readonly size: number;
  /** [windows × size] */
  readonly values: Float32Array;
  /** Tag names, if the folder has them. */
  readonly names?: readonly string[];
}

export interface TeacherTrack extends Track {
  readonly firstWindow: number;
  readonly windows: number;
}

export interface Teacher {
  readonly pack: Pack;
  readonly tracks: readonly TeacherTrack[];
  readonly windowSeconds: number;
  readonly outputs: readonly TeacherOutput[];
}

const FILES = [
  ['msd_tags', 'tags'], ['msd_embedding', 'embedding'], ['mtt_tags', 'tags'], ['mtt_embedding', 'embedding'],
] as const;

/** @throws Error that names the missing or mismatched file */
export async function readTeacher(folder: string, name = 'music'): Promise<Teacher> {
  const pack = await readPack(folder, name);
  const { windowSeconds } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as { windowSeconds?: unknown };
  if (typeof windowSeconds !== 'number') throw new Error(`${join(folder, name)}.json has no windowSeconds, so it is not a teacher's pack.`);
  const tracks = pack.tracks.map((track): TeacherTrack => {
    const { firstWindow, windows } = track;
    if (typeof firstWindow !== 'number' || typeof windows !== 'number') throw new Error(`${track.id} in ${folder} has no firstWindow and windows.`);
    return { ...track, firstWindow, windows };
  });
  const names = await tagNames(folder);
  const outputs = await Promise.all(FILES.map(async ([file, kind]): Promise<TeacherOutput> => {
    const { shape, data } = await readNpy(join(folder, `${name}.${file}.npy`));
    const size = shape[1] ?? 0;
    const values = Float32Array.from(data);
    if (kind === 'tags') values.forEach((logit, index) => { values[index] = 1 / (1 + Math.exp(-logit)); });
    else standardise(values, size);
    const named = kind === 'tags' ? names[file.slice(0, -'_tags'.length)] : undefined;
    if (named !== undefined && named.length !== size) throw new Error(`${join(folder, 'tags.json')} lists ${named.length} tag names; ${file} has ${size} tags.`);
    return { name: file, kind, size, values, ...(named && { names: named }) };
  }));
  return { pack, tracks, windowSeconds, outputs };
}

/** Tag names by teacher from `tags.json`, if it exists. */
async function tagNames(folder: string): Promise<Partial<Record<string, readonly string[]>>> {
  const path = join(folder, 'tags.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const parsed = z.record(z.string(), z.array(z.string())).safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path} must contain one list of tag names per teacher.`);
  return parsed.data;
}

/** Standardises each of the `size` columns to mean 0 and deviation 1, in place. */
function standardise(values: Float32Array, size: number): void {
  const rows = values.length / size;
  for (let column = 0; column < size; column++) {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * size + column]!;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(squares / rows - mean * mean, 1e-8));
    for (let row = 0; row < rows; row++) values[row * size + column] = (values[row * size + column]! - mean) / deviation;
  }
}
