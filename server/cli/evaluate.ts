/** `livegenre evaluate`: runs a data pack's tracks through the live pipeline and measures accuracy, delay and stability. */
import { dirname, join, resolve } from 'node:path';
import type { CAC } from 'cac';
import { SingleBar } from 'cli-progress';
import { oneOf, repeated, text, whole } from '../../models/command-line.js';
import { readCompactModel } from '../../models/compact/compact-model.js';
import { withInt8Weights } from '../../models/compact/int8-weights.js';
import { compactModel } from '../../models/compact/write-compact-model.js';
import { loadBundle, ModelError, type Bundle } from '../../models/model-folder.js';
import { readPack, type Pack, type Track } from '../../models/packs/pack.js';
import { startClassifier } from '../shards/classifier.js';
import { macrotask } from '../shards/macrotask.js';
import { Engine } from '../pipe/engine.js';
import { DEGRADATIONS, degraderOf, readDegradations, type Degradation } from '../evaluation/degrade.js';
import { evaluate as evaluateTracks, itemCount, type Evaluation, type EvaluationPlan } from '../evaluation/evaluation.js';
import type { Degrade } from '../evaluation/classify-tracks.js';
import { planMedleys } from '../evaluation/medley.js';
import { reportsOf } from '../evaluation/report.js';
import { envOf, readSettings, SettingError } from '../settings.js';

const WEIGHTS = ['f32', 'f16', 'int8'] as const;

interface Flags {
  readonly data?: string | string[];
  readonly split: string;
  readonly audio?: boolean;
  readonly degrade?: string;
  readonly noise?: string;
  readonly medleys?: number;
  readonly seed: number;
  readonly sweep?: boolean;
  readonly notMusic?: string;
  readonly outside?: string;
  readonly float32?: boolean;
  readonly weights?: typeof WEIGHTS[number];
  readonly alike?: boolean;
  readonly json?: boolean;
  readonly model?: string;
}

export function register(cli: CAC): void {
  cli.command('evaluate', 'Measure a model on labelled tracks, as a stream would hear them')
    .option('--data <folder>', 'Folder with the data pack: NAME.json and NAME.levels.npy; repeatable, to see several side by side', repeated(text()))
    .option('--split <name>', 'Name of the pack', text('valid'))
    .option('--audio', 'From the tracks\' sound files (those that have one) instead of the stored levels')
    .option('--degrade <names>', `With --audio: also degraded, several with commas, or all: ${DEGRADATIONS.join(', ')}`)
    .option('--noise <folder>', 'Recordings for noise-15db (default: nonmusic/audio beside the data folder)')
    .option('--medleys <count>', 'Also splice tracks of different genres: how soon is a change noticed?', whole({ min: 1 }))
    .option('--seed <number>', 'Of what medleys and degradations draw', whole({ min: 0, fallback: 1 }))
    .option('--sweep', 'Also compare smoothing settings, on what was heard')
    .option('--not-music <folder>', 'Folder of a second pack, of speech and noise: are they told from music?')
    .option('--outside <folder>', 'Folder of a second pack, of music of none of the labels: is it told?')
    .option('--float32', 'Compute with floats only, even where the model has ranges for products in 16 bits')
    .option('--weights <form>', 'Round the weights first: to f16, as on a device, or to int8', oneOf(WEIGHTS))
    .option('--alike', 'Also: how many of the nearest tracks by the embedding have the same genre?')
    .option('--json', 'One JSON object')
    .option('--model <folder>', `Folder of the model (${envOf('model')}; default the one that came with this)`)
    .example('  $ livegenre evaluate --data ../shared/data/gtzan --split valid')
    .example('  $ livegenre evaluate --data ../shared/data/gtzan --data ../shared/data/field')
    .example('  $ livegenre evaluate --data ../shared/data/gtzan --audio --degrade all')
    .example('  $ livegenre evaluate --data ../shared/data/gtzan --medleys 60 --sweep')
    .action(evaluate);
}

async function evaluate(flags: Flags): Promise<void> {
  const folders = [flags.data ?? []].flat().map((folder) => resolve(folder));
  if (folders.length === 0) throw new SettingError('Name the folder of the data pack with --data.');
  const settings = readSettings({ model: flags.model }, process.env);
  const loaded = await inForm(await loadBundle(settings.model), flags.weights);
  const bundle = flags.float32 === true ? { ...loaded, manifest: { ...loaded.manifest, ranges: undefined } } : loaded;
  const plans: EvaluationPlan[] = [];
  for (const folder of folders) plans.push({ ...await planOf(folder, flags, settings.model, bundle.manifest.frontEnd), alike: flags.alike === true ? bundle : undefined });

  const { classifier } = await startClassifier(bundle, settings.backend === 'auto' ? undefined : settings.backend);
  // Nothing is live here, so nothing may be dropped however late it is.
  const context = { model: bundle.manifest, engine: new Engine(classifier, { ...settings, maxLagMs: Infinity }, macrotask), settings };
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{bar} {percentage} % · {value} of {total} tracks · {eta_formatted} left', clearOnComplete: true, hideCursor: true }) : undefined;
  bar?.start(plans.reduce((sum, plan) => sum + itemCount(plan, context), 0), 0);
  const evaluations: Evaluation[] = [];
  try {
    for (const plan of plans) evaluations.push(await evaluateTracks(plan, context, () => bar?.increment()));
  } finally {
    bar?.stop();
  }
  const [first, ...others] = evaluations as [Evaluation, ...Evaluation[]];
  console.log(flags.json === true ? JSON.stringify(others.length > 0 ? evaluations : first) : reportsOf(evaluations, bundle.manifest.labels));
}

/** The model with its weights as they are where they have this form. */
async function inForm(bundle: Bundle, form: Flags['weights']): Promise<Bundle> {
  switch (form) {
    case 'f16': return { ...bundle, weights: (await readCompactModel(compactModel(bundle))).weights };
    case 'int8': return withInt8Weights(bundle);
    default: return bundle;
  }
}

async function planOf(data: string, flags: Flags, model: string, frontEnd: Pack['frontEnd']): Promise<EvaluationPlan> {
  const { seed } = flags;
  const source = flags.audio === true ? 'audio' : 'levels';
  const open = async (folder: string): Promise<{ pack: Pack; tracks: Track[] }> => {
    const pack = await readPack(folder, flags.split);
    const tracks = pack.tracks.filter(({ audio }) => source === 'levels' || audio !== undefined);
    if (tracks.length === 0) throw new SettingError(`No track of ${flags.split} in ${folder} has a sound file.`);
    if (source === 'levels') checkFrontEnd(pack, model, frontEnd);
    return { pack, tracks };
  };
  const { pack, tracks } = await open(data);
  return {
    pack,
    tracks,
    source,
    degradations: await degraders(flags, data, seed),
    medleys: flags.medleys === undefined ? [] : planMedleys(tracks, pack.frontEnd, { count: flags.medleys, seed }),
    seed,
    sweep: flags.sweep === true,
    notMusic: flags.notMusic === undefined ? undefined : await open(resolve(flags.notMusic)),
    outside: flags.outside === undefined ? undefined : await open(resolve(flags.outside)),
  };
}

async function degraders({ degrade, noise, audio }: Flags, data: string, seed: number): Promise<Map<Degradation, Degrade>> {
  const found = new Map<Degradation, Degrade>();
  if (degrade === undefined) return found;
  if (audio !== true) throw new SettingError('--degrade changes sound, and stored levels are none: add --audio.');
  const noiseFolder = noise === undefined ? join(dirname(data), 'nonmusic', 'audio') : resolve(noise);
  for (const name of readDegradations(degrade)) found.set(name, await degraderOf(name, { seed, noiseFolder }));
  return found;
}

/** Levels of a different front end would give wrong figures. */
function checkFrontEnd({ frontEnd }: Pack, model: string, wanted: Pack['frontEnd']): void {
  const differing = (Object.keys(wanted) as (keyof typeof wanted)[]).find((key) => frontEnd[key] !== wanted[key]);
  if (differing === undefined) return;
  throw new ModelError(model, `its front end has ${differing} ${wanted[differing]}, the pack's levels ${frontEnd[differing]}; use --audio, or levels made with the model's front end.`);
}
