/** What `npm run train` can be told, validated here. */
import { cac } from 'cac';
import { z } from 'zod';
import { ARCHITECTURES } from './network/architectures.js';
import { runCommandLine } from './command-line.js';
import { FEATURES } from './data/inputs.js';
import { PROTOCOLS } from './data/protocols.js';
import { CLASS_WEIGHTS } from './stages/supervised.js';

const count = z.number().int().min(1);
const share = z.number().min(0).lt(1);
const oneOf = <T extends string>(values: readonly T[]) => z.enum(values as readonly [T, ...T[]], { error: `must be ${values.join(', ')}` });

/** What suits whole tracks, and chunks split at random: those are to be learned by heart. */
const DEFAULTS = {
  tracks: { epochs: 60, rate: 0.002, batch: 16, dropout: 0.3, augmentation: 1, labelSmoothing: 0.1 },
  chunks: { epochs: 12, rate: 0.003, batch: 16, dropout: 0, augmentation: 0.15, labelSmoothing: 0.05 },
};

const optionsSchema = z.object({
  data: z.string({ error: 'is required: a folder with train.json and valid.json, such as ../shared/data/gtzan' }),
  train: z.coerce.string(),
  valid: z.coerce.string(),
  external: z.string().optional(),
  teacher: z.string().optional(),
  notMusic: z.string().optional(),
  run: z.coerce.string(),
  model: z.coerce.string().optional(),
  name: z.coerce.string(),
  modelVersion: z.coerce.string(),
  backend: oneOf(['native', 'wasm']).optional(),
  seed: z.number().int(),
  arch: oneOf(ARCHITECTURES),
  width: z.number().min(0.1).max(4),
  features: z.string().transform((text) => text.split(',')).pipe(z.array(oneOf(FEATURES)))
    .refine((names) => new Set(names).size === names.length, 'names a feature twice'),
  protocol: oneOf(PROTOCOLS),
  folds: z.number().int().min(2),
  compare: z.boolean().default(false),
  pretrainEpochs: count,
  pretrainRate: z.number().positive(),
  refineEpochs: z.number().int().min(0),
  refineRate: z.number().positive(),
  refineRuns: count,
  epochs: count.optional(),
  rate: z.number().positive().optional(),
  batch: count.optional(),
  dropout: share.optional(),
  augmentation: z.number().min(0).max(2).optional(),
  labelSmoothing: share.optional(),
  classWeights: oneOf(CLASS_WEIGHTS),
  patience: count.optional(),
}).superRefine(({ arch, width, compare, protocol, teacher, notMusic, features, model }, context) => {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (width !== 1 && arch !== 'crnn') refuse('width', 'is for --arch crnn; the others have one size');
  if (compare && protocol !== 'random-chunks') refuse('compare', 'goes with --protocol random-chunks');
  if (teacher !== undefined && features.join() !== 'mel') refuse('teacher', 'has heard mel levels only; it goes with --features mel');
  if (notMusic !== undefined && features.join() !== 'mel') refuse('notMusic', 'goes with --features mel');
  if (model !== undefined && (compare || protocol === 'kfold')) refuse('model', 'is for protocols that train one network; the models of this one are in folders of the run');
}).transform((options) => {
  const defaults = DEFAULTS[options.protocol === 'random-chunks' ? 'chunks' : 'tracks'];
  return {
    ...options,
    epochs: options.epochs ?? defaults.epochs,
    rate: options.rate ?? defaults.rate,
    batch: options.batch ?? defaults.batch,
    dropout: options.dropout ?? defaults.dropout,
    augmentation: options.augmentation ?? defaults.augmentation,
    labelSmoothing: options.labelSmoothing ?? defaults.labelSmoothing,
  };
});

export type Options = z.infer<typeof optionsSchema>;

/** @throws Error naming the option, with what is wrong */
export function parseOptions(given: unknown): Options {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const flag = String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Error(`--${flag}: ${message}.`);
}

/** Every flag with its value, what it is, and its default where the command line has one. */
export const FLAGS: ReadonlyArray<readonly [flag: string, description: string, fallback?: string | number]> = [
  ['--data <dir>', 'folder with the labelled packs; required'],
  ['--train <name>', 'pack to learn from', 'train'],
  ['--valid <name>', 'pack to choose by', 'valid'],
  ['--external <pack>', 'another pack, `DIR/NAME`, to measure the finished network on'],
  ['--teacher <dir>', 'folder with music and a teacher\'s answers: learn those first'],
  ['--not-music <dir>', 'folder with a pack of speech and noise, named as the one to learn from: tell music from them'],
  ['--run <dir>', 'folder for checkpoints, `run.json` and `report.html`; a stopped run goes on from it', '.runs/train'],
  ['--model <dir>', 'folder for the finished model; `model` in the run folder unless given'],
  ['--name <name>', 'name of the model', 'genre-v1'],
  ['--model-version <version>', 'its version', '1.0.0'],
  ['--backend <backend>', '`native` or `wasm`; native where it loads unless given'],
  ['--seed <number>', 'seed of all random numbers', 1],
  ['--arch <name>', '`crnn`, `cnn`, `lstm` or `cnn-lstm`', 'crnn'],
  ['--width <factor>', 'how much wider than the default the layers of `crnn` are, 0.1 to 4; cost grows with the square', 1],
  ['--features <names>', 'what it hears: `mel`, `mfcc`, `chroma`, `contrast`, `tempogram`, one or several with commas', 'mel'],
  ['--protocol <name>', 'how tracks are split: `fault-filtered`, `random-tracks`, `random-chunks` or `kfold`', 'fault-filtered'],
  ['--folds <number>', 'folds of `kfold`', 5],
  ['--compare', 'with `random-chunks`: train a second time on as many chunks, artists apart'],
  ['--pretrain-epochs <number>', 'passes over the teacher\'s music', 9],
  ['--pretrain-rate <number>', 'highest learning rate of that', 0.002],
  ['--refine-epochs <number>', 'passes over the teacher\'s music, and labelled tracks beside it, with what is believed of their genres; 0 for none', 7],
  ['--refine-rate <number>', 'highest learning rate of that', 0.001],
  ['--refine-runs <number>', 'how often that is done from the same pretraining; the weights are averaged', 1],
  ['--epochs <number>', 'passes over the labelled tracks; 60, over random chunks 12'],
  ['--rate <number>', 'highest learning rate on labelled tracks; 0.002, on random chunks 0.003'],
  ['--batch <number>', 'crops in a batch; 16 unless given'],
  ['--dropout <share>', 'share of a dense layer\'s inputs that are zeroed; 0.3, for random chunks 0'],
  ['--augmentation <strength>', 'how strongly crops are changed, 0 to 2; 1, for random chunks 0.15'],
  ['--label-smoothing <share>', 'probability that is spread over all labels; 0.1, for random chunks 0.05'],
  ['--class-weights <how>', '`balanced`: every genre is drawn equally often; `none`: every track is', 'balanced'],
  ['--patience <epochs>', 'stop after so many epochs without a better score; never unless given'],
];

/** Reads the command line and runs `train` with it; what goes wrong is said in one line. */
export async function runCommand(args: readonly string[], train: (options: Options) => Promise<void>): Promise<void> {
  const cli = cac('npm run train --');
  const command = cli.command('', 'Train a network on data packs').action((options: unknown) => train(parseOptions(options)));
  for (const [flag, description, fallback] of FLAGS) command.option(flag, description.replaceAll('`', ''), fallback === undefined ? {} : { default: fallback });
  await runCommandLine(cli, args);
}
