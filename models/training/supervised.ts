/**
 * All layers learn from labelled tracks at once: crops with augmentation, the loss at every column
 * so that early answers count too, label smoothing (Szegedy et al. 2016), dropout. Used from
 * scratch, or after pretraining with a low rate.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation } from '../../dsp/normalise.js';
import type { Pack } from '../pack.js';
import { crop, type Augmentation } from './crops.js';
import type { Stage } from './loop.js';
import type { Trainable } from './trainable.js';
import { labelled, scoreTracks, trackAccuracy } from './validate.js';

const CROPS = 16;
const COLUMNS = 128;
/** Columns at the start of a crop whose answers don't count: half a second of sound says little. */
const FIRST = 6;
const SMOOTHING = 0.1;
const DROPOUT = 0.3;
const AUGMENTATION: Augmentation = { tiltDb: 8, bumpDb: 6, shiftBands: 1.5, stretch: 0.15, maskChance: 0.5 };

export interface SupervisedOptions {
  readonly name: string;
  readonly epochs: number;
  readonly learningRate: number;
  readonly labels: readonly string[];
  readonly blockColumns: number;
  readonly normalisation: Normalisation;
}

/** The stage, ready for `runStage`; its score is the share of valid tracks got right. */
export function supervisedStage(network: Trainable, train: Pack, valid: Pack, options: SupervisedOptions): Stage {
  const { labels, normalisation } = options;
  const { bands } = train.frontEnd;
  const byGenre = labels.map((label) => labelled(train).filter(({ genre }) => genre === label)).filter((tracks) => tracks.length > 0);
  return {
    name: options.name,
    epochs: options.epochs,
    stepsPerEpoch: Math.ceil(train.tracks.length / CROPS),
    learningRate: options.learningRate,
    weightDecay: 0.02,
    variables: network.variables(),
    saved: network.saved(),

    batch(random) {
      const x = new Float32Array(CROPS * COLUMNS * bands);
      const truths = Array.from({ length: CROPS }, (_, index) => {
        const tracks = byGenre[random.below(byGenre.length)]!; // every genre as often as any other
        const track = tracks[random.below(tracks.length)]!;
        const firstColumn = random.below(Math.max(1, track.columns - COLUMNS));
        const lead = Math.min(firstColumn, random.below(normalisation.memoryColumns));
        crop(train, track, normalisation, { firstColumn, columns: COLUMNS, lead }, AUGMENTATION, random, x.subarray(index * COLUMNS * bands, (index + 1) * COLUMNS * bands));
        return labels.indexOf(track.genre);
      });
      const input = tf.tensor3d(x, [CROPS, COLUMNS, bands]);
      const target = tf.tidy(() => tf.expandDims(
        tf.add(tf.mul(tf.oneHot(tf.tensor1d(truths, 'int32'), labels.length), 1 - SMOOTHING), SMOOTHING / labels.length),
        1,
      ));
      return {
        loss() {
          const logits = tf.slice(network.apply(input, { training: true, dropout: DROPOUT }), [0, FIRST, 0], [-1, -1, -1]);
          return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 2), target), 2)));
        },
        dispose: () => tf.dispose([input, target]),
      };
    },

    validate() {
      const score = trackAccuracy(scoreTracks(valid, options, (x) => network.apply(x, { training: false })), labels.length);
      return { score, line: `${(100 * score).toFixed(1)} % of valid tracks` };
    },
  };
}
