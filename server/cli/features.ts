/** `livegenre features`: makes data packs for training and evaluation from a folder of music, `genre/file`; with `--csv` tables of descriptors. */
import { join, resolve } from 'node:path';
import type { CAC } from 'cac';
import { FEATURES, type FeatureName } from '../../dsp/descriptors/feature-rows.js';
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import { decimal, whole } from '../../models/command-line.js';
import { PackWriter } from '../../models/packs/pack-writer.js';
import { TABLES } from '../data-packs/clip-tables.js';
import { isFolder, recordingsIn, splitOff, type Recording } from '../data-packs/collection.js';
import { packRecordings, type SkippedFile } from '../data-packs/pack-recordings.js';
import { SettingError } from '../settings.js';
import { featureTables } from './feature-tables.js';
import { overFiles, skippedLines } from './many-files.js';
import { clock } from './terminal.js';

const DEFAULT_NAME = 'train';
/** Name of the pack of held-out tracks. */
const HELD_OUT = 'valid';
/** Folders of a collection with its own split; the first two are required. */
const SPLIT_FOLDERS = ['train', 'valid', 'test'] as const;
const SHARE = decimal({ wanted: 'a share above 0 and below 1, such as 0.2', holds: (share) => share > 0 && share < 1 });
const DEFAULT_JOBS = 4;
const MAX_JOBS = 64;

interface Flags {
  readonly audio?: string;
  readonly csv?: boolean;
  readonly out?: string;
  readonly features?: string;
  readonly valid?: number;
  readonly name?: string;
  readonly seed: number;
  readonly jobs: number;
  readonly '--'?: readonly string[];
}

/** A pack to be made. */
interface Plan {
  readonly name: string;
  readonly recordings: readonly Recording[];
  /** Files outside a genre's folder. */
  readonly stray: readonly Recording[];
}

/** A pack with all tracks written, not finished yet. */
interface Made {
  readonly name: string;
  readonly writer: PackWriter;
  readonly skipped: readonly SkippedFile[];
}

export function register(cli: CAC): void {
  cli.command('features [music]', 'Make data packs from a folder of music, to train and evaluate with, or tables of descriptors')
    .option('--audio <folder>', 'Folder with a folder of sound files for each genre; or with train/ and valid/ folders of such folders')
    .option('--csv', `Instead of packs: the tables of GTZAN, ${TABLES.join(' and ')}, of a file or a folder`)
    .option('--out <folder>', 'Folder for the packs, NAME.json and NAME.levels.npy, or for the tables (default the current one)')
    .option('--features <names>', `Kept beside the mel levels, separated by commas: ${Object.keys(FEATURES).join(', ')}`)
    .option('--valid <share>', `Put this share of each genre's tracks, drawn at random, into a second pack, ${HELD_OUT}`, SHARE)
    .option('--name <name>', `Name of the pack (default ${DEFAULT_NAME})`)
    .option('--seed <number>', 'Of the draw', whole({ fallback: 1 }))
    .option('--jobs <files>', `Files at a time, 1 to ${MAX_JOBS}`, whole({ min: 1, max: MAX_JOBS, fallback: DEFAULT_JOBS }))
    .example('  $ livegenre features --audio Music --out data --valid 0.2')
    .example('  $ livegenre features Music --csv --out tables')
    .action(features);
}

async function features(music: string | undefined, flags: Flags): Promise<void> {
  const words = [music, flags['--']?.[0], flags.audio].filter((each) => each !== undefined);
  if (words.length > 1 || (flags['--']?.length ?? 0) > 1) throw new SettingError('Name one file or folder of music.');
  const [audio] = words;
  if (flags.csv) return tables(audio, flags);
  const { out } = flags;
  if (audio === undefined || out === undefined) throw new SettingError('Name the folder of music with --audio and the folder for the packs with --out.');
  const names = featuresOf(flags.features);
  const folder = resolve(out);
  const plans = await plansOf(resolve(audio), folder, flags);
  const files = plans.reduce((sum, { recordings }) => sum + recordings.length, 0);
  if (files === 0) throw new Error(`There is no sound in ${audio}; it should hold a folder for each genre, with sound files in it.`);

  const made: Made[] = [];
  let isFinished = false;
  try {
    isFinished = await overFiles(files, async (signal, onFile) => {
      for (const { name, recordings, stray } of plans) {
        const writer = await PackWriter.create(folder, name, FRONT_END_V1, Object.fromEntries(names.map((each) => [each, { size: FEATURES[each] }])));
        const skipped: SkippedFile[] = stray.map(({ id }) => ({ file: id, reason: 'lies in no genre\'s folder' }));
        made.push({ name, writer, skipped });
        skipped.push(...await packRecordings(recordings, writer, { folder, frontEnd: FRONT_END_V1, features: names, jobs: flags.jobs, signal, onFile }));
      }
      if (signal.aborted) return false;
      await finish(made);
      return true;
    });
  } finally {
    if (!isFinished) for (const { writer } of made) await writer.abandon();
  }
  if (!isFinished) return;
  process.stdout.write(`${resultLines(made, folder).join('\n')}\n`);
  if (made.every(({ writer }) => writer.tracks.length === 0)) throw new Error(`None of the files in ${audio} could be used.`);
}

async function tables(music: string | undefined, { features: names, valid, name, out = '.', jobs }: Flags): Promise<void> {
  if (music === undefined) throw new SettingError('Name a file or a folder of music to make the tables of.');
  if (names !== undefined || valid !== undefined || name !== undefined) throw new SettingError('--features, --valid and --name are for packs; leave them away with --csv.');
  await featureTables(music, { out, jobs });
}

/** Assigns recordings to packs: by the collection's own split, by a random held-out share, or all to one. */
async function plansOf(audio: string, out: string, flags: Flags): Promise<Plan[]> {
  if (!await isFolder(audio)) throw new SettingError(`There is no folder ${audio}.`);
  const [hasTrain, hasValid] = [await isFolder(join(audio, SPLIT_FOLDERS[0])), await isFolder(join(audio, SPLIT_FOLDERS[1]))];
  if (hasTrain !== hasValid) {
    throw new SettingError(`${audio} has a folder ${hasTrain ? 'train' : 'valid'} and no ${hasTrain ? 'valid' : 'train'}: add that, or name each with --audio and --name.`);
  }
  if (hasTrain && hasValid) {
    if (flags.valid !== undefined || flags.name !== undefined) {
      throw new SettingError(`${audio} has train and valid folders, which become the packs; leave --valid and --name away.`);
    }
    const plans: Plan[] = [];
    for (const name of SPLIT_FOLDERS) {
      if (await isFolder(join(audio, name))) plans.push({ name, ...await recordingsIn(join(audio, name), out) });
    }
    return plans;
  }
  const name = flags.name ?? DEFAULT_NAME;
  if (!/^\w[\w.-]*$/.test(name)) throw new SettingError(`--name must be letters, digits, dots and dashes; it is ${JSON.stringify(name)}.`);
  const { recordings, stray } = await recordingsIn(audio, out);
  if (flags.valid === undefined) return [{ name, recordings, stray }];
  if (name === HELD_OUT) throw new SettingError(`--valid makes a pack ${HELD_OUT} of its own; choose another --name.`);
  const { kept, heldOut } = splitOff(recordings, flags.valid, flags.seed);
  return [{ name, recordings: kept, stray }, { name: HELD_OUT, recordings: heldOut, stray: [] }];
}

/** Finishes all packs with the same labels, because the draw may leave a genre in one pack only. */
async function finish(made: readonly Made[]): Promise<void> {
  const labels = [...new Set(made.flatMap(({ writer }) => writer.tracks.map(({ genre }) => genre!)))].sort();
  for (const { writer, skipped } of made) await (writer.tracks.length > 0 ? writer.finish({ labels, skipped }) : writer.abandon());
}

function resultLines(made: readonly Made[], folder: string): string[] {
  const packs = made.map(({ name, writer: { tracks, columns } }) => {
    if (tracks.length === 0) return `${name}: no tracks, not written`;
    const genres = new Set(tracks.map(({ genre }) => genre)).size;
    return `${join(folder, name)}.json: ${tracks.length} tracks of ${genres} genres, ${clock((1000 * columns * FRONT_END_V1.hop) / FRONT_END_V1.sampleRate)}`;
  });
  const skipped = made.flatMap((each) => each.skipped);
  return [...packs, ...skippedLines(skipped)];
}

function featuresOf(given: string | undefined): FeatureName[] {
  const names = given === undefined ? [] : given.split(',').map((name) => name.trim());
  const known = Object.keys(FEATURES);
  for (const name of names) {
    if (!known.includes(name)) throw new SettingError(`--features names ${known.join(', ')}, separated by commas, not ${JSON.stringify(name)}; mel levels are always there.`);
  }
  return [...new Set(names)] as FeatureName[];
}
