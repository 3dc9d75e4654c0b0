/**
 * First stage: the layers before the statistics learn to give a teacher's answers (Hinton, Vinyals
 * and Dean 2015; Pons and Serra 2019 for the teacher). The mean and deviation of the features over
 * each of the teacher's windows go through one linear layer for each kind of answer; those layers
 * are thrown away after. Labelled tracks are too few to learn to hear from; this is where the
 * network hears more music.
 *
 * Once a last layer has learned the labels, the same layers can be refined: the teacher's answers
 * once more, and beside them the genres as last layers believe them, of the teacher's music and of
 * labelled tracks that they did not learn from, in stretches of seconds and through all that may
 * stand between music and listener ("Noisy student", Xie et al. 2020). The teacher's answers keep
 * what was learned from being thrown away. Labels themselves would be learned by heart: a last layer
 * over such features finds its own tracks easier than any other.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Normaliser, type Normalisation } from '../../../dsp/mel/normalise.js';
import type { Pack, Track } from '../../packs/pack.js';
import { crop, type Augmentation } from '../data/crops.js';
import type { TagMap } from '../head/head.js';
import type { Stage } from './stage.js';
import { Random } from '../../random.js';
import type { SoftLabel } from '../head/rows.js';
import type { TeacherOutput, Teacher, TeacherTrack } from '../data/teacher.js';
import type { TrainableNetwork } from '../network/trainable.js';

/** Windows in a row that one sequence of a batch spans. */
const WINDOWS = 4;
const SEQUENCES = 8;
/** Every so many tracks is held out. */
const HELD_OUT = 20;
const DROPOUT = 0.1;

const AUGMENTATION: Augmentation = { tiltDb: 6, bumpDb: 4, shiftBands: 0, stretch: 0, maskChance: 0.3, channelChance: 0, roomChance: 0 };
/** After the first epoch: good sound first, then poor lines and rooms as well. */
const LATER_AUGMENTATION: Augmentation = { ...AUGMENTATION, channelChance: 0.4, roomChance: 0.35 };
/** Share of the sequences that change to another track halfway, so that the network learns to let go of what was before; in the second half of the epochs. */
const SPLICE_CHANCE = 0.4;

/** When the layers are refined: sequences of the teacher's music and of labelled tracks, and how much genres count beside the teacher's answers. */
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
  /** The trunk: layers before this one. */
  readonly trunkLayers: number;
  readonly trunkOutputs: number;
  /** Columns of sound for one column that the trunk gives. */
  readonly stride: number;
}

/** What is believed of genres. */
export interface GenreTargets {
  readonly train: Pack;
  readonly labels: readonly string[];
  /** Of the teacher's tracks, by id; the others have none. */
  readonly softLabels: ReadonlyMap<string, SoftLabel>;
  /** Of the labelled tracks, by id, each by a last layer that learned from others; the others are taught their label. */
  readonly heldOutSoftLabels: ReadonlyMap<string, SoftLabel>;
  /** To mix in. */
  readonly noises: Pack | undefined;
}

/** Linear layers on the statistics of windows, one after the other: kernel and bias of each. */
export type Heads = tf.Variable[];

/** What a stretch of a sequence is of. */
interface Part {
  readonly pack: Pack;
  readonly track: Track;
  readonly firstColumn: number;
}

/** As many columns as all windows of a sequence together: of one track, or half of it of one and then half of another. */
type Sequence<P extends Part = Part> = readonly P[];

interface TeacherPart extends Part {
  readonly track: TeacherTrack;
  /** Where it begins, of the track's windows. */
  readonly window: number;
}

/** The stage, ready for `runStage`. The caller disposes of `heads`. */
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
 * The stage that teaches genres to the layers before the statistics, ready for `runStage`.
 * @param heads of the teacher's answers, as pretraining left them
 * @returns the stage, and the heads of the genres; the caller disposes of them
 */
export function refineStage(network: TrainableNetwork, teacher: Teacher, heads: Heads, genres: GenreTargets, options: PretrainOptions): { stage: Stage; heads: Heads } {
  const { outputs } = teacher;
  const { train, labels, softLabels, heldOutSoftLabels, noises } = genres;
  const own = newHeads([labels.length], options.trunkOutputs);
  const { columns, sound, statistics, teacherMusic, stageOf } = stageParts(network, teacher, heads, options);
  const byLabel = labels.map((label) => train.tracks.filter(({ genre, columns: length }) => genre === label && length >= columns)).filter((tracks) => tracks.length > 0);
  const labelledSequences = byLabel.length > 0 ? LABELLED_SEQUENCES : 0; // none where tracks are chunks of 4 s
  const augmentation: Augmentation = { ...REFINE_AUGMENTATION, ...(noises && { noise: { pack: noises, chance: NOISE_CHANCE } }) };
  const pick = (length: number, random: Random): Part => {
    const tracks = byLabel[random.below(byLabel.length)]!; // each label as likely as any other
    const track = tracks[random.below(tracks.length)]!;
    return { pack: train, track, firstColumn: random.below(track.columns - length + 1) };
  };
  const unknown = labels.map(() => 0);
  /** What each window is taught to be: a belief, or the label, smoothed. */
  const taught = ({ pack, track }: Part): SoftLabel => pack === teacher.pack
    ? softLabels.get(track.id) ?? unknown
    : heldOutSoftLabels.get(track.id) ?? labels.map((label) => LABEL_SMOOTHING / labels.length + (label === track.genre ? 1 - LABEL_SMOOTHING : 0));

  const stage = stageOf('refining', REFINED_SEQUENCES, [...heads, ...own], {
    leaves: 'last', // the score says nothing of the genres
    batch(random, _, epoch) {
      const heard = teacherMusic.draw(REFINED_SEQUENCES, spliceChance(epoch, options), random);
      const labelled = Array.from({ length: labelledSequences }, (): Sequence => (random.next() < SPLICE_CHANCE
        ? [pick(columns / 2, random), pick(columns / 2, random)]
        : [pick(columns, random)]));
      const sequences = [...heard, ...labelled];
      const x = sound(sequences, augmentation, random);
      const targets = teacherMusic.targets(heard);
      const known = tf.tensor2d(sequences.flatMap((parts) => parts.flatMap((part) => Array.from({ length: WINDOWS / parts.length }, () => [...taught(part)]))));
      const dropoutSeed = random.below(2 ** 31);
      return {
        loss: () => {
          const all = statistics(x, { training: true, dropout: DROPOUT, dropoutSeed });
          const ofTeacher = tf.slice(all, [0, 0], [heard.length * WINDOWS, -1]) as tf.Tensor2D;
          const genre = tf.logSoftmax(tf.add(tf.matMul(all, own[0] as tf.Tensor2D), own[1]!));
          const wrong = tf.div(tf.neg(tf.sum(tf.mul(known, genre))), heard.length * WINDOWS);
          return tf.add(teacherLoss(outputs, headOutputs(ofTeacher, heads), targets), tf.mul(GENRE_LOSS_WEIGHT, wrong)) as tf.Scalar;
        },
        dispose: () => tf.dispose([x, known, ...targets]),
      };
    },
  });
  return { stage, heads: own };
}

/** Share of sequences that change track halfway. */
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

/** What both stages do: draw sequences, hear them, and say how much of the teacher is explained. */
function stageParts(network: TrainableNetwork, teacher: Teacher, heads: Heads, options: PretrainOptions) {
  const { pack, tracks, outputs, windowSeconds } = teacher;
  const { sampleRate, hop, bands } = pack.frontEnd;
  const windowColumns = (windowSeconds * sampleRate) / hop;
  const { stride, trunkOutputs, trunkLayers } = options;
  // Where windows begin in what the trunk gives, [columns / stride].
  const edges = Array.from({ length: WINDOWS + 1 }, (_, window) => Math.round((window * windowColumns) / stride));
  const columns = edges[WINDOWS]! * stride;
  const long = tracks.filter(({ windows }) => windows >= WINDOWS);
  const training = long.filter((_, index) => index % HELD_OUT !== 0);
  const heldOut = long.filter((_, index) => index % HELD_OUT === 0);
  const totalWindows = training.reduce((total, { windows }) => total + windows, 0);
  const ends = cumulative(training.map(({ windows }) => windows));
  const at = (track: TeacherTrack, window: number): TeacherPart => ({ pack, track, window, firstColumn: Math.round(window * windowColumns) });

  /** [sequences, columns, bands] as the network hears them. */
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
        const drawn = random.below(totalWindows); // each window as likely as any other
        const track = training[ends.findIndex((end) => drawn < end)]!;
        return at(track, random.below(track.windows - windows + 1));
      };
      return Array.from({ length: count }, () => (random.next() < spliced ? [pick(WINDOWS / 2), pick(WINDOWS / 2)] : [pick(WINDOWS)]));
    },

    /** One for each kind of answer, [sequences × windows, size]. */
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
      const x = sound(sequences, { ...AUGMENTATION, tiltDb: 0, bumpDb: 0, maskChance: 0 }, random);
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

  /** @param count sequences of the teacher's music in a batch: an epoch passes over all of it once */
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

/** What each head says of [windows, 2 × trunk outputs]. */
function headOutputs(statistics: tf.Tensor2D, heads: Heads): tf.Tensor2D[] {
  return Array.from({ length: heads.length / 2 }, (_, index) => tf.add(tf.matMul(statistics, heads[2 * index] as tf.Tensor2D), heads[2 * index + 1]!) as tf.Tensor2D);
}

function teacherLoss(outputs: readonly TeacherOutput[], given: readonly tf.Tensor2D[], targets: readonly tf.Tensor2D[]): tf.Scalar {
  return given.map((answer, index) => outputLoss(outputs[index]!, answer, targets[index]!)).reduce((total, loss) => tf.add(total, loss));
}

/** Cross-entropy for tags, squared error for embeddings; each a mean over windows and values. */
function outputLoss({ kind }: TeacherOutput, answer: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  if (kind === 'embedding') return tf.mean(tf.squaredDifference(answer, target));
  // max(a, 0) - a t + log(1 + exp(-|a|)): binary cross-entropy of logits without overflow
  return tf.mul(2, tf.mean(tf.add(tf.sub(tf.relu(answer), tf.mul(answer, target)), tf.log1p(tf.exp(tf.neg(tf.abs(answer)))))));
}

/** What the heads have learned of the teacher's tags, for a last layer on the same statistics. */
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
