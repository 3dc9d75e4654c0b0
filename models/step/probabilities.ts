/**
 * Network outputs to calibrated probabilities: softmax with temperature, separately for labels and kinds
 * of sound; the logistic function for music of none of the labels and for each tag. In a mixture of two experts (Jacobs et al.
 * 1991) the logits of the labels are (1 - g) · first + g · second, g the logistic function of the last output. Outputs after all
 * these, such as an embedding, stay as they are.
 */
import { outputCount, type Manifest } from '../manifest.js';

export class Probabilities {
  /** Number of outputs and temperature of each softmax: the labels, then the kinds of sound. */
  readonly #softmaxes: ReadonlyArray<{ readonly length: number; readonly temperature: number }>;
  /** Outputs after the softmaxes, each a logit of its own. */
  readonly #logits: number;
  /** Outputs of a stream. */
  readonly #size: number;
  /** Number of the second expert's outputs, its share included; 0 without. */
  readonly #second: number;
  /** Outputs after the probabilities. */
  readonly #others: number;

  /** @param outputs of the network for a stream */
  constructor({ calibration: { temperature, kindsTemperature = 1 }, ...model }: Pick<Manifest, 'labels' | 'kinds' | 'outside' | 'tags' | 'mixture' | 'calibration'>, outputs = outputCount(model)) {
    const { labels, kinds, outside, tags, mixture } = model;
    this.#logits = (outside ? 1 : 0) + (tags?.length ?? 0);
    this.#second = mixture ? labels.length + 1 : 0;
    this.#size = outputCount(model);
    this.#others = outputs - this.#size;
    this.#softmaxes = [{ length: labels.length, temperature }, { length: kinds?.length ?? 0, temperature: kindsTemperature }];
  }

  /**
   * In place.
   * @param scores [streams × outputs] logits, in the order of `outputCount`; become probabilities that sum to
   *   1 over the labels and to 1 over the kinds. The second expert's keep no meaning
   */
  apply(scores: Float32Array): void {
    for (let at = 0; at < scores.length; at += this.#second) {
      if (this.#second > 0) mix(scores, at, at + this.#size - this.#second, this.#second - 1);
      for (const { length, temperature } of this.#softmaxes) softmax(scores, at, at += length, temperature);
      for (const end = at + this.#logits; at < end; at++) scores[at] = 1 / (1 + Math.exp(-scores[at]!));
      at += this.#others;
    }
  }
}

/** Mixes the logits of the first expert with those of the second, in place. */
function mix(scores: Float32Array, first: number, second: number, labels: number): void {
  const share = 1 / (1 + Math.exp(-scores[second + labels]!));
  for (let label = 0; label < labels; label++) scores[first + label]! += share * (scores[second + label]! - scores[first + label]!);
}

/** Softmax in place of the logits or log scores from `start` up to `end`, divided by the temperature. */
export function softmax(values: Float32Array | Float64Array, start: number, end: number, temperature: number): void {
  let highest = -Infinity;
  for (let at = start; at < end; at++) highest = Math.max(highest, values[at]!);
  let sum = 0;
  for (let at = start; at < end; at++) sum += values[at] = Math.exp((values[at]! - highest) / temperature);
  for (let at = start; at < end; at++) values[at] = values[at]! / sum;
}
