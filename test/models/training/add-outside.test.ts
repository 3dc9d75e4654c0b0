/** The output for music of none of the labels: fitted by the train command, in a run and to a finished model. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cac } from 'cac';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { loadBundle, saveBundle, type Bundle } from '../../../models/model-folder.js';
import type { Pack } from '../../../models/packs/pack.js';
import { wholeTrack } from '../../../models/training/data/crops.js';
import { withOutside } from '../../../models/training/add-outside.js';
import { register } from '../../../models/training/options.js';
import { train as runTraining } from '../../../models/training/training.js';
import { Step } from '../../../models/step/tf-step.js';
import { randomBundle, SILENT, SMALL_LAYERS } from '../fixtures.js';
import { toyPack, writePack } from '../packs.js';

const outside = suite<{ folder: string; data: string; others: string }>('outside', { folder: '', data: '', others: '' });

/** Tracks of low noise have a label, those of high noise have none. */
const toy = toyPack('train', { tracks: 6, columns: 70 });
const only = (pack: Pack, genre: string): Pack => ({ ...pack, tracks: pack.tracks.filter((track) => track.genre === genre) });

outside.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-outside-'));
  [context.data, context.others] = [join(context.folder, 'data'), join(context.folder, 'others')];
  await writePack(context.data, { ...only(toy, 'low'), labels: ['low', 'middle'] });
  await writePack(context.data, { ...only(toy, 'middle'), name: 'unchecked', labels: ['middle'] });
  await writePack(context.others, { ...only(toy, 'high'), labels: ['high'] });
});

outside.after(({ folder }) => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<void> {
  const cli = cac('train');
  register(cli, (options) => runTraining(options, SILENT));
  await runCommand(cli, ['--backend', 'wasm', ...args]);
}

/** The last output of each genre's first track, at its end. */
function answers({ manifest, weights }: Bundle): number[] {
  const step = new Step({ manifest, weights });
  const found = ['low', 'middle', 'high'].map((genre) => {
    const columns = wholeTrack(toy, only(toy, genre).tracks[0]!, manifest.normalisation);
    const state = step.newState();
    let last = 0;
    for (let at = 0; at + 4 * 64 <= columns.length; at += 4 * 64) last = step.run([columns.subarray(at, at + 4 * 64)], [state]).at(-1)!;
    return last;
  });
  step.dispose();
  return found;
}

outside('--only outside adds the output to a model and changes no other weight; a second time it is fitted again', async ({ folder, data, others }) => {
  const [from, first, second] = ['from', 'first', 'second'].map((name) => join(folder, name)) as [string, string, string];
  const { manifest, weights } = randomBundle();
  await saveBundle(from, { ...manifest, smoothing: { ...manifest.smoothing, unknownBelow: 0.3 } }, weights);
  const common = ['--data', data, '--unchecked', join(data, 'unchecked'), '--outside', others, '--only', 'outside'];
  await run(...common, '--from', from, '--model', first, '--name', 'random', '--model-version', '0.0.2');
  const bundle = await loadBundle(first);
  assert.equal([bundle.manifest.outside, bundle.manifest.version, bundle.manifest.labels], [true, '0.0.2', manifest.labels]);
  assert.is(bundle.manifest.smoothing.unknownBelow, undefined);

  const bytes = (name: string): Promise<Buffer> => readFile(join(name, 'weights.bin'));
  const [before, after] = [await bytes(from), await bytes(first)];
  const width = 16; // mean and deviation of a GRU of 8
  const start = before.length - 4 * 3 * (width + 1);
  assert.ok(before.subarray(0, start).equals(after.subarray(0, start)));
  for (let row = 0; row <= width; row++) {
    assert.ok(before.subarray(start + 12 * row, start + 12 * (row + 1)).equals(after.subarray(start + 16 * row, start + 16 * row + 12)), `row ${row}`);
  }
  assert.is(after.length, before.length + 4 * (width + 1));

  const [low, middle, high] = answers(bundle);
  assert.ok(low! < 0.3 && middle! < 0.3 && high! > 0.7, `${low}, ${middle}, ${high}`);

  await run(...common, '--from', first, '--model', second, '--name', 'random', '--model-version', '0.0.2');
  assert.ok((await bytes(second)).equals(after));
  assert.is((await loadBundle(second)).manifest.trainedOn, bundle.manifest.trainedOn);
});

outside('a training run with --outside gives a model with the output', async ({ folder, others }) => {
  const data = join(folder, 'both');
  const labelled: Pack = { ...toy, labels: ['low', 'middle'], tracks: toy.tracks.filter(({ genre }) => genre !== 'high') };
  await writePack(data, labelled);
  await writePack(data, { ...labelled, name: 'valid' });
  await run('--data', data, '--outside', others, '--run', join(folder, 'run'), '--arch', 'cnn', '--batch', '4', '--epochs', '1');
  const bundle = await loadBundle(join(folder, 'run', 'model'));
  assert.equal([bundle.manifest.outside, bundle.manifest.layers.at(-1)], [true, { type: 'dense', units: 3, activation: 'linear' }]);
  const [low, middle, high] = answers(bundle);
  assert.ok(low! < 0.4 && middle! < 0.4 && high! > 0.6, `${low}, ${middle}, ${high}`);
});

outside('a model whose last layer is not linear is refused', () => {
  const { manifest, weights } = randomBundle([...SMALL_LAYERS.slice(0, -1), { type: 'dense', units: 3, activation: 'relu' }]);
  assert.throws(() => withOutside({ manifest, weights }, { kernel: new Float32Array(16), bias: new Float32Array(1) }), /must be dense and linear/);
});

outside('in a mixture the output goes before the second expert', () => {
  const labels = randomBundle().manifest.labels;
  const plain = randomBundle([...SMALL_LAYERS.slice(0, -1), { type: 'dense', units: 2 * labels.length + 1, activation: 'linear' }]);
  const mixture = { ...plain, manifest: { ...plain.manifest, labels, mixture: true as const } };
  const width = 16;
  const added = withOutside(mixture, { kernel: new Float32Array(width).fill(9), bias: Float32Array.of(8) });
  const rows = ({ weights }: Pick<Bundle, 'weights'>, outputs: number): number[][] => {
    const tail = [...weights.subarray(weights.length - (width + 1) * outputs)];
    return Array.from({ length: width + 1 }, (_, row) => tail.slice(row * outputs, (row + 1) * outputs));
  };
  const before = rows(mixture, 2 * labels.length + 1);
  assert.equal(rows(added, 2 * labels.length + 2), before.map((row, index) => row.toSpliced(labels.length, 0, index < width ? 9 : 8)));
  const again = withOutside(added, { kernel: new Float32Array(width).fill(7), bias: Float32Array.of(6) });
  assert.equal(rows(again, 2 * labels.length + 2), before.map((row, index) => row.toSpliced(labels.length, 0, index < width ? 7 : 6)));
});

outside.run();
