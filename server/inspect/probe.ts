/**
 * Scores a stretch of sound again and again with parts of its spectrogram hidden. The network's own incremental step
 * does it: each copy starts from the state that the network had before the first hidden column, and several copies
 * are one batch. A hidden cell gets the mean of its band over the stretch, so that what varies there is lost and the
 * network sees nothing that it does not know.
 */
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import type { Manifest } from '../../models/manifest.js';
import { BlockNormaliser } from '../pipe/blocks.js';
import type { Classifier } from '../pipe/engine.js';
import { PIPE_DEFAULTS } from '../pipe/settings.js';
import { blocksOf } from '../pipe/stored-blocks.js';

/** Far below any probability that is shown, so that the log odds of a sure answer still move. */
const MIN_PROBABILITY = 1e-12;

/** Mel levels of a recording, and the part of it that is looked at. */
export interface LevelsOfStretch {
  /** [columns × bands] bytes as in data packs; what lies before the stretch is heard first, as the network's memory. */
  readonly levels: Uint8Array;
  /** Start and end of the stretch, columns of `levels`; moved outwards to whole blocks. */
  readonly fromColumn: number;
  readonly toColumn: number;
}

/** A part of the spectrogram; columns count from the start of the stretch, ends are exclusive. */
export interface Rectangle {
  readonly fromColumn: number;
  readonly toColumn: number;
  readonly fromBand: number;
  readonly toBand: number;
}

/** One block of the stretch. */
interface ProbedBlock {
  /** [columns × bands] normalised levels. */
  readonly input: Float32Array;
  /** Of its first column, from the start of the stretch. */
  readonly fromColumn: number;
  readonly resetsState: boolean;
  /** Whether it is loud enough to count. */
  readonly counts: boolean;
}

export class Probe {
  readonly fromColumn: number;
  readonly columns: number;
  readonly bands: number;
  /** Index of the label whose log odds are measured. */
  readonly label: number;
  /** [labels] of the stretch with nothing hidden: the softmax of the mean log probabilities of its blocks. */
  readonly probabilities: Float64Array;
  readonly #classifier: Classifier;
  readonly #labels: number;
  readonly #blockColumns: number;
  readonly #blocks: readonly ProbedBlock[];
  /** The network's state before each block. */
  readonly #states: Float32Array[] = [];
  /** [labels] sums of log probabilities before each block. */
  readonly #sums: Float64Array[] = [];
  readonly #counted: number;
  /** [bands] of the blocks that count. */
  readonly #means: Float32Array;

  private constructor(model: Manifest, classifier: Classifier, blocks: readonly ProbedBlock[], state: Float32Array, fromColumn: number, wanted: number | undefined) {
    this.#classifier = classifier;
    this.#labels = model.labels.length;
    this.#blockColumns = model.blockColumns;
    this.#blocks = blocks;
    this.bands = model.frontEnd.bands;
    this.fromColumn = fromColumn;
    this.columns = blocks.reduce((sum, { input }) => sum + input.length / this.bands, 0);
    const counted = blocks.filter(({ counts }) => counts);
    this.#counted = counted.length;
    this.#means = bandMeans(counted.map(({ input }) => input), this.bands);
    const sums = new Float64Array(this.#labels);
    for (const block of blocks) {
      this.#states.push(state.slice());
      this.#sums.push(sums.slice());
      this.#step(block, [block.input], [state], [sums]);
    }
    const means = sums.map((sum) => sum / Math.max(1, this.#counted));
    const highest = Math.max(...means);
    const total = means.reduce((sum, mean) => sum + Math.exp(mean - highest), 0);
    this.probabilities = means.map((mean) => Math.exp(mean - highest) / total);
    this.label = wanted ?? this.probabilities.indexOf(Math.max(...this.probabilities));
  }

  /**
   * Hears everything up to the end of the stretch once.
   * @param label index of the label to measure; the best one unless given
   * @returns undefined if there is no sound in the stretch
   */
  static of(model: Manifest, classifier: Classifier, { levels, fromColumn, toColumn }: LevelsOfStretch, label?: number): Probe | undefined {
    const { blockColumns, frontEnd: { bands } } = model;
    const first = Math.floor(fromColumn / blockColumns);
    const end = Math.ceil(Math.min(toColumn, levels.length / bands) / blockColumns);
    const normaliser = new BlockNormaliser(model, PIPE_DEFAULTS, new ScratchBuffer());
    const state = classifier.newState();
    const blocks: ProbedBlock[] = [];
    for (const [index, mel] of blocksOf(levels.subarray(0, end * blockColumns * bands), model, 0).entries()) {
      const { input, resetsState, loudness } = normaliser.push(mel);
      if (index >= first) blocks.push({ input: input.slice(), fromColumn: (index - first) * blockColumns, resetsState, counts: loudness === 'sound' });
      else {
        if (resetsState) state.set(classifier.newState());
        classifier.run([input], [state]);
      }
    }
    return blocks.some(({ counts }) => counts) ? new Probe(model, classifier, blocks, state, first * blockColumns, label) : undefined;
  }

  /** Log odds of the label with nothing hidden. */
  get logOdds(): number {
    return this.#logOdds(this.probabilities.map((p) => Math.log(p)), 1);
  }

  /**
   * Log odds of the label for several copies of the stretch, as one batch.
   * @param hidden parts of each copy
   */
  logOddsWithout(hidden: readonly (readonly Rectangle[])[]): number[] {
    const first = Math.max(0, Math.floor(Math.min(...hidden.flat().map(({ fromColumn }) => fromColumn), this.columns - 1) / this.#blockColumns));
    const states = hidden.map(() => this.#states[first]!.slice());
    const sums = hidden.map(() => this.#sums[first]!.slice());
    for (const block of this.#blocks.slice(first)) this.#step(block, hidden.map((parts) => this.#without(block, parts)), states, sums);
    return sums.map((sum) => this.#logOdds(sum, this.#counted));
  }

  /** One block of all copies. */
  #step({ resetsState, counts }: ProbedBlock, inputs: readonly Float32Array[], states: readonly Float32Array[], sums: readonly Float64Array[]): void {
    if (resetsState) for (const state of states) state.set(this.#classifier.newState());
    const scores = this.#classifier.run(inputs, states);
    if (!counts) return;
    const outputs = scores.length / inputs.length;
    for (const [copy, sum] of sums.entries()) {
      for (let label = 0; label < this.#labels; label++) sum[label]! += Math.log(Math.max(scores[copy * outputs + label]!, MIN_PROBABILITY));
    }
  }

  /** The block's input with parts hidden; itself if none lies in it. */
  #without({ input, fromColumn }: ProbedBlock, parts: readonly Rectangle[]): Float32Array {
    const { bands } = this;
    const columns = input.length / bands;
    let changed: Float32Array | undefined;
    for (const part of parts) {
      const end = Math.min(columns, part.toColumn - fromColumn);
      for (let column = Math.max(0, part.fromColumn - fromColumn); column < end; column++) {
        changed ??= input.slice();
        changed.set(this.#means.subarray(part.fromBand, part.toBand), column * bands + part.fromBand);
      }
    }
    return changed ?? input;
  }

  #logOdds(sums: Float64Array, count: number): number {
    const means = sums.map((sum) => sum / count);
    const others = means.filter((_, label) => label !== this.label);
    const highest = Math.max(...others);
    return means[this.label]! - highest - Math.log(others.reduce((sum, mean) => sum + Math.exp(mean - highest), 0));
  }
}

function bandMeans(inputs: readonly Float32Array[], bands: number): Float32Array {
  const sums = new Float64Array(bands);
  let columns = 0;
  for (const input of inputs) {
    columns += input.length / bands;
    for (let cell = 0; cell < input.length; cell++) sums[cell % bands]! += input[cell]!;
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, columns));
}
