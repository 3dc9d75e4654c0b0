/**
 * First stage: the layers before the statistics learn to give a teacher's answers (Hinton, Vinyals
 * and Dean 2015; Pons and Serra 2019 for the teacher). The mean and deviation of the features over
 * each of the teacher's windows go through one linear layer for each kind of answer; those layers
 * are thrown away after. Labelled tracks are too few to learn to hear from; this is where the
 * network hears more music.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Normaliser, type Normalisation } from '../../dsp/normalise.js';
import { crop, type Augmentation } from './crops.js';
import type { TagMap } from './head.js';
import type { Stage } from './loop.js';
import { Random } from './random.js';
import type { Answers, Teacher, TeacherTrack } from './teacher.js';
import type { Trainable } from './trainable.js';

/** Windows in a row that one sequence of a batch spans. */
const WINDOWS = 4;
const SEQUENCES = 8;
/** Every so many tracks is held out. */
const HELD_OUT = 20;
const DROPOUT = 0.1;

const AUGMENTATION: Augmentation = { tiltDb: 6, bumpDb: 4, shiftBands: 0, stretch: 0, maskChance: 0.3, channelChance: 0, roomChance: 0 };
/** After the first epoch: good sound first, then poor lines and rooms as well. */
const LATER: Augmentation = { ...AUGMENTATION, channelChance: 0.4, roomChance: 0.35 };
/** Share of the sequences that change to another track halfway, so that the network learns to let go of what was before; in the second half of the epochs. */
const SPLICED = 0.4;

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

interface Drawn {
  readonly x: tf.Tensor3D;
  /** One for each kind of answer, [sequences × windows, size] */
  readonly targets: readonly tf.Tensor2D[];
}

/** The stage, ready for `runStage`. The caller disposes of `heads`. */
export function pretrainStage(network: Trainable, teacher: Teacher, options: PretrainOptions): { stage: Stage; heads: tf.Variable[] } {
  const { pack, tracks, answers, windowSeconds } = teacher;
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

  const seed = new Random(1);
  const heads = answers.flatMap(({ size }) => [
    tf.variable(tf.tensor2d(Float32Array.from({ length: 2 * trunkOutputs * size }, () => 0.02 * seed.normal()), [2 * trunkOutputs, size])),
    tf.variable(tf.zeros([size])),
  ]);

  /** One sequence: windows of one track, or of one and then of another. */
  interface Sequence {
    readonly parts: ReadonlyArray<{ readonly track: TeacherTrack; readonly window: number }>;
  }

  function draw(sequences: readonly Sequence[], augmentation: Augmentation, random: Random): Drawn {
    const x = new Float32Array(sequences.length * columns * bands);
    sequences.forEach(({ parts }, index) => {
      const normaliser = new Normaliser(options.normalisation, bands);
      parts.forEach(({ track, window }, part) => {
        const [from, to] = [part, part + 1].map((edge) => edges[(edge * WINDOWS) / parts.length]! * stride) as [number, number];
        const firstColumn = Math.round(window * windowColumns);
        const lead = part > 0 ? 0 : Math.min(firstColumn, random.below(options.normalisation.memoryColumns));
        const out = x.subarray((index * columns + from) * bands, (index * columns + to) * bands);
        crop(pack, track, options.normalisation, { firstColumn, columns: to - from, lead }, augmentation, random, out, normaliser);
      });
    });
    const targets = answers.map(({ size, values }) => {
      const rows = new Float32Array(sequences.length * WINDOWS * size);
      sequences.forEach(({ parts }, index) => parts.forEach(({ track, window }, part) => {
        const row = track.firstWindow + window;
        const each = WINDOWS / parts.length;
        rows.set(values.subarray(row * size, (row + each) * size), (index * WINDOWS + part * each) * size);
      }));
      return tf.tensor2d(rows, [sequences.length * WINDOWS, size]);
    });
    return { x: tf.tensor3d(x, [sequences.length, columns, bands]), targets };
  }

  function predict(x: tf.Tensor3D, training: { training: boolean; dropout?: number; dropoutSeed?: number }): tf.Tensor2D[] {
    const features = network.apply(x, { ...training, to: trunkLayers }) as tf.Tensor3D; // [sequences, columns / stride, features]
    const windows = Array.from({ length: WINDOWS }, (_, window) => {
      const part = tf.slice(features, [0, edges[window]!, 0], [-1, edges[window + 1]! - edges[window]!, -1]);
      const { mean, variance } = tf.moments(part, 1);
      return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-3))], 1);
    });
    const statistics = tf.reshape(tf.stack(windows, 1), [-1, 2 * trunkOutputs]) as tf.Tensor2D;
    return answers.map((_, index) => tf.add(tf.matMul(statistics, heads[2 * index] as tf.Tensor2D), heads[2 * index + 1]!) as tf.Tensor2D);
  }

  const stage: Stage = {
    name: 'pretraining',
    epochs: options.epochs,
    stepsPerEpoch: Math.ceil(totalWindows / (SEQUENCES * WINDOWS)),
    learningRate: options.learningRate,
    weightDecay: 0.01,
    variables: [...network.variables(0, trunkLayers), ...heads],
    saved: [...network.saved(0, trunkLayers), ...heads],

    batch(random, _, epoch) {
      const spliced = 2 * epoch >= options.epochs ? SPLICED : 0;
      const pick = (windows: number): Sequence['parts'][number] => {
        const drawn = random.below(totalWindows); // each window as likely as any other
        const track = training[ends.findIndex((end) => drawn < end)]!;
        return { track, window: random.below(track.windows - windows + 1) };
      };
      const sequences = Array.from({ length: SEQUENCES }, (): Sequence => ({
        parts: random.next() < spliced ? [pick(WINDOWS / 2), pick(WINDOWS / 2)] : [pick(WINDOWS)],
      }));
      const { x, targets } = draw(sequences, epoch === 0 ? AUGMENTATION : LATER, random);
      const dropoutSeed = random.below(2 ** 31);
      return {
        loss: () => predict(x, { training: true, dropout: DROPOUT, dropoutSeed })
          .map((answer, index) => answerLoss(answers[index]!, answer, targets[index]!))
          .reduce((total, loss) => tf.add(total, loss)),
        dispose: () => tf.dispose([x, ...targets]),
      };
    },

    validate() {
      const random = new Random(2);
      const residual = answers.map(() => 0);
      const total = answers.map(() => 0);
      for (let first = 0; first < heldOut.length; first += SEQUENCES) {
        const sequences = heldOut.slice(first, first + SEQUENCES).map((track): Sequence => ({ parts: [{ track, window: random.below(track.windows - WINDOWS + 1) }] }));
        const { x, targets } = draw(sequences, { ...AUGMENTATION, tiltDb: 0, bumpDb: 0, maskChance: 0 }, random);
        tf.tidy(() => predict(x, { training: false }).forEach((answer, index) => {
          if (answers[index]!.kind !== 'embedding') return;
          residual[index]! += tf.sum(tf.squaredDifference(answer, targets[index]!)).dataSync()[0]!;
          total[index]! += tf.sum(tf.square(targets[index]!)).dataSync()[0]!;
        }));
        tf.dispose([x, ...targets]);
      }
      const explained = answers.flatMap(({ kind, name }, index) => (kind === 'embedding' ? [{ name, share: 1 - residual[index]! / total[index]! }] : []));
      return {
        score: explained.reduce((sum, { share }) => sum + share, 0) / explained.length,
        line: `explains ${explained.map(({ name, share }) => `${(100 * share).toFixed(1)} % of ${name}`).join(' and ')} on held-out music`,
      };
    },
  };
  return { stage, heads };
}

/** Cross-entropy for tags, squared error for embeddings; each a mean over windows and values. */
function answerLoss({ kind }: Answers, answer: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  if (kind === 'embedding') return tf.mean(tf.squaredDifference(answer, target));
  // max(a, 0) - a t + log(1 + exp(-|a|)): binary cross-entropy of logits without overflow
  return tf.mul(2, tf.mean(tf.add(tf.sub(tf.relu(answer), tf.mul(answer, target)), tf.log1p(tf.exp(tf.neg(tf.abs(answer)))))));
}

/** What the heads have learned of the teacher's tags, for a last layer on the same statistics. */
export function tagMap(answers: readonly Answers[], heads: readonly tf.Variable[]): TagMap | undefined {
  const tagged = answers.flatMap(({ names, size }, index) => (names === undefined ? [] : [{ names, size, kernel: heads[2 * index]!, bias: heads[2 * index + 1]! }]));
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
