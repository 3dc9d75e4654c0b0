/**
 * `npm run train -- --data DIR [--teacher DIR] [--model DIR]`: from data packs to a model folder.
 * With a teacher: pretraining on its answers, then the last layer on the labelled tracks. Without:
 * all layers from scratch. Every stage can be stopped and goes on where it was.
 */
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { cac } from 'cac';
import { z } from 'zod';
import { NORMALISATION_V1 } from '../../dsp/normalise.js';
import { startBackend } from '../backend.js';
import { saveBundle } from '../bundle.js';
import { describe } from '../network.js';
import { readPack } from '../pack.js';
import { crnn } from './architecture.js';
import { fitTemperature } from './calibrate.js';
import { Checkpoint } from './checkpoint.js';
import { fitHead } from './head.js';
import { runStage } from './loop.js';
import { pretrainStage } from './pretrain.js';
import { terminalProgress, type Progress } from './progress.js';
import { Random } from './random.js';
import { supervisedStage } from './supervised.js';
import { readTeacher } from './teacher.js';
import { Trainable } from './trainable.js';
import { scoreTracks, trackAccuracy } from './validate.js';

const BLOCK_COLUMNS = 4;
const SMOOTHING = { timeConstantMs: 500, margin: 0.25, holdMs: 2000, warmupMs: 2000 };

const count = z.number().int().min(1);

const optionsSchema = z.object({
  data: z.string({ error: 'is required: a folder with train.json and valid.json, such as ../shared/data/gtzan' }),
  teacher: z.string().optional(),
  train: z.coerce.string(),
  valid: z.coerce.string(),
  run: z.coerce.string(),
  model: z.coerce.string().optional(),
  name: z.coerce.string(),
  backend: z.enum(['native', 'wasm']).optional(),
  seed: z.number().int(),
  pretrainEpochs: count,
  pretrainRate: z.number().positive(),
  epochs: count,
  rate: z.number().positive(),
});

type Options = z.infer<typeof optionsSchema>;

/** @throws Error naming the option, with what is wrong */
function checked(given: unknown): Options {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const flag = String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Error(`--${flag}: ${message}.`);
}

async function train(options: Options, progress: Progress): Promise<void> {
  const data = resolve(options.data);
  await import('./tfjs-gradients.js');
  const backend = await startBackend(options.backend);
  const [trainPack, validPack] = [await readPack(data, options.train), await readPack(data, options.valid)];
  const labels = trainPack.labels;
  const layers = crnn(labels.length);
  const description = describe(layers, trainPack.frontEnd.bands);
  const { sampleRate, hop } = trainPack.frontEnd;
  progress.say(`${backend} backend; ${trainPack.tracks.length} tracks to learn from, ${validPack.tracks.length} to validate on, ${labels.length} labels`);
  progress.say(`${description.parameters} parameters, ${((description.multiplyAdds * sampleRate) / hop / 1e6).toFixed(2)} M multiply-adds per second of audio`);

  const random = new Random(options.seed);
  const network = new Trainable(description, random);
  const supervision = { labels, blockColumns: BLOCK_COLUMNS, normalisation: NORMALISATION_V1 };
  const settings = { layers, normalisation: NORMALISATION_V1, seed: options.seed };

  if (options.teacher !== undefined) {
    const teacher = await readTeacher(resolve(options.teacher));
    const trunkLayers = layers.findIndex(({ type }) => type === 'statistics');
    const { stage, heads } = pretrainStage(network, teacher, {
      epochs: options.pretrainEpochs,
      learningRate: options.pretrainRate,
      normalisation: NORMALISATION_V1,
      trunkLayers,
      trunkOutputs: description.layers[trunkLayers]!.input.channels,
    });
    await runStage(stage, new Checkpoint(join(options.run, 'pretrain'), { ...settings, epochs: stage.epochs, rate: stage.learningRate }), random, progress);
    tf.dispose(heads);
    fitHead(network, trainPack, validPack, { ...supervision, lastLayer: layers.length - 1, seed: options.seed }, progress);
  } else {
    const stage = supervisedStage(network, trainPack, validPack, { ...supervision, name: 'training', epochs: options.epochs, learningRate: options.rate });
    await runStage(stage, new Checkpoint(join(options.run, 'supervised'), { ...settings, data, epochs: stage.epochs, rate: stage.learningRate }), random, progress);
  }

  const scores = scoreTracks(validPack, supervision, (x) => network.apply(x, { training: false }));
  const temperature = fitTemperature(scores, labels.length);
  const folder = resolve(options.model ?? join(options.run, 'model'));
  await saveBundle(folder, {
    name: options.name,
    version: '1.0.0',
    labels: [...labels],
    frontEnd: trainPack.frontEnd,
    normalisation: NORMALISATION_V1,
    blockColumns: BLOCK_COLUMNS,
    layers,
    calibration: { temperature },
    smoothing: SMOOTHING,
    trainedOn: `${trainPack.tracks.length} tracks of ${options.train}${options.teacher === undefined ? '' : ', after pretraining on a teacher\'s answers to unlabelled music'}`,
  }, network.folded());
  progress.say(`${(100 * trackAccuracy(scores, labels.length)).toFixed(1)} % of valid tracks, temperature ${temperature.toFixed(2)}; the model is in ${folder}`);
}

const cli = cac('npm run train --');
cli
  .command('', 'Train a network on data packs')
  .option('--data <dir>', 'Folder with the labelled packs')
  .option('--train <name>', 'Pack to learn from', { default: 'train' })
  .option('--valid <name>', 'Pack to choose by', { default: 'valid' })
  .option('--teacher <dir>', 'Folder with music and a teacher\'s answers: pretrain on them first')
  .option('--run <dir>', 'Folder for checkpoints; a stopped run goes on from it', { default: '.runs/train' })
  .option('--model <dir>', 'Folder for the finished model (default: model/ in the run folder)')
  .option('--name <name>', 'Name of the model', { default: 'genre-v1' })
  .option('--backend <backend>', 'native or wasm (default: native where it loads)')
  .option('--seed <number>', 'Seed of all random numbers', { default: 1 })
  .option('--pretrain-epochs <number>', 'Passes over the teacher\'s music', { default: 9 })
  .option('--pretrain-rate <number>', 'Highest learning rate of pretraining', { default: 0.002 })
  .option('--epochs <number>', 'Passes over the labelled tracks without a teacher', { default: 60 })
  .option('--rate <number>', 'Highest learning rate without a teacher', { default: 0.002 })
  .action((options: unknown) => train(checked(options), terminalProgress()));
cli.help();
try {
  cli.parse(process.argv, { run: false });
  await cli.runMatchedCommand();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
