/**
 * Supervised training of all layers on labelled tracks: augmented crops, the loss at every column so
 * that early answers count too, label smoothing (Szegedy et al. 2016), dropout, class balancing by
 * default.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Augmentation } from '../data/crops.js';
import { melInputs, type FeaturePack } from '../data/inputs.js';
import type { Stage } from './stage.js';
import type { Random } from '../../random.js';
import type { TrainableNetwork } from '../network/trainable.js';
import { trackAccuracy } from '../track-scores.js';
import { labelled, scoreTracks, type InferenceOptions, type LabelledTrack } from '../validate.js';

/** Columns at the start of a crop without a loss: half a second, too short to classify. */
const IGNORED_COLUMNS = 6;
const AUGMENTATION: Augmentation = { tiltDb: 8, bumpDb: 6, shiftBands: 1.5, stretch: 0.15, maskChance: 0.5, channelChance: 0, roomChance: 0 };

export const CLASS_WEIGHTS = ['balanced', 'none'] as const;

export interface SupervisedOptions extends InferenceOptions {
  readonly name: string;
  readonly epochs: number;
  readonly learningRate: number;
  /** Crops per batch; default 16. */
  readonly batch?: number;
  /** Maximum columns per crop; default 128. Shorter if all tracks are shorter. */
  readonly columns?: number;
  /** Dropout rate on the inputs of dense layers; default 0.3. */
  readonly dropout?: number;
  readonly labelSmoothing?: number;
  /** `balanced`: every genre is sampled equally often; `none`: every track is. */
  readonly classWeights?: (typeof CLASS_WEIGHTS)[number];
  /** Augmentation strength: 0 none, 1 default. */
  readonly augmentation?: number;
  /** Early stopping after this many epochs without a better score. */
  readonly patience?: number;
  /** What the entries of the valid pack are called in the log. */
  readonly items?: string;
}

/** Builds the stage for `runStage`; its score is the accuracy on the valid tracks. */
export function supervisedStage(network: TrainableNetwork, train: FeaturePack, valid: FeaturePack, options: SupervisedOptions): Stage {
  const { labels, normalisation, batch: size = 16, dropout = 0.3, labelSmoothing = 0.1, classWeights = 'balanced', patience, items = 'tracks' } = options;
  const inputs = options.inputs ?? melInputs(normalisation, train.frontEnd.bands);
  const tracks = labelled(train);
  const columns = Math.min(options.columns ?? 128, Math.max(...tracks.map((track) => track.columns)));
  const augmentation = scaled(AUGMENTATION, options.augmentation ?? 1);
  const stepsPerEpoch = Math.ceil(tracks.length / size);
  const uncounted = Math.max(IGNORED_COLUMNS, (options.ignoredBlocks ?? 0) * options.blockColumns);
  let order: LabelledTrack[] = [];

  return {
    name: options.name,
    epochs: options.epochs,
    stepsPerEpoch,
    learningRate: options.learningRate,
    weightDecay: 0.02,
    ...(patience !== undefined && { patience }),
    variables: network.variables(),
    saved: network.saved(),

    batch(random, index) {
      if (index === 0) order = epochOrder(tracks, labels, classWeights, stepsPerEpoch * size, random);
      const x = new Float32Array(size * columns * inputs.size);
      const truths = Array.from({ length: size }, (_, place) => {
        const track = order[index * size + place]!;
        const firstColumn = random.below(Math.max(1, track.columns - columns));
        const lead = Math.min(firstColumn, random.below(normalisation.memoryColumns));
        const length = columns * inputs.size;
        inputs.crop(train, track, { firstColumn, columns, lead }, augmentation, random, x.subarray(place * length, (place + 1) * length));
        return labels.indexOf(track.genre);
      });
      const dropoutSeed = random.below(2 ** 31);
      const input = tf.tensor3d(x, [size, columns, inputs.size]);
      const target = tf.tidy(() => tf.expandDims(
        tf.add(tf.mul(tf.oneHot(tf.tensor1d(truths, 'int32'), labels.length), 1 - labelSmoothing), labelSmoothing / labels.length),
        1,
      ));
      return {
        loss() {
          const all = network.apply(input, { training: true, dropout, dropoutSeed }); // [size, columns / stride, labels]
          const first = Math.ceil((uncounted * all.shape[1]!) / columns);
          const logits = tf.slice(all, [0, first, 0], [-1, -1, labels.length]);
          return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 2), target), 2)));
        },
        dispose: () => tf.dispose([input, target]),
      };
    },

    validate() {
      const score = trackAccuracy(scoreTracks(valid, { ...options, inputs }, network.logits), labels.length);
      return { score, line: `${(100 * score).toFixed(1)} % of valid ${items}` };
    },
  };
}

/**
 * The tracks of one epoch, in random order.
 * @param weights `balanced`: as many of each genre; `none`: in proportion to their tracks. In both
 *   cases no track repeats before all others of its pool (genre, or all tracks) have been drawn
 */
export function epochOrder(tracks: readonly LabelledTrack[], labels: readonly string[], weights: SupervisedOptions['classWeights'], count: number, random: Random): LabelledTrack[] {
  const pools = (weights === 'none' ? [tracks] : labels.map((label) => tracks.filter(({ genre }) => genre === label)))
    .filter((pool) => pool.length > 0)
    .map((pool) => ({ pool, left: [] as LabelledTrack[] }));
  const drawn = Array.from({ length: count }, (_, index) => {
    const from = pools[index % pools.length]!;
    if (from.left.length === 0) from.left = random.shuffle([...from.pool]);
    return from.left.pop()!;
  });
  return random.shuffle(drawn);
}

function scaled(augmentation: Augmentation, strength: number): Augmentation {
  return Object.fromEntries(Object.entries(augmentation).map(([name, value]) => [name, (value as number) * strength])) as unknown as Augmentation;
}
