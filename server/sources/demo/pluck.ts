/**
 * A plucked string: Karplus and Strong's burst of noise in a damped loop, with Jaffe and Smith's
 * allpass for the fraction of a sample, loop gain for the decay and a comb for where it was plucked
 * (Computer Music Journal 7(2), 1983).
 */
import type { Random } from './random.js';
import type { Voice } from './voice.js';

export interface PluckPatch {
  readonly kind: 'pluck';
  /** Amplitude at velocity 1. */
  readonly level: number;
  /** Time to fall by 60 dB while held, and after the note's end. */
  readonly decayS: number;
  readonly releaseS: number;
  /** 0 (thumb) to 1 (plectrum): how much treble the pluck has. */
  readonly brightness: number;
  /** 0 to 0.5: how fast the treble dies in the loop. */
  readonly damping: number;
  /** Where on the string, as a part of its length. */
  readonly position?: number;
}

export class Pluck implements Voice {
  readonly #loop: Float32Array;
  readonly #gain: number;
  readonly #held: number;
  readonly #released: number;
  readonly #damping: number;
  readonly #allpass: number;
  #at = 0;
  #last = 0;
  #allpassIn = 0;
  #allpassOut = 0;
  #untilRelease: number;
  #left: number;

  constructor(patch: PluckPatch, hz: number, velocity: number, durationS: number, sampleRate: number, random: Random) {
    // The loop's delay is the line, the damping filter's and the allpass's (kept in 0.2 to 1.2).
    const period = sampleRate / hz;
    const length = Math.max(2, Math.floor(period - patch.damping - 0.2));
    const fraction = period - patch.damping - length;
    this.#allpass = (1 - fraction) / (1 + fraction);
    this.#damping = patch.damping;
    this.#held = 10 ** (-3 * period / (patch.decayS * sampleRate));
    this.#released = 10 ** (-3 * period / (patch.releaseS * sampleRate));
    this.#gain = patch.level * velocity;
    this.#untilRelease = Math.max(1, Math.round(durationS * sampleRate));
    this.#left = this.#untilRelease + Math.round(patch.releaseS * sampleRate);
    this.#loop = burst(length, 0.15 + 0.85 * patch.brightness * velocity, patch.position ?? 0.2, random);
  }

  mix(out: Float32Array, from: number, to: number): boolean {
    const loop = this.#loop;
    const length = loop.length;
    const gain = this.#gain;
    const damping = this.#damping;
    const allpass = this.#allpass;
    let at = this.#at;
    let last = this.#last;
    let allpassIn = this.#allpassIn;
    let allpassOut = this.#allpassOut;
    let untilRelease = this.#untilRelease;
    for (let i = from; i < to; i += 1) {
      const sample = loop[at]!;
      out[i]! += gain * sample;
      const damped = (sample + damping * (last - sample)) * (untilRelease > 0 ? this.#held : this.#released);
      last = sample;
      allpassOut = allpass * (damped - allpassOut) + allpassIn;
      allpassIn = damped;
      loop[at] = allpassOut;
      at += 1;
      if (at === length) at = 0;
      untilRelease -= 1;
    }
    this.#at = at;
    this.#last = last;
    this.#allpassIn = allpassIn;
    this.#allpassOut = allpassOut;
    this.#untilRelease = untilRelease;
    this.#left -= to - from;
    return this.#left > 0;
  }
}

/** Noise, softened by `brightness` (0 to 1), combed by the plucking point, without offset, RMS 0.5. */
function burst(length: number, brightness: number, position: number, random: Random): Float32Array {
  const noise = new Float32Array(length);
  let low = 0;
  for (let i = 0; i < length; i += 1) noise[i] = low += brightness * (random.between(-1, 1) - low);
  const shift = Math.max(1, Math.round(position * length));
  const loop = new Float32Array(length);
  let mean = 0;
  for (let i = 0; i < length; i += 1) {
    loop[i] = noise[i]! - 0.9 * noise[(i + length - shift) % length]!;
    mean += loop[i]! / length;
  }
  let power = 0;
  for (let i = 0; i < length; i += 1) {
    loop[i]! -= mean;
    power += loop[i]! ** 2 / length;
  }
  const scale = 0.5 / Math.sqrt(power || 1);
  for (let i = 0; i < length; i += 1) loop[i]! *= scale;
  return loop;
}
