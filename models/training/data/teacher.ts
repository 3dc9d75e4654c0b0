/**
 * Unlabelled music with the outputs of one teacher or several for each window: `music.json`,
 * `music.levels.npy` and for each teacher `music.TEACHER_tags.npy` (tag logits), `music.TEACHER_embedding.npy`
 * (the activations of the layer before them), or one of both.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { concatenate } from '../../../dsp/concatenate.js';
import { readNpy } from '../../packs/npy.js';
import { readPack, type Pack, type Track } from '../../packs/pack.js';

/** One kind of output for all windows. */
export interface TeacherOutput {
  readonly name: string;
  /** Training target: probabilities for tags, scaled values for embeddings. */
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
    if (kind === 'tags') values.forEach((logit, index) => { values[index] = sigmoid(logit); });
    else standardise(values, size);
    const named = kind === 'tags' ? names[file.slice(0, -'_tags'.length)] : undefined;
    if (named !== undefined && named.length !== size) throw new Error(`${join(folder, 'tags.json')} lists ${named.length} tag names; ${file} has ${size} tags.`);
    return { name: file, kind, size, values, ...(named && { names: named }) };
  }));
  return { pack, tracks, windowSeconds, outputs };
}

/** Mean tag logits over each track, [tags of all teachers with names, one after the other]; and those names. */
export function trackTags({ outputs, tracks }: Pick<Teacher, 'outputs' | 'tracks'>): { readonly names: readonly string[]; readonly logits: readonly Float32Array[] } {
  const named = outputs.filter(({ names }) => names !== undefined);
  return {
    names: named.flatMap(({ names }) => names!),
    logits: tracks.map(({ firstWindow, windows }) => concatenate(named.map(({ values, size }) => meanLogits(values, size, firstWindow, windows)))),
  };
}

/**
 * The teachers' answers for labelled tracks: every other list in the folder, `LIST.json` with ids, first
 * windows and windows, beside `LIST.TEACHER_tags.npy`.
 * @returns mean tag logits by track id, in the order of `trackTags`
 */
export async function readLabelledTags(folder: string, { pack, outputs }: Teacher): Promise<Map<string, Float32Array>> {
  const byId = new Map<string, Float32Array>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== `${pack.name}.json`).sort()) {
    const parsed = listSchema.safeParse(JSON.parse(await readFile(join(folder, file), 'utf8')));
    if (!parsed.success) continue; // tags.json
    const list = file.slice(0, -'.json'.length);
    const own = await Promise.all(outputs.filter(({ names }) => names !== undefined).map(async (output): Promise<TeacherOutput> => {
      const path = join(folder, `${list}.${output.name}.npy`);
      const { shape, data } = await readNpy(path);
      if (shape[1] !== output.size) throw new Error(`${path} has ${shape[1]} values a window; those of ${pack.name} have ${output.size}.`);
      return { ...output, values: Float32Array.from(data, sigmoid) };
    }));
    const tracks = parsed.data.tracks as unknown as TeacherTrack[];
    trackTags({ outputs: own, tracks }).logits.forEach((logits, index) => byId.set(tracks[index]!.id, logits));
  }
  return byId;
}

const listSchema = z.object({ tracks: z.array(z.object({ id: z.string(), firstWindow: z.number().int().min(0), windows: z.number().int().min(1) })) });

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

function meanLogits(probabilities: Float32Array, size: number, firstWindow: number, windows: number): Float32Array {
  const means = new Float32Array(size);
  for (let window = firstWindow; window < firstWindow + windows; window++) {
    for (let tag = 0; tag < size; tag++) {
      const p = Math.min(Math.max(probabilities[window * size + tag]!, 1e-6), 1 - 1e-6);
      means[tag]! += Math.log(p / (1 - p)) / windows;
    }
  }
  return means;
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

/**
 * Brings each of the `size` columns to mean 0 and all of them together to a mean square of 1, in place:
 * columns that hardly vary, such as the last principal components, stay small and count little.
 */
function standardise(values: Float32Array, size: number): void {
  const rows = values.length / size;
  let squares = 0;
  for (let column = 0; column < size; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row * size + column]!;
    const mean = sum / rows;
    for (let row = 0; row < rows; row++) squares += (values[row * size + column]! -= mean) ** 2;
  }
  const deviation = Math.sqrt(Math.max(squares / values.length, 1e-8));
  for (let index = 0; index < values.length; index++) values[index]! /= deviation;
}
