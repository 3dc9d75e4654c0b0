/**
 * Network outputs to calibrated probabilities: softmax with temperature, separately for labels and kinds
 * of sound; the logistic function for music of none of the labels and for each tag.
 */
import type { Manifest } from '../manifest.js';

export class Probabilities {
  /** Number of outputs and temperature of each softmax: the labels, then the kinds of sound. */
  readonly #softmaxes: ReadonlyArray<{ readonly length: number; readonly temperature: number }>;
  /** Outputs after the softmaxes, each a logit of its own. */
  readonly #logits: number;

  constructor({ labels, kinds, outside, tags, calibration: { temperature, kindsTemperature = 1 } }: Pick<Manifest, 'labels' | 'kinds' | 'outside' | 'tags' | 'calibration'>) {
    this.#logits = (outside ? 1 : 0) + (tags?.length ?? 0);
    this.#softmaxes = [{ length: labels.length, temperature }, { length: kinds?.length ?? 0, temperature: kindsTemperature }];
  }

  /**
   * In place.
   * @param scores [streams × (labels + kinds + outside + tags)] logits; become probabilities that sum to 1 over
   *   the labels and to 1 over the kinds
   */
  apply(scores: Float32Array): void {
    for (let at = 0; at < scores.length;) {
      for (const { length, temperature } of this.#softmaxes) softmax(scores, at, at += length, temperature);
      for (const end = at + this.#logits; at < end; at++) scores[at] = 1 / (1 + Math.exp(-scores[at]!));
    }
  }
}

/** Softmax in place of the logits or log scores from `start` up to `end`, divided by the temperature. */
export function softmax(values: Float32Array | Float64Array, start: number, end: number, temperature: number): void {
  let highest = -Infinity;
  for (let at = start; at < end; at++) highest = Math.max(highest, values[at]!);
  let sum = 0;
  for (let at = start; at < end; at++) sum += values[at] = Math.exp((values[at]! - highest) / temperature);
  for (let at = start; at < end; at++) values[at] = values[at]! / sum;
}
