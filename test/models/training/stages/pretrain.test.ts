/** The stages that learn from a teacher, on synthetic data: pretraining and refining, and the last layer between them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { NORMALISATION_V1 } from '../../../../dsp/mel/normalise.js';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import type { Layer } from '../../../../models/layer-schema.js';
import { describe } from '../../../../models/network.js';
import { Checkpoint } from '../../../../models/training/stages/checkpoint.js';
import { fitHead } from '../../../../models/training/head/head.js';
import { runStage } from '../../../../models/training/stages/loop.js';
import { pretrainStage, refineStage } from '../../../../models/training/stages/pretrain.js';
import { Random } from '../../../../models/random.js';
import type { Teacher } from '../../../../models/training/data/teacher.js';
import '../../../../models/training/network/tfjs-gradients.js';
import { TrainableNetwork } from '../../../../models/training/network/trainable.js';
import { SILENT, SMALL_LAYERS } from '../../fixtures.js';
import { toyPack } from '../../packs.js';

/** The small network at half the rate of columns: what trains goes through the GRU column by column. */
const LAYERS = SMALL_LAYERS.map((layer): Layer => (layer.type === 'conv2d' ? { ...layer, poolColumns: 2 } : layer));
const TRUNK = LAYERS.findIndex(({ type }) => type === 'statistics');

test.before(async () => {
  await startBackend('wasm');
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-stages-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A teacher whose outputs, an embedding and tags, tell whether a window is low, middle or high. */
function toyTeacher(): Teacher {
  const pack = toyPack('music', { tracks: 36, columns: 48 });
  const windows = 4;
  const values = Float32Array.from({ length: 36 * windows * 3 }, (_, index) => (index % 3 === Math.floor(index / (windows * 3)) % 3 ? 1 : 0));
  return {
    pack,
    windowSeconds: 1,
    tracks: pack.tracks.map((track, index) => ({ ...track, firstWindow: index * windows, windows })),
    outputs: [
      { name: 'embedding', kind: 'embedding', size: 3, values: values.map((value) => 3 * value - 1) },
      { name: 'tags', kind: 'tags', size: 3, values },
    ],
  };
}

const description = describe(LAYERS, 64);
const teacher = toyTeacher();
const OPTIONS = { learningRate: 0.02, normalisation: NORMALISATION_V1, trunkLayers: TRUNK, trunkOutputs: description.layers[TRUNK]!.input.channels, stride: description.stride };

/** Pretrained by the first test, and taken further by the second. */
let network: TrainableNetwork;
let pretraining: ReturnType<typeof pretrainStage>;

test('pretraining learns the teacher’s outputs, and the last layer then learns the genres', () => withFolder(async (folder) => {
  network = new TrainableNetwork(description, new Random(1));
  pretraining = pretrainStage(network, teacher, { ...OPTIONS, epochs: 5 });
  const { stage } = pretraining;
  const before = stage.validate().score;
  await runStage(stage, new Checkpoint(folder, 'pretraining'), new Random(2), SILENT);
  assert.ok(before < 0.1, `${before}`);
  assert.ok(stage.validate().score > 0.6, `${stage.validate().score}`);

  const options = { labels: ['low', 'middle', 'high'], blockColumns: 4, normalisation: NORMALISATION_V1, lastLayer: LAYERS.length - 1, seed: 3, music: toyPack('music', { tracks: 15, columns: 48 }), noises: toyPack('noise', { tracks: 2, columns: 300, seed: 5 }) };
  const train = toyPack('train');
  const { share, heldOut } = fitHead(network, train, toyPack('valid', { seed: 9 }), options, SILENT);
  assert.ok(share > 0.9, `${share}`);

  const lastLayer = (): Float32Array[] => network.variables(options.lastLayer).map((variable) => variable.dataSync<'float32'>().slice());
  const fitted = lastLayer();
  const softLabelled = heldOut();
  assert.equal(new Set(softLabelled.tracks.map(({ id }) => id)), new Set(train.tracks.map(({ id }) => id)));
  assert.ok(softLabelled.tracks.filter(({ id, genre }) => train.tracks.find((track) => track.id === id)!.genre === genre).length > 0.8 * train.tracks.length);
  assert.equal(lastLayer(), fitted, 'the layer fitted on all tracks is restored');
}));

test('refining trains the trunk on the genres and keeps the teacher’s outputs', () => withFolder(async (folder) => {
  const before = pretraining.stage.validate().score;

  const labels = ['low', 'middle', 'high'];
  // Half of the teacher's tracks have a soft label for their true genre; the others have none.
  const softLabels = new Map(teacher.tracks.filter((_, index) => index % 2 === 0).map(({ id }) => [id, labels.map((_, label) => (label === Number(id.slice('music'.length)) % 3 ? 0.8 : 0.1))]));
  const noises = toyPack('noise', { tracks: 2, columns: 300, seed: 5 });
  const { stage, heads } = refineStage(network, teacher, pretraining.heads, { train: toyPack('train'), labels, softLabels, heldOutSoftLabels: new Map(), noises }, { ...OPTIONS, epochs: 4 });
  const history = await runStage(stage, new Checkpoint(folder, 'refining'), new Random(3), SILENT);
  assert.ok(history.at(-1)!.loss < 0.8 * history[0]!.loss, `${history.map(({ loss }) => loss)}`);
  assert.ok(stage.validate().score > before - 0.05, `${stage.validate().score} after ${before}`);

  const short = refineStage(network, teacher, pretraining.heads, { train: toyPack('short', { columns: 40 }), labels, softLabels, heldOutSoftLabels: new Map(), noises: undefined }, { ...OPTIONS, epochs: 1 });
  const batch = short.stage.batch(new Random(4), 0, 0);
  assert.ok(Number.isFinite(tf.tidy(() => batch.loss().dataSync()[0]!)), 'chunks are too short for sequences; only the teacher’s tracks are used');
  batch.dispose();

  // The first loss of a stage with these soft labels of the labelled tracks.
  const train = toyPack('train');
  const lossWith = (heldOutSoftLabels: ReadonlyMap<string, readonly number[]>): number => {
    const refining = refineStage(network, teacher, pretraining.heads, { train, labels, softLabels, heldOutSoftLabels, noises }, { ...OPTIONS, epochs: 1 });
    const first = refining.stage.batch(new Random(4), 0, 0);
    const loss = tf.tidy(() => first.loss().dataSync()[0]!);
    first.dispose();
    tf.dispose(refining.heads);
    return loss;
  };
  const all = (softLabel: (genre: string) => number[]): ReadonlyMap<string, readonly number[]> => new Map(train.tracks.map(({ id, genre }) => [id, softLabel(genre!)]));
  const [labelled, smoothed, unknown] = [lossWith(new Map()), lossWith(all((genre) => labels.map((label) => (label === genre ? 0.9 : 0) + 0.1 / 3))), lossWith(all(() => [0, 0, 0]))] as const;
  assert.ok(Math.abs(labelled - smoothed) < 1e-4, `${labelled}, ${smoothed}: a track without a soft label uses its label`);
  assert.ok(unknown < labelled - 0.1, `${unknown}, ${labelled}: the soft label takes precedence over the label`);
  tf.dispose([...heads, ...short.heads, ...pretraining.heads]);
  network.dispose();
}));

test.run();
