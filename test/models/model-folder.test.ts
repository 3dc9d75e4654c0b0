/** A model folder is loaded completely or rejected with the reason. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blockMs, type Manifest } from '../../models/manifest.js';
import { readCompactModel } from '../../models/compact/compact-model.js';
import { compactModel } from '../../models/compact/write-compact-model.js';
import { loadBundle, ModelError, saveBundle } from '../../models/model-folder.js';
import type { Layer } from '../../models/layer-schema.js';
import { randomBundle, SMALL_LAYERS } from './fixtures.js';

const bundle = suite<{ folder: string }>('bundle', { folder: '' });

bundle.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-model-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(context.folder, manifest, weights);
});

bundle.after.each(({ folder }) => rm(folder, { recursive: true }));

async function change(folder: string, edit: (manifest: Manifest) => unknown): Promise<void> {
  const path = join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

async function refusal(folder: string): Promise<string> {
  try {
    await loadBundle(folder);
  } catch (error) {
    assert.instance(error, ModelError);
    assert.match((error as Error).message, folder);
    return (error as Error).message;
  }
  return assert.unreachable('the model was accepted') as never;
}

bundle('a saved model can be loaded, with the weights of its file for devices, which threads can share', async ({ folder }) => {
  const loaded = await loadBundle(folder);
  assert.equal([...loaded.weights], [...(await readCompactModel(compactModel(randomBundle()))).weights]);
  assert.instance(loaded.weights.buffer, SharedArrayBuffer);
  assert.equal(loaded.manifest.labels, ['label 0', 'label 1', 'label 2']);
});

bundle('an embedding is read with the weights, and refused when it is damaged or another\'s', async ({ folder }) => {
  const { manifest, weights } = randomBundle();
  const values = Float32Array.from({ length: 17 * 2 }, (_, index) => index / 3);
  await saveBundle(folder, manifest, weights, { size: 2, values });
  const loaded = await loadBundle(folder);
  assert.equal([...loaded.embedding!], [...values]);
  assert.instance(loaded.embedding!.buffer, SharedArrayBuffer);
  const path = join(folder, 'embedding.bin');
  const bytes = await readFile(path);
  bytes[5]! ^= 1;
  await writeFile(path, bytes);
  assert.match(await refusal(folder), 'embedding.bin has the SHA-256');
  await writeFile(path, bytes.subarray(4));
  assert.match(await refusal(folder), '2 values of each of the last layer\'s 16 inputs need 136');
  await rm(path);
  assert.match(await refusal(folder), 'embedding.bin can\'t be read');
});

bundle('a block of 4 columns lasts 348.3 ms', () => {
  assert.is(blockMs(randomBundle().manifest).toFixed(1), '348.3');
});

bundle('labels that do not match the last layer are rejected', async ({ folder }) => {
  await change(folder, (manifest) => manifest.labels.push('polka'));
  assert.match(await refusal(folder), '3 outputs for 4 labels');
});

bundle('the last outputs may be the kinds of sound, which are validated', async ({ folder }) => {
  const layers: Layer[] = [...SMALL_LAYERS.slice(0, -1), { type: 'dense', units: 6, activation: 'linear' }];
  const { manifest, weights } = randomBundle(layers, 64, 7, true);
  await saveBundle(folder, manifest, weights);
  const loaded = (await loadBundle(folder)).manifest;
  assert.equal([loaded.labels.length, loaded.kinds], [3, ['music', 'speech', 'noise']]);
  await change(folder, (changed) => changed.labels.push('polka'));
  assert.match(await refusal(folder), '6 outputs for 4 labels and 3 kinds of sound');
  await change(folder, (changed) => { (changed as { kinds: unknown }).kinds = ['music', 'noise', 'speech']; });
  assert.match(await refusal(folder), 'kinds: must be ["music","speech","noise"]');
});

bundle('the last output may be that of music of none of the labels, with settings of its own', async ({ folder }) => {
  const layers: Layer[] = [...SMALL_LAYERS.slice(0, -1), { type: 'dense', units: 7, activation: 'linear' }];
  const { manifest, weights } = randomBundle(layers, 64, 7, true);
  const outside = { timeConstantMs: 5000, enter: 0.8, leave: 0.6 };
  const own: Manifest = { ...manifest, labels: manifest.labels.slice(0, 3), outside: true, smoothing: { ...manifest.smoothing, outside } };
  await saveBundle(folder, own, weights);
  const loaded = (await loadBundle(folder)).manifest;
  assert.equal([loaded.labels.length, loaded.outside, loaded.smoothing.outside], [3, true, outside]);
  await change(folder, (changed) => { changed.smoothing.unknownBelow = 0.3; });
  assert.match(await refusal(folder), 'smoothing.unknownBelow: has no use in a model with outside');
  await change(folder, (changed) => { delete changed.smoothing.unknownBelow; changed.smoothing.outside!.leave = 0.9; });
  assert.match(await refusal(folder), 'smoothing.outside: leave must not be above enter');
  await change(folder, (changed) => { changed.smoothing.outside!.leave = 0.6; changed.smoothing.leastLead = 1.2; });
  assert.match(await refusal(folder), 'smoothing: margin and leastLead must be at most 1, unless lead is log-ratio');
  await change(folder, (changed) => { changed.smoothing.lead = 'log-ratio'; (changed as { outside: unknown }).outside = false; });
  assert.match(await refusal(folder), 'outside: must be true, or left out');
  await change(folder, (changed) => { changed.outside = true; changed.labels.push('polka'); });
  assert.match(await refusal(folder), '7 outputs for 4 labels and 3 kinds of sound and one for music of none of them');
});

bundle('a leave threshold above the enter threshold is rejected', async ({ folder }) => {
  await change(folder, ({ smoothing }) => { smoothing.kinds = { timeConstantMs: 1000, enter: 0.3, leave: 0.5 }; });
  assert.match(await refusal(folder), 'smoothing.kinds: leave must not be above enter');
});

bundle('blocks that are not a multiple of the network’s stride are rejected', async ({ folder }) => {
  await change(folder, (manifest) => { (manifest.layers[0] as { poolColumns: number }).poolColumns = 3; });
  assert.match(await refusal(folder), 'blocks of 4 columns are not a multiple of 3');
});

bundle('duplicate labels are rejected', async ({ folder }) => {
  await change(folder, (manifest) => { manifest.labels[1] = manifest.labels[0]!; });
  assert.match(await refusal(folder), 'has duplicate labels');
});

bundle('shapes that do not match the weights are rejected', async ({ folder }) => {
  await change(folder, (manifest) => { (manifest.layers[1] as { units: number }).units = 9; });
  assert.match(await refusal(folder), /weights\.bin has \d+ bytes; the layers need/);
});

bundle('layers that cannot follow each other and unknown layers are rejected', async ({ folder }) => {
  await change(folder, (manifest) => manifest.layers.shift() && manifest.layers.shift());
  assert.match(await refusal(folder), 'put a dense layer before it');
  await change(folder, (manifest) => manifest.layers.unshift({ type: 'attention' } as never));
  assert.match(await refusal(folder), /layers\.0/);
});

bundle('an unsupported front end is rejected', async ({ folder }) => {
  await change(folder, (manifest) => { (manifest.frontEnd as { window: string }).window = 'hamming'; });
  assert.match(await refusal(folder), 'frontEnd.window');
});

bundle('weights with a wrong checksum are rejected', async ({ folder }) => {
  const path = join(folder, 'weights.bin');
  const bytes = await readFile(path);
  bytes[100]! ^= 1;
  await writeFile(path, bytes);
  assert.match(await refusal(folder), 'SHA-256');
});

bundle('a missing file and invalid JSON are reported by name', async ({ folder }) => {
  await writeFile(join(folder, 'model.json'), '{');
  assert.match(await refusal(folder), 'model.json is not JSON');
  await rm(join(folder, 'model.json'));
  assert.match(await refusal(folder), "model.json can't be read");
});

bundle.run();
