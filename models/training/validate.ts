/** Scores whole labelled tracks in one pass: log probabilities at the end of each block. */
import * as tf from '@tensorflow/tfjs-core';
import { concatenate } from '../../dsp/concatenate.js';
import type { Normalisation } from '../../dsp/mel/normalise.js';
import type { Pack, Track } from '../packs/pack.js';
import { melInputs, type Inputs } from './data/inputs.js';
import { firstShare, mixedOutputs } from './head/experts.js';
import type { TrackScores } from './track-scores.js';

/** Approximate columns per batch: sixteen tracks of 30 s. */
const BATCH_COLUMNS = 5504;

export interface LabelledTrack extends Track {
  readonly genre: string;
}

/** What inference on tracks needs besides the weights: labels, block size, input features. */
export interface InferenceOptions {
  readonly labels: readonly string[];
  /** A multiple of the network's stride. */
  readonly blockColumns: number;
  readonly normalisation: Normalisation;
  /** Default: mel levels. */
  readonly inputs?: Inputs;
  /** Whether the last outputs are a second expert's and its share. */
  readonly mixture?: boolean | undefined;
  /** Blocks at the start of a track that are not scored; default 0. */
  readonly ignoredBlocks?: number;
}

/** @throws Error when a track has no genre, so it can't be used for training or evaluation */
export function labelled(pack: Pack): LabelledTrack[] {
  return pack.tracks.map((track) => {
    if (track.genre === undefined) throw new Error(`Track ${track.id} in ${pack.folder}/${pack.name}.json has no genre.`);
    return { ...track, genre: track.genre };
  });
}

/**
 * Runs `apply` over whole tracks in batches. All tracks of a batch are padded at the end to the longest
 * one, rounded up to whole blocks.
 * @param apply [batch, columns, size] → [batch, columns / stride, values]
 * @param take receives each track's [whole blocks × values]: the network's output at the end of each
 *   block
 */
export function eachTrack<T extends Track>(
  pack: Pack,
  tracks: readonly T[],
  { blockColumns, inputs, normalisation }: Omit<InferenceOptions, 'labels'>,
  apply: (x: tf.Tensor3D) => tf.Tensor,
  take: (track: T, rows: Float32Array) => void,
): void {
  const { size, whole } = inputs ?? melInputs(normalisation, pack.frontEnd.bands);
  for (let first = 0, last = 0; first < tracks.length; first = last) {
    last = endOfBatch(tracks, first);
    const batch = tracks.slice(first, last);
    const blocks = Math.ceil(Math.max(...batch.map((track) => track.columns)) / blockColumns);
    const columns = blocks * blockColumns;
    const x = new Float32Array(batch.length * columns * size);
    batch.forEach((track, index) => x.set(whole(pack, track), index * columns * size));
    const y = tf.tidy(() => apply(tf.tensor3d(x, [batch.length, columns, size])));
    const [, steps = 0, values = 0] = y.shape;
    const all = y.dataSync<'float32'>();
    y.dispose();
    batch.forEach((track, index) => {
      const own = Math.floor(track.columns / blockColumns);
      const rows = new Float32Array(own * values);
      for (let block = 0; block < own; block++) {
        const at = (index * steps + ((block + 1) * steps) / blocks - 1) * values;
        rows.set(all.subarray(at, at + values), block * values);
      }
      take(track, rows);
    });
  }
}

/** Index after the last track of the batch: as many tracks as fit, at least one. */
function endOfBatch(tracks: readonly Track[], first: number): number {
  let longest = 0;
  let last = first;
  while (last < tracks.length) {
    longest = Math.max(longest, tracks[last]!.columns);
    if (last > first && (last + 1 - first) * longest > BATCH_COLUMNS) break;
    last++;
  }
  return last;
}

/** Log softmax over the labels only: [batch, columns, values] → [batch, columns, labels]. */
export function labelScores(logits: tf.Tensor, labels: number): tf.Tensor {
  return tf.logSoftmax(tf.slice(logits, [0, 0, 0], [-1, -1, labels]), 2);
}

/**
 * Log scores at the end of each scored block, for each labelled track in pack order.
 * @param outputs the network's for [batch, columns, size]; those of kinds and the like are ignored
 */
export function scoreTracks(pack: Pack, inference: InferenceOptions, outputs: (x: tf.Tensor3D) => tf.Tensor): TrackScores[] {
  const { labels: { length: labels }, mixture, ignoredBlocks = 0 } = inference;
  const all: TrackScores[] = [];
  const apply = (x: tf.Tensor3D): tf.Tensor => {
    const y = outputs(x);
    return mixture ? tf.concat([labelScores(mixedOutputs(y, labels), labels), firstShare(y)], 2) : labelScores(y, labels);
  };
  eachTrack(pack, labelled(pack), inference, apply, (track, rows) => {
    const width = labels + (mixture ? 1 : 0);
    const blocks = Array.from({ length: rows.length / width - ignoredBlocks }, (_, block) => rows.subarray((block + ignoredBlocks) * width, (block + ignoredBlocks + 1) * width));
    all.push({
      truth: inference.labels.indexOf(track.genre),
      logScores: concatenate(blocks.map((block) => block.subarray(0, labels))),
      ...(mixture && { first: Float32Array.from(blocks, (block) => block[labels]!) }),
    });
  });
  return all;
}
