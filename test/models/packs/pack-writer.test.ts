import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { NpyWriter, readNpy } from '../../../models/packs/npy.js';
import { readFeature, readPack, trackLevels } from '../../../models/packs/pack.js';
import { PackWriter } from '../../../models/packs/pack-writer.js';

const writer = suite<{ folder: string }>('pack writer', { folder: '' });

writer.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-pack-'));
});
writer.after.each(({ folder }) => rm(folder, { recursive: true }));

const levelsOf = (columns: number, value: number): Uint8Array => new Uint8Array(columns * 64).fill(value);

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => { throw new Error('was not rejected'); }, (error: Error) => error.message);
}

writer('a pack that was written can be read', async ({ folder }) => {
  const inner = join(folder, 'new', 'folders');
  const pack = await PackWriter.create(inner, 'p', FRONT_END_V1, { chroma: { size: 3 } });
  await pack.add({ id: 'a/one.wav', genre: 'a', audio: '../one.wav' }, levelsOf(2, 7), { chroma: Float32Array.of(1, 2, 3, 4, 5, 6) });
  await pack.add({ id: 'b/two.wav', genre: 'b' }, levelsOf(1, 9), { chroma: Float32Array.of(0.25, -1, 1e30) });
  await pack.finish({ labels: ['a', 'b'], skipped: [{ file: 'a/x', reason: 'is silent' }] });

  const read = await readPack(inner, 'p');
  assert.equal(read.frontEnd, FRONT_END_V1);
  assert.equal(read.labels, ['a', 'b']);
  assert.equal(read.tracks.map(({ id, genre, start, columns, audio }) => [id, genre, start, columns, audio]), [
    ['a/one.wav', 'a', 0, 2, '../one.wav'], ['b/two.wav', 'b', 2, 1, undefined],
  ]);
  assert.equal(trackLevels(read, read.tracks[1]!), levelsOf(1, 9));
  assert.equal(read.features, { chroma: { size: 3 } });
  assert.equal([...await readFeature(read, 'chroma')], [1, 2, 3, 4, 5, 6, 0.25, -1, Math.fround(1e30)]);
  assert.equal((await readdir(inner)).sort(), ['p.chroma.npy', 'p.json', 'p.levels.npy']);
  assert.equal((JSON.parse(await readFile(join(inner, 'p.json'), 'utf8')) as { skipped: unknown }).skipped, [{ file: 'a/x', reason: 'is silent' }]);
});

writer('an existing pack is kept until finish, and abandon deletes all new files', async ({ folder }) => {
  const older = await PackWriter.create(folder, 'p', FRONT_END_V1);
  await older.add({ id: 'older' }, levelsOf(1, 1));
  await older.finish({ labels: [] });

  const newer = await PackWriter.create(folder, 'p', FRONT_END_V1, { mfcc: { size: 20 } });
  await newer.add({ id: 'newer' }, levelsOf(2, 2), { mfcc: new Float32Array(40) });
  assert.is(newer.columns, 2);
  assert.equal((await readPack(folder, 'p')).tracks.map(({ id }) => id), ['older']);
  await newer.abandon();
  assert.equal((await readdir(folder)).sort(), ['p.json', 'p.levels.npy']);
  assert.equal([...(await readPack(folder, 'p')).levels], [...levelsOf(1, 1)]);
});

writer('features with a different number of rows than the levels are rejected on writing and reading', async ({ folder }) => {
  const pack = await PackWriter.create(folder, 'p', FRONT_END_V1, { mfcc: { size: 2 } });
  assert.match(await refusal(pack.add({ id: 'one' }, levelsOf(3, 1), { mfcc: new Float32Array(4) })), 'Track one has 3 columns of levels and 2 of mfcc');
  assert.match(await refusal(pack.add({ id: 'one' }, levelsOf(3, 1))), '0 of mfcc');
  await pack.add({ id: 'one' }, levelsOf(3, 1), { mfcc: new Float32Array(6) });
  await pack.finish({ labels: [] });

  const read = await readPack(folder, 'p');
  assert.match(await refusal(readFeature(read, 'chroma')), /has no chroma, only levels, mfcc; .*--features chroma/);
  const short = await NpyWriter.create(join(folder, 'p.mfcc.npy'), 'float32', 2);
  await short.append(new Float32Array(4));
  await short.close();
  assert.match(await refusal(readFeature(read, 'mfcc')), /p\.mfcc\.npy must contain float32 \[3, 2\]; it has shape \[2, 2\]/);
  await writeFile(join(folder, 'p.json'), JSON.stringify({ settings: FRONT_END_V1, features: { mfcc: 2 }, tracks: [] }));
  assert.match(await refusal(readPack(folder, 'p')), 'features.mfcc');
});

writer('an array has a valid NumPy header for any number of rows', async ({ folder }) => {
  const path = join(folder, 'a.npy');
  const array = await NpyWriter.create(path, 'uint8', 3);
  for (let row = 0; row < 1000; row++) await array.append(new Uint8Array([row, row, row]));
  await array.close();
  const file = await readFile(path);
  assert.is(file.readUInt16LE(8) % 64, 128 - 10 - 64, 'values begin at a multiple of 64 bytes');
  assert.is(file.length, 128 + 3000);
  assert.match(file.toString('latin1', 10, 128), /^\{'descr': '\|u1', 'fortran_order': False, 'shape': \(1000, 3\), \} *\n$/);
  const { shape, data } = await readNpy(path);
  assert.equal(shape, [1000, 3]);
  assert.equal([...data.subarray(-3)], [231, 231, 231]);
});

writer.run();
