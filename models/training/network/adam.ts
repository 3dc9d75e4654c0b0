/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), with its
 * moments in reach so that a run can be stopped and resumed exactly.
 */
import * as tf from '@tensorflow/tfjs-core';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export class Adam {
  readonly variables: readonly tf.Variable[];
  readonly #first: tf.Variable[];
  readonly #second: tf.Variable[];
  readonly #weightDecay: number;
  /** Steps taken. */
  steps = 0;

  constructor(variables: readonly tf.Variable[], weightDecay = 0) {
    this.variables = variables;
    this.#weightDecay = weightDecay;
    this.#first = tf.tidy(() => variables.map((variable) => tf.variable(tf.zerosLike(variable), false)));
    this.#second = tf.tidy(() => variables.map((variable) => tf.variable(tf.zerosLike(variable), false)));
  }

  /** First and second moments, for checkpoints. */
  get moments(): tf.Variable[] {
    return [...this.#first, ...this.#second];
  }

  /**
   * One step down the gradient of `loss`, clipped to a global norm of 1.
   * @returns the loss before the step
   */
  step(loss: () => tf.Scalar, learningRate: number): number {
    this.steps++;
    const rate = learningRate * Math.sqrt(1 - BETA2 ** this.steps) / (1 - BETA1 ** this.steps);
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, [...this.variables]);
      const gradients = this.variables.map((variable) => grads[variable.name]!);
      const norm = Math.sqrt(gradients.reduce((total, gradient) => total + tf.sum(tf.square(gradient)).dataSync()[0]!, 0));
      const clip = Math.min(1, 1 / (norm + 1e-12));
      gradients.forEach((raw, index) => {
        const gradient = tf.mul(raw, clip);
        const variable = this.variables[index]!;
        const first = this.#first[index]!;
        const second = this.#second[index]!;
        first.assign(tf.add(tf.mul(first, BETA1), tf.mul(gradient, 1 - BETA1)));
        second.assign(tf.add(tf.mul(second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
        const decay = variable.rank > 1 ? learningRate * this.#weightDecay : 0; // biases and scales don't decay
        variable.assign(tf.sub(
          tf.mul(variable, 1 - decay),
          tf.mul(rate, tf.div(first, tf.add(tf.sqrt(second), EPSILON))),
        ));
      });
      return value.dataSync()[0]!;
    });
  }

  dispose(): void {
    tf.dispose(this.moments);
  }
}

/** Rises linearly over the first 3 %, then falls to zero along a cosine (Loshchilov and Hutter 2017). */
export function cosineRate(step: number, steps: number, peak: number): number {
  const warmup = Math.max(1, Math.round(steps * 0.03));
  if (step < warmup) return (peak * (step + 1)) / warmup;
  return 0.5 * peak * (1 + Math.cos((Math.PI * (step - warmup)) / Math.max(1, steps - warmup)));
}
