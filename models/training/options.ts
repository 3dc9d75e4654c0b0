/** What `npm run train` can be told, checked once here. */
import { cac } from 'cac';
import { z } from 'zod';
import { ARCHITECTURES } from './architectures.js';
import { FEATURES } from './inputs.js';
import { PROTOCOLS } from './protocols.js';
import { CLASS_WEIGHTS } from './supervised.js';

const count = z.number().int().min(1);
const share = z.number().min(0).lt(1);
const oneOf = <T extends string>(values: readonly T[]) => z.enum(values as readonly [T, ...T[]], { error: `must be ${values.join(', ')}` });

/** What suits whole tracks, and chunks split at random: those are to be learned by heart. */
const DEFAULTS = {
  tracks: { epochs: 60, rate: 0.002, batch: 16, dropout: 0.3, augmentation: 1 },
  chunks: { epochs: 12, rate: 0.003, batch: 32, dropout: 0, augmentation: 0.25 },
};

const optionsSchema = z.object({
  data: z.string({ error: 'is required: a folder with train.json and valid.json, such as ../shared/data/gtzan' }),
  train: z.coerce.string(),
  valid: z.coerce.string(),
  external: z.string().optional(),
  teacher: z.string().optional(),
  run: z.coerce.string(),
  model: z.coerce.string().optional(),
  name: z.coerce.string(),
  backend: oneOf(['native', 'wasm']).optional(),
  seed: z.number().int(),
  arch: oneOf(ARCHITECTURES),
  features: z.string().transform((text) => text.split(',')).pipe(z.array(oneOf(FEATURES)))
    .refine((names) => new Set(names).size === names.length, 'names a feature twice'),
  protocol: oneOf(PROTOCOLS),
  folds: z.number().int().min(2),
  compare: z.boolean().default(false),
  pretrainEpochs: count,
  pretrainRate: z.number().positive(),
  epochs: count.optional(),
  rate: z.number().positive().optional(),
  batch: count.optional(),
  dropout: share.optional(),
  augmentation: z.number().min(0).max(2).optional(),
  labelSmoothing: share,
  classWeights: oneOf(CLASS_WEIGHTS),
  patience: count.optional(),
}).superRefine(({ compare, protocol, teacher, features, model }, context) => {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (compare && protocol !== 'random-chunks') refuse('compare', 'goes with --protocol random-chunks');
  if (teacher !== undefined && features.join() !== 'mel') refuse('teacher', 'has heard mel levels only; it goes with --features mel');
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
  };
});

export type Options = z.infer<typeof optionsSchema>;

/** @throws Error naming the option, with what is wrong */
export function checked(given: unknown): Options {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const flag = String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Error(`--${flag}: ${message}.`);
}

/** Reads the command line and runs `train` with it; what goes wrong is said in one line. */
export async function runCommand(args: readonly string[], train: (options: Options) => Promise<void>): Promise<void> {
  const cli = cac('npm run train --');
  cli
    .command('', 'Train a network on data packs')
    .option('--data <dir>', 'Folder with the labelled packs')
    .option('--train <name>', 'Pack to learn from', { default: 'train' })
    .option('--valid <name>', 'Pack to choose by', { default: 'valid' })
    .option('--external <pack>', 'Another pack, DIR/NAME, to measure the finished network on')
    .option('--teacher <dir>', 'Folder with music and a teacher\'s answers: pretrain on them first')
    .option('--run <dir>', 'Folder for checkpoints and the report; a stopped run goes on from it', { default: '.runs/train' })
    .option('--model <dir>', 'Folder for the finished model (default: model/ in the run folder)')
    .option('--name <name>', 'Name of the model', { default: 'genre-v1' })
    .option('--backend <backend>', 'native or wasm (default: native where it loads)')
    .option('--seed <number>', 'Seed of all random numbers', { default: 1 })
    .option('--arch <name>', `${ARCHITECTURES.join(', ')}`, { default: 'crnn' })
    .option('--features <names>', `One or more of ${FEATURES.join(', ')}, with commas`, { default: 'mel' })
    .option('--protocol <name>', `${PROTOCOLS.join(', ')}: how tracks are split`, { default: 'fault-filtered' })
    .option('--folds <number>', 'Folds of kfold', { default: 5 })
    .option('--compare', 'With random-chunks: train a second time with as many chunks, artists apart')
    .option('--pretrain-epochs <number>', 'Passes over the teacher\'s music', { default: 9 })
    .option('--pretrain-rate <number>', 'Highest learning rate of pretraining', { default: 0.002 })
    .option('--epochs <number>', 'Passes over the labelled tracks (default: 60; 12 over random chunks)')
    .option('--rate <number>', 'Highest learning rate on labelled tracks (default: 0.002; 0.003 for random chunks)')
    .option('--batch <number>', 'Crops in a batch (default: 16; 32 for random chunks)')
    .option('--dropout <share>', 'Share of a dense layer\'s inputs that are zeroed (default: 0.3; 0 for random chunks)')
    .option('--augmentation <strength>', 'How strongly crops are changed (default: 1; 0.25 for random chunks)')
    .option('--label-smoothing <share>', 'Probability that is spread over all labels', { default: 0.1 })
    .option('--class-weights <how>', 'balanced: every genre is drawn equally often; none: every track', { default: 'balanced' })
    .option('--patience <epochs>', 'Stop after so many epochs without a better score (default: never)')
    .action((options: unknown) => train(checked(options)));
  cli.help();
  try {
    cli.parse([...args], { run: false });
    await cli.runMatchedCommand();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
