/**
 * Pseudo-labels: a first last layer, fitted on the labelled tracks, predicts a soft label for each
 * unlabelled track, and every excerpt of the track is trained towards it, clean and degraded
 * (self-training: Yarowsky 1995; Lee 2013, "Pseudo-label"; worse sound for the student as in Xie et al.
 * 2020, "Noisy student"). A few hundred labelled tracks don't cover what a genre sounds like after four
 * seconds or over a telephone; hours of other music do.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { argmax } from '../../metrics.js';
import type { Pack, Track } from '../../packs/pack.js';
import { softmax } from '../../step/probabilities.js';
import { excerpts, type SoftLabel } from './rows.js';
import { meanScores } from '../track-scores.js';
import { eachTrack, labelScores, type InferenceOptions } from '../validate.js';

/** A track with a predicted soft label; `genre` is the most likely label. */
interface SoftLabelled extends Track {
  readonly softLabel: SoftLabel;
}

/**
 * Predicts a soft label per track as the mean over its excerpts: the last layer is overconfident on
 * whole tracks.
 * @param logits the network's outputs for [batch, columns, size]; values after the labels are ignored
 * @returns the tracks long enough for an excerpt, with their soft labels
 */
export function withSoftLabels(pack: Pack, inference: InferenceOptions, logits: (x: tf.Tensor3D) => tf.Tensor): Pack {
  const { labels } = inference;
  const excerptScores = pack.tracks.map((): Float64Array[] => []);
  const parts = excerpts({ ...pack, tracks: pack.tracks.map((track, of) => ({ ...track, of })) });
  eachTrack(parts, parts.tracks, inference, (x) => labelScores(logits(x), labels.length), ({ of }, rows) => excerptScores[of as number]!.push(meanScores(rows, labels.length)));
  const tracks = pack.tracks.flatMap((track, index): SoftLabelled[] => {
    const own = excerptScores[index]!;
    if (own.length === 0) return [];
    const softLabel = Float64Array.from(labels, (_, label) => own.reduce((sum, scores) => sum + scores[label]!, 0) / own.length);
    const genre = labels[argmax(softLabel)]!;
    softmax(softLabel, 0, softLabel.length, 1);
    return [{ ...track, genre, softLabel: [...softLabel] }];
  });
  return { ...pack, tracks };
}

/** The tracks with the soft labels that are given for them; others are left out. */
export function withLabels(pack: Pack, labels: readonly string[], given: ReadonlyMap<string, SoftLabel>): Pack {
  return { ...pack, tracks: pack.tracks.flatMap((track): SoftLabelled[] => {
    const softLabel = given.get(track.id);
    return softLabel === undefined ? [] : [{ ...track, genre: labels[argmax(softLabel)]!, softLabel }];
  }) };
}

/** Whether the tracks of a pack have soft labels. */
export function hasSoftLabels({ tracks }: Pack): boolean {
  return tracks.length > 0 && tracks.every((track) => (track as Partial<SoftLabelled>).softLabel !== undefined);
}

/** Soft label of a track, or of an excerpt of it, from `withSoftLabels`. */
export function softLabelOf(track: Track): SoftLabel {
  return (track as SoftLabelled).softLabel;
}

/** Soft labels of all tracks by id. */
export function softLabelsById({ tracks }: Pack): ReadonlyMap<string, SoftLabel> {
  return new Map(tracks.map((track) => [track.id, softLabelOf(track)]));
}
