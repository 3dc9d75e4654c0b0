/** The ranges of a model's layers: measured by the train command for a finished model. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { cac } from 'cac';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { loadBundle, saveBundle } from '../../../models/model-folder.js';
import { startBackend } from '../../../models/tensorflow/backend.js';
import { wholeTrack } from '../../../models/training/data/crops.js';
import { frozenLayers } from '../../../models/training/network/frozen.js';
import { parseOptions, register } from '../../../models/training/options.js';
import { train as runTraining } from '../../../models/training/training.js';
import { randomBundle, SILENT, SMALL_LAYERS } from '../fixtures.js';
import { toyPack, writePack } from '../packs.js';

const ranges = suite<{ folder: string }>('ranges', { folder: '' });

ranges.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-ranges-'));
  await startBackend('wasm');
});
ranges.after(({ folder }) => rm(folder, { recursive: true }));

ranges('--only ranges measures the largest output of each layer and changes no weight', async ({ folder }) => {
  const pack = toyPack('train', { tracks: 5, columns: 40 });
  await writePack(join(folder, 'data'), pack);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const { manifest, weights } = randomBundle();
  await saveBundle(from, manifest, weights);
  const cli = cac('train');
  register(cli, (options) => runTraining(options, SILENT));
  await runCommand(cli, ['--backend', 'wasm', '--data', join(folder, 'data'), '--from', from, '--only', 'ranges', '--model', to, '--name', 'random', '--model-version', '0.0.2']);

  const bundle = await loadBundle(to);
  assert.ok((await readFile(join(to, 'weights.bin'))).equals(await readFile(join(from, 'weights.bin'))));
  assert.equal([bundle.manifest.version, bundle.manifest.labels], ['0.0.2', manifest.labels]);
  const layers = frozenLayers(bundle);
  const wanted = SMALL_LAYERS.slice(1).map((_, index) => Math.max(...pack.tracks.map((track) => tf.tidy(() => {
    const x = tf.tensor3d(wholeTrack(pack, track, manifest.normalisation), [1, track.columns, 64]);
    return tf.max(tf.abs(layers.apply(x, { training: false, to: index + 1 }))).dataSync()[0]!;
  }))));
  assert.is(bundle.manifest.ranges!.length, wanted.length);
  bundle.manifest.ranges!.forEach((range, index) => assert.ok(Math.abs(range / wanted[index]! - 1) < 1e-3, `layer ${index}: ${range}, not ${wanted[index]}`));
});

ranges('a model with a wrong number of ranges is refused', async ({ folder }) => {
  const { manifest, weights } = randomBundle();
  await saveBundle(join(folder, 'wrong'), { ...manifest, ranges: [1, 2] }, weights);
  const refusal = await loadBundle(join(folder, 'wrong')).then(() => undefined, (error: Error) => error.message);
  assert.match(refusal!, /ranges: must have a number for each layer but the last/);
});

ranges('--only ranges needs a model, and trains nothing', () => {
  const given = {
    data: 'x', train: 'train', valid: 'valid', run: 'r', name: 'n', seed: 1, arch: 'crnn', width: 1, features: 'mel', protocol: 'fault-filtered',
    folds: 5, pretrainEpochs: 12, modelVersion: '1.0.0', pretrainRate: 0.002, refineEpochs: 7, refineRate: 0.001, refineRuns: 1, mostTags: 50, classWeights: 'balanced', only: 'ranges',
  };
  assert.throws(() => parseOptions(given), /--only: needs --from/);
  assert.throws(() => parseOptions({ ...given, from: 'm', outside: 'o' }), /--only: trains nothing with ranges/);
  assert.throws(() => parseOptions({ ...given, from: 'm', teacher: 't' }), /--only: trains nothing with ranges/);
});

ranges.run();
