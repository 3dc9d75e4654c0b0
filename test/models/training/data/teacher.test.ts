/** Reading a folder with unlabelled music and its teachers' outputs. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readTeacher } from '../../../../models/training/data/teacher.js';
import { npy, toyPack, writePack } from '../../packs.js';

const teacher = suite<{ folder: string }>('teacher', { folder: '' });

teacher.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-teacher-'));
  const pack = toyPack('music', { tracks: 2, columns: 70 });
  await writePack(context.folder, { ...pack, tracks: pack.tracks.map((track, index) => ({ ...track, firstWindow: 2 * index, windows: 2 })) });
  const path = join(context.folder, 'music.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')) as object, windowSeconds: 3 }));
});
teacher.after.each(({ folder }) => rm(folder, { recursive: true }));

const write = (folder: string, output: string, rows: number, values: readonly number[]): Promise<void> =>
  writeFile(join(folder, `music.${output}.npy`), npy('<f4', [rows, values.length / rows], Float32Array.from(values)));

teacher('any number of teachers, each with tags, an embedding or both, in order of their names', async ({ folder }) => {
  await write(folder, 'msd_embedding', 4, [1, 2, 3, 4]);
  await write(folder, 'msd_tags', 4, [0, 0, 0, 0, 0, 0, 0, 10]);
  await write(folder, 'audioset_tags', 4, [0, 0, 0, 0]);
  await writeFile(join(folder, 'music.levels.txt'), '');
  await writeFile(join(folder, 'tags.json'), JSON.stringify({ msd: ['rock', 'pop'], audioset: ['Music'], mtt: ['guitar'] }));
  const { outputs, windowSeconds } = await readTeacher(folder);
  assert.is(windowSeconds, 3);
  assert.equal(outputs.map(({ name, kind, size, names }) => [name, kind, size, names]), [
    ['audioset_tags', 'tags', 1, ['Music']],
    ['msd_embedding', 'embedding', 1, undefined],
    ['msd_tags', 'tags', 2, ['rock', 'pop']],
  ]);
  assert.ok(Math.abs(outputs[2]!.values[7]! - 1 / (1 + Math.exp(-10))) < 1e-6, 'tags are probabilities');
  assert.ok(Math.abs(outputs[1]!.values.reduce((sum, value) => sum + value)) < 1e-5, 'embeddings have the mean 0');
  assert.ok(Math.abs(outputs[1]!.values.reduce((sum, value) => sum + value ** 2, 0) - 4) < 1e-5, 'and a mean square of 1');
});

teacher('columns of an embedding keep their share of its variance', async ({ folder }) => {
  await write(folder, 'msd_embedding', 4, [10, 1, -10, -1, 10, -1, -10, 1]);
  const { values } = (await readTeacher(folder)).outputs[0]!;
  assert.ok(Math.abs(values[0]! / values[1]! - 10) < 1e-4, `${values}`);
});

teacher('outputs that do not fit the pack are refused by name', async ({ folder }) => {
  const problem = (): Promise<string> => readTeacher(folder).then(() => assert.unreachable() as never, (error: Error) => error.message);
  assert.match(await problem(), 'has no music.TEACHER_tags.npy and no music.TEACHER_embedding.npy');
  await write(folder, 'msd_tags', 3, [0, 0, 0]);
  assert.match(await problem(), 'music.msd_tags.npy has 3 rows; music.json lists 4 windows');
  await write(folder, 'msd_tags', 4, [0, 0, 0, 0]);
  await writeFile(join(folder, 'tags.json'), JSON.stringify({ msd: ['rock', 'pop'] }));
  assert.match(await problem(), 'lists 2 tag names; msd_tags has 1 tags');
});

teacher.run();
