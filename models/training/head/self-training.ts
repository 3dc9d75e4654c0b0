/**
 * Music without labels as examples for the last layer: what a first one, learned from the labelled
 * tracks, believes of a whole track is what every stretch of it is taught to be, heard well, over
 * poor lines and in rooms (self-training: Yarowsky 1995; Lee 2013, "Pseudo-label"; with worse sound
 * for the student as in Xie et al. 2020, "Noisy student"). A few hundred labelled tracks say little
 * of what a genre is like after four seconds or through a telephone; hours of any music say the rest.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { argmax } from '../../metrics.js';
import type { Pack, Track } from '../../packs/pack.js';
import { softmax } from '../../step/probabilities.js';
import { excerpts, type SoftLabel } from './rows.js';
import { eachTrack, labelScores, meanScores, type InferenceOptions } from '../validate.js';

/** A track whose genre is only believed; `genre` is the most likely one. */
interface SoftLabelled extends Track {
  readonly softLabel: SoftLabel;
}

/**
 * What is believed of a track is the mean of what each of its excerpts says alone: the last layer
 * is surer of a whole track than it ought to be.
 * @param logits what the network says of [batch, columns, size]; values after the labels' are left out
 * @returns the tracks that have a stretch, with what is believed of each
 */
export function withSoftLabels(pack: Pack, inference: InferenceOptions, logits: (x: tf.Tensor3D) => tf.Tensor): Pack {
  const { labels } = inference;
  const said = pack.tracks.map((): Float64Array[] => []);
  const parts = excerpts({ ...pack, tracks: pack.tracks.map((track, of) => ({ ...track, of })) });
  eachTrack(parts, parts.tracks, inference, (x) => labelScores(logits(x), labels.length), ({ of }, rows) => said[of as number]!.push(meanScores(rows, labels.length)));
  const tracks = pack.tracks.flatMap((track, index): SoftLabelled[] => {
    const own = said[index]!;
    if (own.length === 0) return [];
    const softLabel = Float64Array.from(labels, (_, label) => own.reduce((sum, scores) => sum + scores[label]!, 0) / own.length);
    const genre = labels[argmax(softLabel)]!;
    softmax(softLabel, 0, softLabel.length, 1);
    return [{ ...track, genre, softLabel: [...softLabel] }];
  });
  return { ...pack, tracks };
}

/** What `believed` found, of a track or of a part of it. */
export function softLabelOf(track: Track): SoftLabel {
  return (track as SoftLabelled).softLabel;
}

/** The same of all tracks, by id. */
export function softLabelsById({ tracks }: Pack): ReadonlyMap<string, SoftLabel> {
  return new Map(tracks.map((track) => [track.id, softLabelOf(track)]));
}
