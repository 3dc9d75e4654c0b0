/** The network's numbers as calibrated probabilities. */
import type { Manifest } from '../manifest.js';

export class Probabilities {
  /** Numbers of outputs that are softmaxed together, with what divides them: the labels, then the kinds of sound. */
  readonly #softmaxes: ReadonlyArray<{ readonly length: number; readonly temperature: number }>;

  constructor({ labels, kinds, calibration: { temperature, kindsTemperature = 1 } }: Pick<Manifest, 'labels' | 'kinds' | 'calibration'>) {
    this.#softmaxes = [{ length: labels.length, temperature }, { length: kinds?.length ?? 0, temperature: kindsTemperature }];
  }

  /** In place. @param scores [streams × (labels + kinds)] logits; those of the labels add up to 1 after, and those of the kinds do */
  apply(scores: Float32Array): void {
    for (let at = 0; at < scores.length;) {
      for (const { length, temperature } of this.#softmaxes) softmax(scores, at, at += length, temperature);
    }
  }
}

/** Of logits or log scores divided by the temperature; in place, over the values from `start` up to `end`. */
export function softmax(values: Float32Array | Float64Array, start: number, end: number, temperature: number): void {
  let highest = -Infinity;
  for (let at = start; at < end; at++) highest = Math.max(highest, values[at]!);
  let sum = 0;
  for (let at = start; at < end; at++) sum += values[at] = Math.exp((values[at]! - highest) / temperature);
  for (let at = start; at < end; at++) values[at] = values[at]! / sum;
}
