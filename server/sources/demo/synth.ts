/**
 * The demo's music as pure numbers: one style after another, 20 to 30 s each, changing on the bar
 * while the last chord fades. No clock and no I/O: the same seed and rate give the same samples,
 * however many are asked for at a time.
 */
import { Master } from './effects.js';
import { BLOCK, Performance } from './performance.js';
import { Random } from './random.js';
import type { Style } from './style.js';
import { STYLES } from './styles/index.js';

/** The network's sample rate. A higher rate costs proportionally more. */
export const DEMO_SAMPLE_RATE = 22050;

export class DemoSynth {
  readonly #random: Random;
  readonly #sampleRate: number;
  readonly #styles: readonly Style[];
  readonly #master: Master;
  readonly #block = new Float32Array(BLOCK);
  /** Samples of the block that were handed out already. */
  #taken = BLOCK;
  #programme: Style[] = [];
  #leaving: Performance | undefined;
  #playing: Performance;
  #sections = 0;
  readonly #seed: number;

  /** `styles` narrows the programme, for tests and for one style on its own. */
  constructor(seed: number, sampleRate: number = DEMO_SAMPLE_RATE, styles: readonly Style[] = STYLES) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#sampleRate = sampleRate;
    this.#styles = styles;
    this.#master = new Master(sampleRate, new Random(seed, -1));
    this.#playing = this.#next();
  }

  /** The style of the last sample that `render` gave. */
  get style(): string {
    return this.#playing.style.name;
  }

  /** The next `count` samples, mono, between -1 and 1. */
  render(count: number): Float32Array {
    const samples = new Float32Array(count);
    for (let at = 0; at < count;) {
      if (this.#taken === BLOCK) this.#renderBlock();
      const part = Math.min(count - at, BLOCK - this.#taken);
      samples.set(this.#block.subarray(this.#taken, this.#taken + part), at);
      this.#taken += part;
      at += part;
    }
    return samples;
  }

  #renderBlock(): void {
    if (this.#playing.over) {
      this.#leaving = this.#playing;
      this.#playing = this.#next();
    }
    this.#block.fill(0);
    this.#playing.mix(this.#block);
    this.#leaving?.mix(this.#block);
    if (this.#leaving?.silent) this.#leaving = undefined;
    this.#master.process(this.#block);
    this.#taken = 0;
  }

  /** Every style once before any comes again, in an order of the seed's, never the same twice running. */
  #next(): Performance {
    if (this.#programme.length === 0) {
      const last = this.#sections > 0 ? this.#playing.style : undefined;
      const left = [...this.#styles];
      while (left.length > 0) this.#programme.push(...left.splice(this.#random.below(left.length), 1));
      if (this.#programme[0] === last) this.#programme.push(...this.#programme.splice(0, 1));
    }
    this.#sections += 1;
    return new Performance(this.#programme.shift() as Style, new Random(this.#seed, this.#sections), this.#sampleRate);
  }
}

/** Full scale is 32,767, rounded to the nearest step. */
export function toS16(samples: Float32Array): Int16Array {
  const integers = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) integers[index] = Math.round(Math.max(-1, Math.min(1, samples[index]!)) * 32767);
  return integers;
}
