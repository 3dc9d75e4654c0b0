/**
 * Unlabelled music with the outputs of one teacher or several for each window: `music.json`,
 * `music.levels.npy` and for each teacher `music.TEACHER_tags.npy` (tag logits), `music.TEACHER_embedding.npy`
 * (the activations of the layer before them), or one of both.
 */
import { readdir, readFile } from 'node:fs/promises';
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
  const rows = tracks.reduce((total, { windows }) => total + windows, 0);
  const outputs = await Promise.all((await outputFiles(folder, name)).map(async ([file, kind]): Promise<TeacherOutput> => {
    const path = join(folder, `${name}.${file}.npy`);
    const { shape, data } = await readNpy(path);
    const size = shape[1] ?? 0;
    if (shape[0] !== rows) throw new Error(`${path} has ${shape[0]} rows; ${name}.json lists ${rows} windows.`);
    const values = Float32Array.from(data);
    if (kind === 'tags') values.forEach((logit, index) => { values[index] = 1 / (1 + Math.exp(-logit)); });
    else standardise(values, size);
    const named = kind === 'tags' ? names[file.slice(0, -'_tags'.length)] : undefined;
    if (named !== undefined && named.length !== size) throw new Error(`${join(folder, 'tags.json')} lists ${named.length} tag names; ${file} has ${size} tags.`);
    return { name: file, kind, size, values, ...(named && { names: named }) };
  }));
  return { pack, tracks, windowSeconds, outputs };
}

/** The teachers' files in the folder, in order of their names. */
async function outputFiles(folder: string, name: string): Promise<ReadonlyArray<readonly [file: string, kind: TeacherOutput['kind']]>> {
  const files = (await readdir(folder)).sort().flatMap((file) => {
    const [, output, kind] = /^([a-z0-9]+_(tags|embedding))\.npy$/.exec(file.startsWith(`${name}.`) ? file.slice(name.length + 1) : '') ?? [];
    return output === undefined ? [] : [[output, kind as TeacherOutput['kind']] as const];
  });
  if (files.length === 0) throw new Error(`${folder} has no ${name}.TEACHER_tags.npy and no ${name}.TEACHER_embedding.npy: the teacher's answers are missing.`);
  return files;
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
