/** The network on whole labelled tracks in one pass: log scores at the end of each block. */
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation } from '../../dsp/normalise.js';
import { accuracy, argmax } from '../metrics.js';
import type { Pack, Track } from '../pack.js';
import { wholeTrack } from './crops.js';

const BATCH = 16;

export interface LabelledTrack extends Track {
  readonly genre: string;
}

export interface TrackScores {
  readonly truth: number;
  /** [blocks × labels] natural logarithms of probabilities */
  readonly logScores: Float32Array;
}

/** @throws Error when a track has no genre: nothing can be learned from it or measured on it */
export function labelled(pack: Pack): LabelledTrack[] {
  return pack.tracks.map((track) => {
    if (track.genre === undefined) throw new Error(`Track ${track.id} in ${pack.folder}/${pack.name}.json has no genre.`);
    return { ...track, genre: track.genre };
  });
}

/**
 * Runs `apply` over whole tracks in batches, shorter ones padded at the end.
 * @param apply [batch, columns, bands] → [batch, columns, values]
 * @param take gets each track's [its columns × values]
 */
export function eachTrack<T extends Track>(
  pack: Pack,
  tracks: readonly T[],
  normalisation: Normalisation,
  apply: (x: tf.Tensor3D) => tf.Tensor,
  take: (track: T, rows: Float32Array) => void,
): void {
  const { bands } = pack.frontEnd;
  for (let first = 0; first < tracks.length; first += BATCH) {
    const batch = tracks.slice(first, first + BATCH);
    const columns = Math.max(...batch.map((track) => track.columns));
    const x = new Float32Array(batch.length * columns * bands);
    batch.forEach((track, index) => x.set(wholeTrack(pack, track, normalisation), index * columns * bands));
    const y = tf.tidy(() => apply(tf.tensor3d(x, [batch.length, columns, bands])));
    const values = y.shape[2]!;
    const rows = y.dataSync<'float32'>();
    y.dispose();
    batch.forEach((track, index) => take(track, rows.subarray(index * columns * values, (index * columns + track.columns) * values)));
  }
}

/** Log scores at the end of each block of each labelled track. */
export function scoreTracks(
  pack: Pack,
  { labels, blockColumns, normalisation }: { labels: readonly string[]; blockColumns: number; normalisation: Normalisation },
  logits: (x: tf.Tensor3D) => tf.Tensor,
): TrackScores[] {
  const all: TrackScores[] = [];
  eachTrack(pack, labelled(pack), normalisation, (x) => tf.logSoftmax(logits(x), 2), (track, rows) => {
    const blocks = Math.floor(track.columns / blockColumns);
    const logScores = new Float32Array(blocks * labels.length);
    for (let block = 0; block < blocks; block++) {
      const column = (block + 1) * blockColumns - 1;
      logScores.set(rows.subarray(column * labels.length, (column + 1) * labels.length), block * labels.length);
    }
    all.push({ truth: labels.indexOf(track.genre), logScores });
  });
  return all;
}

/** Share of tracks whose mean log score is highest for the true genre. */
export function trackAccuracy(scores: readonly TrackScores[], labels: number): number {
  return accuracy(scores.map(({ truth }) => truth), scores.map(({ logScores }) => argmax(meanScores(logScores, labels))));
}

/** [blocks × labels] → [labels] */
export function meanScores(logScores: Float32Array, labels: number): Float64Array {
  const means = new Float64Array(labels);
  const blocks = logScores.length / labels;
  for (let index = 0; index < logScores.length; index++) means[index % labels]! += logScores[index]! / blocks;
  return means;
}
