/**
 * Effects of the mix: overdrive with a loudspeaker, reverberation of a small hall, and the final limiter.
 */
import { Biquad } from './filters.js';
import type { Random } from './random.js';

/**
 * Cubic soft clipping with first-order antiderivative antialiasing (Parker, Zavalishin and Le Bivic,
 * DAFx 2016), then a guitar loudspeaker: nothing below 90 Hz, little above `speakerHz`.
 */
export class Overdrive {
  readonly #gain: number;
  readonly #level: number;
  readonly #speaker: readonly Biquad[];
  #last = 0;
  #lastIntegral = 0;

  constructor(gain: number, level: number, speakerHz: number, sampleRate: number) {
    this.#gain = gain;
    this.#level = level;
    this.#speaker = [
      new Biquad('highpass', 90, 0.7, sampleRate),
      new Biquad('peak', 2400, 0.9, sampleRate, 5),
      new Biquad('lowpass', speakerHz, 0.8, sampleRate),
    ];
  }

  /** In place. */
  process(samples: Float32Array): void {
    let last = this.#last;
    let lastIntegral = this.#lastIntegral;
    for (let i = 0; i < samples.length; i += 1) {
      const x = samples[i]! * this.#gain;
      const integral = clipIntegral(x);
      const step = x - last;
      // Where the difference quotient loses its digits, the middle of the step is exact enough.
      const y = Math.abs(step) > 1e-4 ? (integral - lastIntegral) / step : clip((x + last) / 2);
      last = x;
      lastIntegral = integral;
      samples[i] = y * this.#level;
    }
    this.#last = last;
    this.#lastIntegral = lastIntegral;
    for (const filter of this.#speaker) filter.process(samples);
  }
}

function clip(x: number): number {
  return x >= 1 ? 2 / 3 : x <= -1 ? -2 / 3 : x - x * x * x / 3;
}

function clipIntegral(x: number): number {
  const size = Math.abs(x);
  return size >= 1 ? size * 2 / 3 - 0.25 : x * x / 2 - x * x * x * x / 12;
}

/** Schroeder's reverberator (JAES 10(3), 1962): four damped combs side by side, two allpasses in a row. */
export class Hall {
  readonly #combs: readonly Float32Array[];
  readonly #allpasses: readonly Float32Array[];
  readonly #gains: readonly number[];
  readonly #combAt = [0, 0, 0, 0];
  readonly #combLow = [0, 0, 0, 0];
  readonly #allpassAt = [0, 0];

  /** `seconds`: time to fall by 60 dB. */
  constructor(seconds: number, sampleRate: number) {
    const delaysS = [0.0297, 0.0371, 0.0411, 0.0437];
    this.#combs = delaysS.map((s) => new Float32Array(Math.round(s * sampleRate)));
    this.#gains = delaysS.map((s) => 10 ** (-3 * s / seconds));
    this.#allpasses = [0.005, 0.0017].map((s) => new Float32Array(Math.round(s * sampleRate)));
  }

  /** Adds the hall's answer to `input` to `out`. */
  mix(input: Float32Array, out: Float32Array, gain: number): void {
    for (let i = 0; i < input.length; i += 1) {
      let wet = 0;
      for (let c = 0; c < 4; c += 1) {
        const line = this.#combs[c]!;
        const at = this.#combAt[c]!;
        const sample = line[at]!;
        const low = this.#combLow[c]! + 0.6 * (sample - this.#combLow[c]!);
        this.#combLow[c] = low;
        line[at] = input[i]! + low * this.#gains[c]!;
        this.#combAt[c] = at + 1 === line.length ? 0 : at + 1;
        wet += sample;
      }
      wet *= 0.25;
      for (let a = 0; a < 2; a += 1) {
        const line = this.#allpasses[a]!;
        const at = this.#allpassAt[a]!;
        const delayed = line[at]!;
        const into = wet + 0.7 * delayed;
        line[at] = into;
        wet = delayed - 0.7 * into;
        this.#allpassAt[a] = at + 1 === line.length ? 0 : at + 1;
      }
      out[i]! += gain * wet;
    }
  }
}

/** Straight below this; above, bent towards full scale and never there. */
const KNEE = 0.6;
/** Records and tapes never fall quite silent. */
const HISS = 0.0012;

/**
 * The record that it is cut to: tape hiss, no offset (15 Hz high-pass), and a limiter without memory.
 */
export class Master {
  readonly #pole: number;
  readonly #hiss: Random;
  #lastIn = 0;
  #lastOut = 0;
  #lowHiss = 0;

  constructor(sampleRate: number, hiss: Random) {
    this.#pole = Math.exp(-2 * Math.PI * 15 / sampleRate);
    this.#hiss = hiss;
  }

  /** In place. */
  process(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i += 1) {
      const white = this.#hiss.between(-HISS, HISS);
      // A little of white and more of brown is near enough to tape.
      this.#lowHiss += 0.03 * (white - this.#lowHiss);
      samples[i]! += 0.6 * white + 4 * this.#lowHiss;
    }
    for (let i = 0; i < samples.length; i += 1) {
      const x = samples[i]!;
      const y = x - this.#lastIn + this.#pole * this.#lastOut;
      this.#lastIn = x;
      this.#lastOut = y;
      const over = Math.abs(y) - KNEE;
      samples[i] = over <= 0 ? y : Math.sign(y) * (KNEE + (0.97 - KNEE) * Math.tanh(over / (0.97 - KNEE)));
    }
  }
}
