/**
 * Drums, each recorded once for a sample rate and then played back: kicks and toms are falling sines,
 * snares a tone and filtered noise, cymbals inharmonic squares and noise above 5 kHz (the recipe of
 * the analogue rhythm boxes).
 */
import { Biquad, type FilterKind } from './filters.js';
import { Random } from './random.js';
import type { Voice } from './voice.js';

type Recipe = (sampleRate: number, random: Random) => Float32Array;

/** A sine that falls from `fromHz` to `toHz`, with a click in front. */
function fallingSine(fromHz: number, toHz: number, sweepS: number, decayS: number, click: number): Recipe {
  return (sampleRate, random) => {
    const samples = new Float32Array(Math.round(decayS * 7 * sampleRate));
    let phase = 0;
    let low = 0;
    for (let i = 0; i < samples.length; i += 1) {
      const s = i / sampleRate;
      phase += 2 * Math.PI * (toHz + (fromHz - toHz) * Math.exp(-s / sweepS)) / sampleRate;
      low += 0.5 * (random.between(-1, 1) - low);
      samples[i] = Math.sin(phase) * Math.exp(-s / decayS) * Math.min(1, s / 0.001) + click * low * Math.exp(-s / 0.004);
    }
    return samples;
  };
}

function noise(kind: FilterKind, cutoffHz: number, q: number, decayS: number, attackS = 0.0005): Recipe {
  return (sampleRate, random) => {
    const samples = Float32Array.from({ length: Math.round(decayS * 7 * sampleRate) }, () => random.between(-1, 1));
    new Biquad(kind, cutoffHz, q, sampleRate).process(samples);
    for (let i = 0; i < samples.length; i += 1) {
      const s = i / sampleRate;
      samples[i]! *= Math.min(1, s / attackS) * Math.exp(-s / decayS);
    }
    return samples;
  };
}

/** Six squares that share no common pitch, and noise, above `highpassHz`. */
function cymbal(baseHz: number, highpassHz: number, decayS: number, noiseGain: number): Recipe {
  return (sampleRate, random) => {
    const samples = new Float32Array(Math.round(decayS * 5 * sampleRate));
    const ratios = [2, 3, 4.16, 5.43, 6.79, 8.21];
    for (let i = 0; i < samples.length; i += 1) {
      let sum = 0;
      for (const ratio of ratios) sum += (i * ratio * baseHz / sampleRate) % 1 < 0.5 ? 1 : -1;
      samples[i] = sum / 6 + noiseGain * random.between(-1, 1);
    }
    new Biquad('highpass', highpassHz, 0.8, sampleRate).process(samples);
    for (let i = 0; i < samples.length; i += 1) {
      const s = i / sampleRate;
      samples[i]! *= Math.min(1, s / 0.001) * (0.4 * Math.exp(-s / (decayS * 0.15)) + 0.6 * Math.exp(-s / decayS));
    }
    return samples;
  };
}

/** Several recipes at once, each with a gain and a delay. */
function layers(...parts: ReadonlyArray<readonly [recipe: Recipe, gain: number, delayS?: number]>): Recipe {
  return (sampleRate, random) => {
    const recorded = parts.map(([recipe, gain, delayS = 0]) => ({ samples: recipe(sampleRate, random), gain, delay: Math.round(delayS * sampleRate) }));
    const mixed = new Float32Array(Math.max(...recorded.map(({ samples, delay }) => samples.length + delay)));
    for (const { samples, gain, delay } of recorded) {
      for (let i = 0; i < samples.length; i += 1) mixed[i + delay]! += gain * samples[i]!;
    }
    return mixed;
  };
}

const handClap = noise('bandpass', 1400, 1.2, 0.012);

const RECIPES = {
  kick: fallingSine(150, 52, 0.03, 0.11, 0.4),
  softKick: fallingSine(110, 55, 0.03, 0.08, 0.1),
  punchKick: fallingSine(260, 58, 0.02, 0.07, 0.9),
  boomKick: fallingSine(130, 44, 0.04, 0.22, 0.3),
  snare: layers([fallingSine(260, 185, 0.02, 0.05, 0.2), 0.6], [noise('highpass', 1500, 0.7, 0.06), 0.7]),
  fatSnare: layers([fallingSine(230, 165, 0.02, 0.07, 0.3), 0.8], [noise('bandpass', 2400, 0.5, 0.09), 1.3]),
  crackSnare: layers([fallingSine(330, 210, 0.015, 0.045, 0.5), 0.7], [noise('highpass', 2200, 0.7, 0.08), 0.9]),
  brush: noise('bandpass', 4200, 0.6, 0.05, 0.008),
  rim: layers([fallingSine(1750, 1650, 0.01, 0.012, 0.3), 0.6], [noise('bandpass', 3000, 2, 0.01), 0.6]),
  clap: layers([handClap, 1], [handClap, 0.9, 0.011], [handClap, 0.9, 0.023], [noise('bandpass', 1400, 0.9, 0.06), 1, 0.033]),
  hat: cymbal(620, 6500, 0.035, 0.7),
  openHat: cymbal(620, 6000, 0.16, 0.7),
  pedalHat: cymbal(560, 5200, 0.03, 0.5),
  ride: cymbal(480, 4800, 0.3, 0.25),
  crash: cymbal(430, 3500, 0.7, 1.1),
  shaker: noise('highpass', 5500, 0.8, 0.03, 0.01),
  tom: fallingSine(190, 110, 0.05, 0.13, 0.2),
  lowTom: fallingSine(140, 80, 0.05, 0.16, 0.2),
  crackle: noise('bandpass', 3200, 0.8, 0.0015),
} satisfies Record<string, Recipe>;

export type Drum = keyof typeof RECIPES;

const recordings = new Map<string, Float32Array>();

function recording(drum: Drum, sampleRate: number): Float32Array {
  const key = `${drum} ${sampleRate}`;
  let samples = recordings.get(key);
  // Drums sound the same in every station: their noise has a seed of its own.
  if (!samples) recordings.set(key, samples = RECIPES[drum](sampleRate, new Random(drum.length, sampleRate)));
  return samples;
}

export class DrumHit implements Voice {
  readonly #samples: Float32Array;
  readonly #gain: number;
  #at = 0;

  constructor(drum: Drum, gain: number, sampleRate: number) {
    this.#samples = recording(drum, sampleRate);
    this.#gain = gain;
  }

  mix(out: Float32Array, from: number, to: number): boolean {
    const samples = this.#samples;
    const gain = this.#gain;
    const end = Math.min(to, from + samples.length - this.#at);
    for (let i = from, at = this.#at; i < end; i += 1, at += 1) out[i]! += gain * samples[at]!;
    this.#at += end - from;
    return this.#at < samples.length;
  }
}
