/** Trains on data packs, from reading them to the report. */
import { basename, dirname, join, resolve } from 'node:path';
import { startBackend } from '../tensorflow/backend.js';
import { readPack } from '../packs/pack.js';
import { addEmbedding } from './add-embedding.js';
import { addOutside } from './add-outside.js';
import { addTags } from './add-tags.js';
import { addRanges } from './ranges.js';
import { readExternal, requireSameFrontEnd } from './data/external.js';
import { withFeatures } from './data/inputs.js';
import type { Options } from './options.js';
import type { Progress } from './progress.js';
import { splits } from './data/protocols.js';
import { Random } from '../random.js';
import { writeRunReport, summary } from './summary.js';
import { readLabelledTags, readTeacher } from './data/teacher.js';
import { runTrial, type TrialResult } from './trial.js';

/** @throws Error with the reason, in a sentence, if the packs or their options do not fit */
export async function train(options: Options, progress: Progress): Promise<void> {
  const startedMs = performance.now();
  await import('./network/tfjs-gradients.js');
  const backend = await startBackend(options.backend);

  const finished = { ...options, from: options.from!, model: options.model ?? join(options.run, 'model') };
  if (options.only === 'tags') return addTags(await readTeacher(resolve(options.teacher!)), finished, progress);

  const folder = resolve(options.data);
  const train = await readPack(folder, options.train);
  const unchecked = options.unchecked === undefined ? undefined : await readPack(resolve(dirname(options.unchecked)), basename(options.unchecked));
  if (unchecked !== undefined) requireSameFrontEnd(train, unchecked);
  const outside = options.outside === undefined ? undefined : await readPack(resolve(options.outside), options.train);
  if (outside !== undefined) requireSameFrontEnd(train, outside);
  if (options.only === 'ranges') return addRanges(train, finished, progress);
  if (options.only === 'outside') return addOutside([train, ...(unchecked ? [unchecked] : [])], outside!, finished, progress);

  const valid = await readPack(folder, options.valid);
  requireSameFrontEnd(train, valid);
  const unknownTrack = valid.tracks.find(({ genre }) => genre === undefined || !train.labels.includes(genre));
  if (unknownTrack) throw new Error(`Track ${unknownTrack.id} of ${valid.name} has the genre ${unknownTrack.genre ?? 'none'}; the labels of ${train.name} are ${train.labels.join(', ')}.`);
  if (options.only === 'embedding') return addEmbedding(train, valid, await readTeacher(resolve(options.teacher!)), finished, progress);
  const packs = [await withFeatures(train, options.features), await withFeatures(valid, options.features)] as const;
  const external = options.external === undefined ? undefined : await readExternal(options.external, train, options.features);
  const alsoValid = options.alsoValid === undefined ? undefined : await readExternal(options.alsoValid, train, options.features, '--also-valid');
  const teacher = options.teacher === undefined ? undefined : await readTeacher(resolve(options.teacher));
  const labelledTags = teacher === undefined ? undefined : await readLabelledTags(resolve(options.teacher!), teacher);
  const notMusic = options.notMusic === undefined ? undefined : await readPack(resolve(options.notMusic), options.train);
  if (notMusic !== undefined) requireSameFrontEnd(train, notMusic);
  progress.log(`${backend} backend; ${train.tracks.length} training tracks, ${valid.tracks.length} validation tracks, ${train.labels.length} labels`);
  for (const other of [alsoValid, external]) other?.unknown.forEach((tracks, label) => progress.log(`${other.pack.name}: ${tracks} tracks of ${label} are left out: the network has no such label`));

  const all = splits(...packs, options, new Random(options.seed));
  const trained: TrialResult[] = [];
  for (const [index, split] of all.entries()) {
    const own = all.length > 1 ? join(options.run, split.name) : options.run;
    const modelFolder = resolve(options.model ?? join(own, 'model'));
    trained.push(await runTrial(split, { options, teacher, labelledTags, unchecked, notMusic, outside, alsoValid, external, folder: own, modelFolder, runs: all.length - index }, progress));
  }
  summary(trained).forEach((line) => progress.log(line));
  const report = await writeRunReport(trained, { options, backend, teacher, external, seconds: (performance.now() - startedMs) / 1000 });
  progress.log(`the report is in ${report}`);
}
