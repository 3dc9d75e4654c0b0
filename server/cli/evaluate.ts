/** `livegenre evaluate`: a data pack's tracks through the live pipe, and how right, how soon and how steady that is. */
import { resolve } from 'node:path';
import type { CAC } from 'cac';
import { SingleBar } from 'cli-progress';
import { loadBundle, ModelError } from '../../models/bundle.js';
import { readPack, type Pack } from '../../models/pack.js';
import { startClassifier } from '../classifier.js';
import { Engine } from '../engine.js';
import { figuresOf } from '../evaluation/figures.js';
import { hearTracks } from '../evaluation/listen.js';
import { reportOf } from '../evaluation/report.js';
import { envOf, readSettings, SettingError } from '../settings.js';

interface Flags {
  readonly data?: string;
  readonly split: string;
  readonly audio?: boolean;
  readonly json?: boolean;
  readonly model?: string;
}

export function register(cli: CAC): void {
  cli.command('evaluate', 'Measure a model on labelled tracks, as a stream would hear them')
    .option('--data <folder>', 'Folder with the data pack: NAME.json and NAME.levels.npy')
    .option('--split <name>', 'Name of the pack', { default: 'valid' })
    .option('--audio', 'From the tracks\' sound files (those that have one) instead of the stored levels')
    .option('--json', 'One JSON object')
    .option('--model <folder>', `Folder of the model (${envOf('model')}; default the one that came with this)`)
    .example('  $ livegenre evaluate --data ../shared/data/gtzan --split valid')
    .action(evaluate);
}

async function evaluate(flags: Flags): Promise<void> {
  if (flags.data === undefined) throw new SettingError('Name the folder of the data pack with --data.');
  const source = flags.audio === true ? 'audio' : 'levels';
  const settings = readSettings({ model: flags.model }, process.env);
  const bundle = await loadBundle(settings.model);
  const pack = await readPack(resolve(flags.data), flags.split);
  const tracks = pack.tracks.filter(({ audio }) => source === 'levels' || audio !== undefined);
  if (tracks.length === 0) throw new SettingError(`No track of ${flags.split} in ${flags.data} has a sound file.`);
  if (source === 'levels') checkFrontEnd(pack, settings.model, bundle.manifest.frontEnd);

  const { classifier } = await startClassifier(bundle, settings.backend === 'auto' ? undefined : settings.backend);
  // Nothing is live here, so nothing may be dropped however late it is.
  const engine = new Engine(classifier, { ...settings, maxLagMs: Infinity });
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{bar} {percentage} % · {value} of {total} tracks · {eta_formatted} left', clearOnComplete: true, hideCursor: true }) : undefined;
  bar?.start(tracks.length, 0);
  const heard = await hearTracks(pack, tracks, source, { model: bundle.manifest, engine, settings }, () => bar?.increment())
    .finally(() => bar?.stop());
  const figures = figuresOf(heard, bundle.manifest.labels, { split: flags.split, source });
  console.log(flags.json === true ? JSON.stringify(figures) : reportOf(figures, bundle.manifest.labels));
}

/** Levels of another front end are other numbers: no figure may come from them. */
function checkFrontEnd({ frontEnd }: Pack, model: string, wanted: Pack['frontEnd']): void {
  const differing = (Object.keys(wanted) as (keyof typeof wanted)[]).find((key) => frontEnd[key] !== wanted[key]);
  if (differing === undefined) return;
  throw new ModelError(model, `its front end has ${differing} ${wanted[differing]}, the pack's levels ${frontEnd[differing]}; use --audio, or levels made with the model's front end.`);
}
