/** Soft labels of unlabelled music. */
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NORMALISATION_V1 } from '../../../../dsp/mel/normalise.js';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { excerpts } from '../../../../models/training/head/rows.js';
import { softLabelOf, withSoftLabels } from '../../../../models/training/head/self-training.js';
import { toyPack } from '../../packs.js';

const LABELS = ['low', 'middle', 'high'];
const INFERENCE = { labels: LABELS, blockColumns: 4, normalisation: NORMALISATION_V1 };

test.before(async () => {
  await startBackend('wasm');
});

/** Outputs: the mean level of each third of the bands, and a value that is not a label's. */
function loudestThird(x: tf.Tensor3D): tf.Tensor {
  const thirds = [[0, 21], [21, 21], [42, 22]].map(([from, size]) => tf.mean(tf.slice(x, [0, 0, from!], [-1, -1, size!]), 2, true));
  return tf.concat([...thirds, tf.mul(100, tf.onesLike(thirds[0]!))], 2);
}

test('the soft label of a track is the network’s prediction over its excerpts', () => {
  const pack = toyPack('music', { tracks: 9, columns: 120 });
  const unlabelled = { ...pack, tracks: pack.tracks.map(({ genre: _, ...track }) => track) };
  const { tracks } = withSoftLabels(unlabelled, INFERENCE, loudestThird);
  assert.equal(tracks.map(({ genre }) => genre), pack.tracks.map(({ genre }) => genre));
  for (const track of tracks) assert.ok(Math.abs(softLabelOf(track).reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
});

test('excerpts have the soft label of their track', () => {
  const pack = withSoftLabels(toyPack('music', { tracks: 3, columns: 120 }), INFERENCE, loudestThird);
  for (const part of excerpts(pack).tracks) assert.ok(pack.tracks.some((track) => softLabelOf(track) === softLabelOf(part)));
});

test('a track too short for an excerpt is left out', () => {
  const pack = toyPack('music', { tracks: 2, columns: 40 });
  assert.is(withSoftLabels(pack, INFERENCE, loudestThird).tracks.length, 0);
});

test.run();
