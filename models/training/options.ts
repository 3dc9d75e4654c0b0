/** Command-line options of `npm run train`, validated once. */
import { cac, type CAC } from 'cac';
import { z } from 'zod';
import { decimal, text, type OptionType } from '../command-line.js';
import { ARCHITECTURES } from './network/architectures.js';
import { runCommandLine } from './command-line.js';
import { FEATURES } from './data/inputs.js';
import { PROTOCOLS } from './data/protocols.js';
import { CLASS_WEIGHTS } from './stages/supervised.js';

const count = z.number().int().min(1);
const share = z.number().min(0).lt(1);
const oneOf = <T extends string>(values: readonly T[]) => z.enum(values as readonly [T, ...T[]], { error: `must be ${values.join(', ')}` });

/**
 * Defaults by item type. Random chunks are meant to overfit (the protocol demonstrates leakage), so
 * they get little regularisation.
 */
const DEFAULTS = {
  tracks: { epochs: 60, rate: 0.002, batch: 16, dropout: 0.3, augmentation: 1, labelSmoothing: 0.1 },
  chunks: { epochs: 12, rate: 0.003, batch: 16, dropout: 0, augmentation: 0.15, labelSmoothing: 0.05 },
};

/** What can be done alone to a finished model. */
const ONLY = ['outside', 'tags', 'embedding', 'ranges'] as const;

const optionsSchema = z.object({
  data: z.string().optional(),
  train: z.coerce.string(),
  valid: z.coerce.string(),
  alsoValid: z.string().optional(),
  external: z.string().optional(),
  teacher: z.string().optional(),
  unchecked: z.string().optional(),
  notMusic: z.string().optional(),
  outside: z.string().optional(),
  only: oneOf(ONLY).optional(),
  mostTags: count,
  from: z.string().optional(),
  run: z.coerce.string(),
  model: z.coerce.string().optional(),
  name: z.coerce.string(),
  modelVersion: z.coerce.string(),
  backend: oneOf(['native', 'wasm']).optional(),
  seed: z.number().int(),
  arch: oneOf(ARCHITECTURES),
  width: z.number().min(0.1).max(4),
  features: z.string().transform((text) => text.split(',')).pipe(z.array(oneOf(FEATURES)))
    .refine((names) => new Set(names).size === names.length, 'lists a feature twice'),
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
}).superRefine(({ data, arch, width, compare, protocol, teacher, unchecked, notMusic, outside, only, from, external, alsoValid, features, model }, context) => {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (width !== 1 && arch !== 'crnn') refuse('width', 'works with --arch crnn only; the other architectures have a fixed size');
  if (compare && protocol !== 'random-chunks') refuse('compare', 'needs --protocol random-chunks');
  if (teacher !== undefined && features.join() !== 'mel') refuse('teacher', 'needs --features mel: the teacher\'s outputs belong to mel levels only');
  if (unchecked !== undefined && teacher === undefined && outside === undefined) refuse('unchecked', 'needs --teacher, in whose music its tracks are looked for, or --outside');
  if (notMusic !== undefined && features.join() !== 'mel') refuse('notMusic', 'needs --features mel');
  if (outside !== undefined && features.join() !== 'mel') refuse('outside', 'needs --features mel');
  if (data === undefined && only !== 'tags') refuse('data', 'is required: a folder with train.json and valid.json');
  if (only === 'outside' && (from === undefined || outside === undefined)) refuse('only', 'needs --from, the model that gets the output, and --outside');
  if (only === 'outside' && (teacher ?? notMusic ?? external ?? alsoValid) !== undefined) refuse('only', 'trains nothing else: leave out --teacher, --not-music, --external and --also-valid');
  if (only === 'tags' && (from === undefined || teacher === undefined)) refuse('only', 'needs --from, the model that gets the tags, and --teacher');
  if (only === 'tags' && (outside ?? unchecked ?? notMusic ?? external ?? alsoValid) !== undefined) refuse('only', 'trains nothing else: leave out --outside, --unchecked, --not-music, --external and --also-valid');
  if (alsoValid !== undefined && protocol !== 'fault-filtered') refuse('alsoValid', 'works with --protocol fault-filtered only');
  if (only === 'ranges' && from === undefined) refuse('only', 'needs --from, the model whose ranges are measured');
  if (only === 'ranges' && (teacher ?? outside ?? unchecked ?? notMusic ?? external ?? alsoValid) !== undefined) refuse('only', 'trains nothing with ranges: leave out --teacher, --outside, --unchecked, --not-music, --external and --also-valid');
  if (only === 'embedding' && (from === undefined || teacher === undefined)) refuse('only', 'needs --from, the model that gets the embedding, and --teacher');
  if (only === 'embedding' && (outside ?? unchecked ?? notMusic ?? external ?? alsoValid) !== undefined) refuse('only', 'trains nothing else: leave out --outside, --unchecked, --not-music, --external and --also-valid');
  if (model !== undefined && (compare || protocol === 'kfold')) refuse('model', 'works only with protocols that train one network; here the models are in subfolders of the run folder');
}).transform((options) => {
  const defaults = DEFAULTS[options.protocol === 'random-chunks' ? 'chunks' : 'tracks'];
  return {
    ...options,
    data: options.data ?? '',
    epochs: options.epochs ?? defaults.epochs,
    rate: options.rate ?? defaults.rate,
    batch: options.batch ?? defaults.batch,
    dropout: options.dropout ?? defaults.dropout,
    augmentation: options.augmentation ?? defaults.augmentation,
    labelSmoothing: options.labelSmoothing ?? defaults.labelSmoothing,
  };
});

export type Options = z.infer<typeof optionsSchema>;

/** @throws Error that names the flag and says what is wrong */
export function parseOptions(given: unknown): Options {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const flag = String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Error(`--${flag}: ${message}.`);
}

/** Every flag with its value, its description, and its default if it has a fixed one. */
export const FLAGS: ReadonlyArray<readonly [flag: string, description: string, fallback?: string | number]> = [
  ['--data <dir>', 'folder with the labelled packs; required but for `--only tags`'],
  ['--train <name>', 'pack to train on', 'train'],
  ['--valid <name>', 'pack for validation and model selection', 'valid'],
  ['--also-valid <pack>', 'another pack, `DIR/NAME`, that the penalty of the last layer and the temperature are fitted on as well; its figures are cross-fitted, by collection where tracks have a `source`'],
  ['--external <pack>', 'another pack, `DIR/NAME`, to evaluate the finished network on'],
  ['--teacher <dir>', 'folder with unlabelled music and a teacher\'s outputs: pretrain on those'],
  ['--unchecked <pack>', 'another pack, `DIR/NAME`, with likely but unchecked labels, such as by file name: its tracks that are in the teacher\'s music count half as much as what the teacher believes'],
  ['--not-music <dir>', 'folder with a pack of speech and noise, named as the training pack: also train the speech and noise outputs'],
  ['--outside <dir>', 'folder with a pack of music of none of the labels, named as the training pack: also train the output that tells it, against the labelled tracks and those of --unchecked'],
  ['--only <what>', '`outside`, `tags` or `embedding`: add this to the model of --from and change no other weight; `tags` and `embedding` are learned from the answers of --teacher; `ranges`: measure the largest value of each of its layers over the training pack, for products in 16 bits'],
  ['--most-tags <number>', 'with `--only tags`: keep at most as many, the best ones', 50],
  ['--from <dir>', 'model folder with the same layers to start from instead of random weights; its last layer is not used'],
  ['--run <dir>', 'folder for checkpoints, `run.json` and `report.html`; an interrupted run resumes from it', '.runs/train'],
  ['--model <dir>', 'folder for the finished model; default `model` in the run folder'],
  ['--name <name>', 'model name', 'genre-v1'],
  ['--model-version <version>', 'model version', '1.0.0'],
  ['--backend <backend>', '`native` or `wasm`; default native if it loads'],
  ['--seed <number>', 'random seed', 1],
  ['--arch <name>', '`crnn`, `cnn`, `lstm` or `cnn-lstm`', 'crnn'],
  ['--width <factor>', 'width multiplier for the layers of `crnn`, 0.1 to 4; cost grows with its square', 1],
  ['--features <names>', 'input features, comma-separated: `mel`, `mfcc`, `chroma`, `contrast`, `tempogram`', 'mel'],
  ['--protocol <name>', 'how tracks are split: `fault-filtered`, `random-tracks`, `random-chunks` or `kfold`', 'fault-filtered'],
  ['--folds <number>', 'number of folds for `kfold`', 5],
  ['--compare', 'with `random-chunks`: also train on as many chunks with artists kept apart'],
  ['--pretrain-epochs <number>', 'pretraining epochs on the teacher\'s music', 9],
  ['--pretrain-rate <number>', 'peak learning rate of pretraining', 0.002],
  ['--refine-epochs <number>', 'refining epochs on the teacher\'s music and the labelled tracks, with soft genre labels; 0 for none', 7],
  ['--refine-rate <number>', 'peak learning rate of refining', 0.001],
  ['--refine-runs <number>', 'refining runs from the same pretraining; their weights are averaged', 1],
  ['--epochs <number>', 'epochs on the labelled tracks; default 60, for random chunks 12'],
  ['--rate <number>', 'peak learning rate on the labelled tracks; default 0.002, for random chunks 0.003'],
  ['--batch <number>', 'crops per batch; default 16'],
  ['--dropout <share>', 'dropout rate on the inputs of dense layers; default 0.3, for random chunks 0'],
  ['--augmentation <strength>', 'augmentation strength, 0 to 2; default 1, for random chunks 0.15'],
  ['--label-smoothing <share>', 'label smoothing: probability spread over all labels; default 0.1, for random chunks 0.05'],
  ['--class-weights <how>', '`balanced`: every genre is sampled equally often; `none`: every track is', 'balanced'],
  ['--patience <epochs>', 'early stopping: stop after this many epochs without a better score; off by default'],
];

/** What the values of numbers are called in `FLAGS`; all others are text. */
const NUMBERS = ['<number>', '<factor>', '<share>', '<strength>', '<epochs>'];

/** The command with its options; `train` runs it. */
export function register(cli: CAC, train: (options: Options) => Promise<void>): void {
  const command = cli.command('', 'Train a network on data packs').action((options: unknown) => train(parseOptions(options)));
  for (const [flag, description, fallback] of FLAGS) {
    const type = NUMBERS.includes(flag.split(' ')[1] ?? '') ? decimal() : text();
    command.option(flag, description.replaceAll('`', ''), { ...type, ...(fallback !== undefined && { default: fallback }) } satisfies OptionType);
  }
}

/** Parses the command line and runs `train`; an error is printed as one line. */
export async function runCommand(args: readonly string[], train: (options: Options) => Promise<void>): Promise<void> {
  const cli = cac('npm run train --');
  register(cli, train);
  await runCommandLine(cli, args);
}
