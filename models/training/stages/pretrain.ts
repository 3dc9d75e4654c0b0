/**
 * Pretraining and refining of the trunk, the layers before the statistics.
 * Pretraining is knowledge distillation (Hinton, Vinyals and Dean 2015; Pons and Serra 2019 for the
 * teacher): the mean and deviation of the features over each of the teacher's windows go through one
 * linear head for each kind of output. The heads are discarded later. There are too few labelled tracks
 * to learn features from, so this is where the trunk learns from more music.
 *
 * Refining trains the same layers again on the teacher's outputs and on soft genre labels: those that a
 * last layer predicts for the teacher's music, and for labelled tracks that it was not trained on.
 * Inputs are degraded with noise, channels and rooms ("Noisy student", Xie et al. 2020). The teacher's
 * outputs prevent forgetting. Hard labels would be overfitted: a last layer on such features separates
 * its own training tracks too easily.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Normaliser, type Normalisation } from '../../../dsp/mel/normalise.js';
import type { Pack, Track } from '../../packs/pack.js';
import { crop, NO_AUGMENTATION, type Augmentation } from '../data/crops.js';
import { heldOutOf, WINDOWS } from '../data/held-out.js';
import type { TagMap } from '../head/head.js';
import type { Stage } from './stage.js';
import { Random } from '../../random.js';
import type { SoftLabel } from '../head/rows.js';
import type { TeacherOutput, Teacher, TeacherTrack } from '../data/teacher.js';
import type { TrainableNetwork } from '../network/trainable.js';

const SEQUENCES = 8;
const DROPOUT = 0.1;

const AUGMENTATION: Augmentation = { tiltDb: 8, bumpDb: 5, shiftBands: 0, stretch: 0, dynamics: 0.35, maskChance: 0.3, channelChance: 0, roomChance: 0 };
/** After the first epoch, which has sound with other equalisation and dynamics only: degraded channels and rooms, too. */
const LATER_AUGMENTATION: Augmentation = { ...AUGMENTATION, channelChance: 0.4, roomChance: 0.35 };
/**
 * Share of sequences that switch to another track halfway, so that the network learns to forget the
 * previous track; only in the second half of the epochs.
 */
const SPLICE_CHANCE = 0.4;

/** Refining: sequences of the teacher's music and of labelled tracks per batch, and the weight of the genre loss. */
const REFINED_SEQUENCES = 6;
const LABELLED_SEQUENCES = 4;
const GENRE_LOSS_WEIGHT = 2;
const LABEL_SMOOTHING = 0.1;
const REFINE_AUGMENTATION: Augmentation = { ...LATER_AUGMENTATION, roomChance: 0.4 };
const NOISE_CHANCE = 0.3;

export interface PretrainOptions {
  readonly epochs: number;
  readonly learningRate: number;
  readonly normalisation: Normalisation;
  /** Index of the first layer after the trunk. */
  readonly trunkLayers: number;
  readonly trunkOutputs: number;
  /** Input columns per output column of the trunk. */
  readonly stride: number;
}

/** Targets of the genre loss. */
export interface GenreTargets {
  readonly train: Pack;
  readonly labels: readonly string[];
  /** Soft labels of the teacher's tracks by id; tracks without one have no genre loss. */
  readonly softLabels: ReadonlyMap<string, SoftLabel>;
  /**
   * Soft labels of the labelled tracks by id, each predicted by a last layer that was not trained on
   * the track; tracks without one use their hard label, smoothed.
   */
  readonly heldOutSoftLabels: ReadonlyMap<string, SoftLabel>;
  /** Speech and noise to mix in; none if undefined. */
  readonly noises: Pack | undefined;
}

/** Linear heads on the statistics of windows, as a flat list: kernel and bias of each. */
export type Heads = tf.Variable[];

/** Source of a part of a sequence. */
interface Part {
  readonly pack: Pack;
  readonly track: Track;
  readonly firstColumn: number;
}

/** The parts of a sequence: one track, or half of one track and half of another. */
type Sequence<P extends Part = Part> = readonly P[];

interface TeacherPart extends Part {
  readonly track: TeacherTrack;
  /** First window, relative to the track's first. */
  readonly window: number;
}

/** Builds the pretraining stage for `runStage`. The caller disposes of `heads`. */
export function pretrainStage(network: TrainableNetwork, teacher: Teacher, options: PretrainOptions): { stage: Stage; heads: Heads } {
  const { outputs } = teacher;
  const heads = newHeads(outputs.map(({ size }) => size), options.trunkOutputs);
  const { sound, statistics, teacherMusic, stageOf } = stageParts(network, teacher, heads, options);
  const stage = stageOf('pretraining', SEQUENCES, heads, {
    batch(random, _, epoch) {
      const sequences = teacherMusic.draw(SEQUENCES, spliceChance(epoch, options), random);
      const x = sound(sequences, epoch === 0 ? AUGMENTATION : LATER_AUGMENTATION, random);
      const targets = teacherMusic.targets(sequences);
      const dropoutSeed = random.below(2 ** 31);
      return {
        loss: () => teacherLoss(outputs, headOutputs(statistics(x, { training: true, dropout: DROPOUT, dropoutSeed }), heads), targets),
        dispose: () => tf.dispose([x, ...targets]),
      };
    },
  });
  return { stage, heads };
}

/**
 * Builds the refining stage for `runStage`.
 * @param heads heads of the teacher's outputs, as pretraining left them
 * @returns the stage and the genre head; the caller disposes of it
 */
export function refineStage(network: TrainableNetwork, teacher: Teacher, heads: Heads, genres: GenreTargets, options: PretrainOptions): { stage: Stage; heads: Heads } {
  const { outputs } = teacher;
  const { train, labels, softLabels, heldOutSoftLabels, noises } = genres;
  const genreHead = newHeads([labels.length], options.trunkOutputs);
  const { columns, sound, statistics, teacherMusic, stageOf } = stageParts(network, teacher, heads, options);
  const byLabel = labels.map((label) => train.tracks.filter(({ genre, columns: length }) => genre === label && length >= columns)).filter((tracks) => tracks.length > 0);
  const labelledSequences = byLabel.length > 0 ? LABELLED_SEQUENCES : 0; // none if the tracks are 4 s chunks
  const augmentation: Augmentation = { ...REFINE_AUGMENTATION, ...(noises && { noise: { pack: noises, chance: NOISE_CHANCE } }) };
  const pick = (length: number, random: Random): Part => {
    const tracks = byLabel[random.below(byLabel.length)]!; // labels are equally likely
    const track = tracks[random.below(tracks.length)]!;
    return { pack: train, track, firstColumn: random.below(track.columns - length + 1) };
  };
  const noTarget = labels.map(() => 0);
  /** Target of a window: a soft label, or the smoothed hard label. */
  const targetOf = ({ pack, track }: Part): SoftLabel => pack === teacher.pack
    ? softLabels.get(track.id) ?? noTarget
    : heldOutSoftLabels.get(track.id) ?? labels.map((label) => LABEL_SMOOTHING / labels.length + (label === track.genre ? 1 - LABEL_SMOOTHING : 0));

  const stage = stageOf('refining', REFINED_SEQUENCES, [...heads, ...genreHead], {
    leaves: 'last', // the score doesn't include the genres
    batch(random, _, epoch) {
      const teacherSequences = teacherMusic.draw(REFINED_SEQUENCES, spliceChance(epoch, options), random);
      const labelled = Array.from({ length: labelledSequences }, (): Sequence => (random.next() < SPLICE_CHANCE
        ? [pick(columns / 2, random), pick(columns / 2, random)]
        : [pick(columns, random)]));
      const sequences = [...teacherSequences, ...labelled];
      const x = sound(sequences, augmentation, random);
      const targets = teacherMusic.targets(teacherSequences);
      const genreTargets = tf.tensor2d(sequences.flatMap((parts) => parts.flatMap((part) => Array.from({ length: WINDOWS / parts.length }, () => [...targetOf(part)]))));
      const dropoutSeed = random.below(2 ** 31);
      return {
        loss: () => {
          const all = statistics(x, { training: true, dropout: DROPOUT, dropoutSeed });
          const ofTeacher = tf.slice(all, [0, 0], [teacherSequences.length * WINDOWS, -1]) as tf.Tensor2D;
          const genre = tf.logSoftmax(tf.add(tf.matMul(all, genreHead[0] as tf.Tensor2D), genreHead[1]!));
          const crossEntropy = tf.div(tf.neg(tf.sum(tf.mul(genreTargets, genre))), teacherSequences.length * WINDOWS);
          return tf.add(teacherLoss(outputs, headOutputs(ofTeacher, heads), targets), tf.mul(GENRE_LOSS_WEIGHT, crossEntropy)) as tf.Scalar;
        },
        dispose: () => tf.dispose([x, genreTargets, ...targets]),
      };
    },
  });
  return { stage, heads: genreHead };
}

/** Share of sequences that switch track halfway in this epoch. */
function spliceChance(epoch: number, { epochs }: PretrainOptions): number {
  return 2 * epoch >= epochs ? SPLICE_CHANCE : 0;
}

function newHeads(sizes: readonly number[], trunkOutputs: number): Heads {
  const seed = new Random(1);
  return sizes.flatMap((size) => [
    tf.variable(tf.tensor2d(Float32Array.from({ length: 2 * trunkOutputs * size }, () => 0.02 * seed.normal()), [2 * trunkOutputs, size])),
    tf.variable(tf.zeros([size])),
  ]);
}

/** Code shared by both stages: drawing sequences, computing their features, validation. */
function stageParts(network: TrainableNetwork, teacher: Teacher, heads: Heads, options: PretrainOptions) {
  const { pack, tracks, outputs, windowSeconds } = teacher;
  const { sampleRate, hop, bands } = pack.frontEnd;
  const windowColumns = (windowSeconds * sampleRate) / hop;
  const { stride, trunkOutputs, trunkLayers } = options;
  // Window boundaries in the trunk's output columns, [WINDOWS + 1].
  const edges = Array.from({ length: WINDOWS + 1 }, (_, window) => Math.round((window * windowColumns) / stride));
  const columns = edges[WINDOWS]! * stride;
  const long = tracks.filter(({ windows }) => windows >= WINDOWS);
  const held = heldOutOf(tracks);
  const training = long.filter((track) => !held.has(track));
  const heldOut = [...held];
  const totalWindows = training.reduce((total, { windows }) => total + windows, 0);
  const ends = cumulative(training.map(({ windows }) => windows));
  const at = (track: TeacherTrack, window: number): TeacherPart => ({ pack, track, window, firstColumn: Math.round(window * windowColumns) });

  /** Normalised network input, [sequences, columns, bands]. */
  function sound(sequences: readonly Sequence[], augmentation: Augmentation, random: Random): tf.Tensor3D {
    const x = new Float32Array(sequences.length * columns * bands);
    sequences.forEach((parts, index) => {
      const normaliser = new Normaliser(options.normalisation, bands);
      parts.forEach(({ pack: of, track, firstColumn }, part) => {
        const [from, to] = [part, part + 1].map((edge) => edges[(edge * WINDOWS) / parts.length]! * stride) as [number, number];
        const lead = part > 0 ? 0 : Math.min(firstColumn, random.below(options.normalisation.memoryColumns));
        const out = x.subarray((index * columns + from) * bands, (index * columns + to) * bands);
        crop(of, track, options.normalisation, { firstColumn, columns: to - from, lead }, augmentation, random, out, normaliser);
      });
    });
    return tf.tensor3d(x, [sequences.length, columns, bands]);
  }

  /** [sequences × windows, 2 × trunk outputs] */
  function statistics(x: tf.Tensor3D, training: { training: boolean; dropout?: number; dropoutSeed?: number }): tf.Tensor2D {
    const features = network.apply(x, { ...training, to: trunkLayers }) as tf.Tensor3D; // [sequences, columns / stride, features]
    const windows = Array.from({ length: WINDOWS }, (_, window) => {
      const part = tf.slice(features, [0, edges[window]!, 0], [-1, edges[window + 1]! - edges[window]!, -1]);
      const { mean, variance } = tf.moments(part, 1);
      return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-3))], 1);
    });
    return tf.reshape(tf.stack(windows, 1), [-1, 2 * trunkOutputs]) as tf.Tensor2D;
  }

  const teacherMusic = {
    draw(count: number, spliced: number, random: Random): Array<Sequence<TeacherPart>> {
      const pick = (windows: number): TeacherPart => {
        const drawn = random.below(totalWindows); // windows are equally likely
        const track = training[ends.findIndex((end) => drawn < end)]!;
        return at(track, random.below(track.windows - windows + 1));
      };
      return Array.from({ length: count }, () => (random.next() < spliced ? [pick(WINDOWS / 2), pick(WINDOWS / 2)] : [pick(WINDOWS)]));
    },

    /** One tensor per kind of output, [sequences × windows, size]. */
    targets(sequences: ReadonlyArray<Sequence<TeacherPart>>): tf.Tensor2D[] {
      return outputs.map(({ size, values }) => {
        const rows = new Float32Array(sequences.length * WINDOWS * size);
        sequences.forEach((parts, index) => parts.forEach(({ track, window }, part) => {
          const row = track.firstWindow + window;
          const each = WINDOWS / parts.length;
          rows.set(values.subarray(row * size, (row + each) * size), (index * WINDOWS + part * each) * size);
        }));
        return tf.tensor2d(rows, [sequences.length * WINDOWS, size]);
      });
    },
  };

  function validate(): ReturnType<Stage['validate']> {
    const random = new Random(2);
    const residual = outputs.map(() => 0);
    const total = outputs.map(() => 0);
    for (let first = 0; first < heldOut.length; first += SEQUENCES) {
      const sequences = heldOut.slice(first, first + SEQUENCES).map((track) => [at(track, random.below(track.windows - WINDOWS + 1))]);
      const x = sound(sequences, NO_AUGMENTATION, random);
      const targets = teacherMusic.targets(sequences);
      tf.tidy(() => headOutputs(statistics(x, { training: false }), heads).forEach((answer, index) => {
        if (outputs[index]!.kind !== 'embedding') return;
        residual[index]! += tf.sum(tf.squaredDifference(answer, targets[index]!)).dataSync()[0]!;
        total[index]! += tf.sum(tf.square(targets[index]!)).dataSync()[0]!;
      }));
      tf.dispose([x, ...targets]);
    }
    const explained = outputs.flatMap(({ kind, name }, index) => (kind === 'embedding' ? [{ name, share: 1 - residual[index]! / total[index]! }] : []));
    return {
      score: explained.reduce((sum, { share }) => sum + share, 0) / explained.length,
      line: `explains ${explained.map(({ name, share }) => `${(100 * share).toFixed(1)} % of ${name}`).join(' and ')} on held-out music`,
    };
  }

  /** @param count sequences of the teacher's music per batch: an epoch covers all of it once */
  const stageOf = (name: string, count: number, learned: Heads, { batch, leaves }: Pick<Stage, 'batch' | 'leaves'>): Stage => ({
    name,
    epochs: options.epochs,
    stepsPerEpoch: Math.ceil(totalWindows / (count * WINDOWS)),
    learningRate: options.learningRate,
    weightDecay: 0.01,
    variables: [...network.variables(0, trunkLayers), ...learned],
    saved: [...network.saved(0, trunkLayers), ...learned],
    ...(leaves && { leaves }),
    batch,
    validate,
  });

  return { columns, sound, statistics, teacherMusic, stageOf };
}

/** Output of each head for [windows, 2 × trunk outputs]. */
function headOutputs(statistics: tf.Tensor2D, heads: Heads): tf.Tensor2D[] {
  return Array.from({ length: heads.length / 2 }, (_, index) => tf.add(tf.matMul(statistics, heads[2 * index] as tf.Tensor2D), heads[2 * index + 1]!) as tf.Tensor2D);
}

function teacherLoss(outputs: readonly TeacherOutput[], given: readonly tf.Tensor2D[], targets: readonly tf.Tensor2D[]): tf.Scalar {
  return given.map((answer, index) => outputLoss(outputs[index]!, answer, targets[index]!)).reduce((total, loss) => tf.add(total, loss));
}

/** Cross-entropy for tags, squared error for embeddings; both are means over windows and values. */
function outputLoss({ kind }: TeacherOutput, answer: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  if (kind === 'embedding') return tf.mean(tf.squaredDifference(answer, target));
  // max(a, 0) - a t + log(1 + exp(-|a|)): binary cross-entropy of logits without overflow
  return tf.mul(2, tf.mean(tf.add(tf.sub(tf.relu(answer), tf.mul(answer, target)), tf.log1p(tf.exp(tf.neg(tf.abs(answer)))))));
}

/** The tag heads as one linear map, for a last layer on the same statistics. */
export function tagMap(outputs: readonly TeacherOutput[], heads: Heads): TagMap | undefined {
  const tagged = outputs.flatMap(({ names, size }, index) => (names === undefined ? [] : [{ names, size, kernel: heads[2 * index]!, bias: heads[2 * index + 1]! }]));
  if (tagged.length === 0) return undefined;
  const kernel = tf.concat(tagged.map((of): tf.Tensor => of.kernel), 1);
  const bias = tf.concat(tagged.map((of): tf.Tensor => of.bias), 0);
  const map: TagMap = { names: tagged.flatMap(({ names }) => names), kernel: kernel.dataSync<'float32'>().slice(), bias: bias.dataSync<'float32'>().slice() };
  tf.dispose([kernel, bias]);
  return map;
}

function cumulative(lengths: readonly number[]): number[] {
  let total = 0;
  return lengths.map((length) => (total += length));
}
