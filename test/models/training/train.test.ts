/** The train command on synthetic data: every protocol, other features, a second data set. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cac } from 'cac';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { loadBundle } from '../../../models/model-folder.js';
import { register } from '../../../models/training/options.js';
import { readRun } from '../../../models/training/report/write.js';
import { train as runTraining } from '../../../models/training/training.js';
import { SILENT } from '../fixtures.js';
import { npy, toyPack, writePack } from '../packs.js';

const TRAIN = fileURLToPath(new URL('../../../models/training/train.js', import.meta.url));
const command = suite<{ folder: string }>('train', { folder: '' });

command.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-lab-'));
  await writePack(context.folder, toyPack('train', { tracks: 6, columns: 70 }));
  await writePack(context.folder, toyPack('valid', { tracks: 3, columns: 70, seed: 9 }));
});

command.after.each(({ folder }) => rm(folder, { recursive: true }));

const argumentsOf = (folder: string, args: readonly string[]): string[] => ['--data', folder, '--run', join(folder, 'run'), '--backend', 'wasm', '--epochs', '1', ...args];

/** One epoch in a process of its own, as a user starts it. @returns what it says */
function train(folder: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [TRAIN, ...argumentsOf(folder, ['--width', '0.25', ...args])], (error, _, stderr) => (error ? reject(new Error(stderr)) : resolve(stderr)));
  });
}

/** The same in this process, with another network. */
async function run(folder: string, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const cli = cac('train');
  register(cli, (options) => runTraining(options, { ...SILENT, log: (line) => lines.push(line) }));
  await runCommand(cli, argumentsOf(folder, ['--arch', 'cnn', '--batch', '4', ...args]));
  return lines.join('\n');
}

const errorOf = (folder: string, ...args: string[]): Promise<string> => run(folder, ...args).then(() => assert.unreachable('it ran') as never, (error: Error) => error.message);

command('it trains from scratch, resumes, and its model loads', async ({ folder }) => {
  const first = await train(folder);
  assert.match(first, '6 training tracks, 3 validation tracks, 3 labels');
  assert.match(first, /epoch 1 of 1, loss \d/);
  assert.match(await train(folder), 'resuming after epoch 1 of 1');
  const { manifest } = await loadBundle(join(folder, 'run', 'model'));
  assert.equal(manifest.labels, ['low', 'middle', 'high']);
  await train(folder, '--seed', '2').then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'other settings'));
});

command('k-fold trains one network per fold and reports every track once', async ({ folder }) => {
  const output = await run(folder, '--protocol', 'kfold', '--folds', '2');
  assert.match(output, /fold-1: 1 epochs of 1 steps of .* 2 such runs in total/);
  assert.match(output, /2 folds: [\d.]+ ± [\d.]+ % of held-out tracks/);
  await Promise.all(['fold-1', 'fold-2'].map((fold) => loadBundle(join(folder, 'run', fold, 'model'))));
  const report = await readRun(join(folder, 'run'));
  assert.is(report.kfold!.folds.length, 2);
  assert.equal(report.tracks.map(({ id }) => id).sort(), ['train0', 'train1', 'train2', 'train3', 'train4', 'train5', 'valid0', 'valid1', 'valid2']);
  assert.is(report.run.options.protocol, 'kfold');
  assert.ok(existsSync(join(folder, 'run', 'report.html')));
});

command('--compare reports random chunks and artist-aware chunks side by side', async ({ folder }) => {
  const output = await run(folder, '--protocol', 'random-chunks', '--compare');
  assert.match(output, /random-chunks: 12 training chunks, 6 for validation/);
  assert.match(output, /The same network and the same number of training chunks:\n +random-chunks +[\d.]+ % .* of 6 held-out chunks, [\d.]+ % of 12 training chunks\n +artist-aware-chunks +[\d.]+ % .* of 6 held-out/);
  const { protocols, stages } = await readRun(join(folder, 'run'));
  assert.equal(protocols!.map(({ trainItems, validItems }) => [trainItems, validItems]), [[12, 6], [12, 6]]);
  assert.equal(stages.map(({ name }) => name), ['random-chunks', 'artist-aware-chunks']);
});

command('a second data set is evaluated on the shared labels', async ({ folder }) => {
  const other = toyPack('other', { tracks: 6, columns: 70, seed: 4 });
  await writePack(folder, { ...other, labels: ['low', 'high', 'polka'], tracks: other.tracks.map((track) => ({ ...track, genre: track.genre === 'middle' ? 'polka' : track.genre })) });
  const output = await run(folder, '--external', join(folder, 'other'));
  assert.match(output, 'other: 2 tracks of polka are left out');
  assert.match(output, /[\d.]+ % \([\d.]+ to [\d.]+\) of other/);
  const { external, limits } = await readRun(join(folder, 'run'));
  assert.equal(external!.map(({ name, tracks }) => [name, tracks]), [['other', 4]]);
  assert.ok(limits.some((limit) => limit.includes('polka')));
});

command('a network with other features than mel lists them in its model, which the server rejects with the reason', async ({ folder }) => {
  for (const [name, tracks] of [['train', 6], ['valid', 3]] as const) {
    const path = join(folder, `${name}.json`);
    const pack = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...pack, features: { chroma: { size: 12 } } }));
    await writeFile(join(folder, `${name}.chroma.npy`), npy('<f4', [tracks * 70, 12], Float32Array.from({ length: tracks * 70 * 12 }, (_, index) => index % 7)));
  }
  assert.match(await run(folder, '--features', 'mel,mfcc,chroma'), 'cnn over mel + mfcc + chroma');
  const { features } = JSON.parse(await readFile(join(folder, 'run', 'model', 'model.json'), 'utf8')) as { features: { name: string; size: number; mean: number[] }[] };
  assert.equal(features.map(({ name, size, mean }) => [name, size, mean.length]), [['mel', 64, 64], ['mfcc', 20, 20], ['chroma', 12, 12]]);
  await loadBundle(join(folder, 'run', 'model')).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'its input is mel, mfcc, chroma, but only mel levels are computed from live sound'));
});

command('equal seeds give equal weights, different seeds different ones', async ({ folder }) => {
  const weights = async (...args: string[]): Promise<string> => {
    await run(folder, '--protocol', 'random-tracks', ...args);
    const bytes = await readFile(join(folder, 'run', 'model', 'weights.bin'));
    await rm(join(folder, 'run'), { recursive: true }); // so that the next run doesn't resume
    return createHash('sha256').update(bytes).digest('hex');
  };
  const first = await weights();
  assert.is(await weights(), first);
  assert.is.not(await weights('--seed', '2'), first);
});

command('a run goes on from the same weights only, wherever they lie', async ({ folder }) => {
  const started = join(folder, 'started');
  // Long enough to measure batch norm on.
  await writePack(folder, toyPack('train', { tracks: 6, columns: 140 }));
  await run(folder);
  await rename(join(folder, 'run', 'model'), started);
  await rm(join(folder, 'run'), { recursive: true });
  await run(folder, '--from', started);
  const moved = join(folder, 'moved');
  await rename(started, moved);
  assert.match(await run(folder, '--from', moved), 'resuming after epoch 1 of 1');
  assert.match(await errorOf(folder), 'other settings');
});

command('mismatched packs are reported before training', async ({ folder }) => {
  assert.match(await errorOf(folder, '--features', 'mel,tempogram'), 'has no tempogram: these features need the audio');
  assert.match(await errorOf(folder, '--external', join(folder, 'nothing')), 'There is no data pack');
  const valid = toyPack('valid', { tracks: 3, columns: 70 });
  await writePack(folder, { ...valid, frontEnd: { ...valid.frontEnd, fMax: 8000 } });
  assert.match(await errorOf(folder), 'The packs train and valid differ in fMax (11025 and 8000)');
  await writePack(folder, { ...valid, labels: [...valid.labels, 'polka'], tracks: valid.tracks.map((track) => ({ ...track, genre: 'polka' })) });
  assert.match(await errorOf(folder), 'Track valid0 of valid has the genre polka; the labels of train are low, middle, high.');
});

command.run();
