/**
 * The descriptors that data packs may contain, one row per mel column of a recording, computed from
 * the same windows of samples, so that row n of every feature describes the same audio.
 *
 * mfcc, chroma and contrast match librosa for these windows, with its floor of 80 dB below the
 * recording's loudest cell; the tempogram is causal (`recent-tempogram.ts`).
 */
import { Frames } from '../mel/frames.js';
import type { FrontEnd } from '../mel/front-end.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';
import { Chroma, CHROMA_SIZE } from './chroma.js';
import { Contrast, CONTRAST_SIZE, contrastOf } from './contrast.js';
import { Floor } from './decibels.js';
import { LogMel, LOG_MEL_BANDS } from './log-mel.js';
import { magnitudes } from './magnitude.js';
import { Mfcc, MFCC_SIZE } from './mfcc.js';
import { RecentTempogram, TEMPI } from './recent-tempogram.js';
import { GrowableRows } from './growable-rows.js';

/** Number of values in a row of each feature. */
export const FEATURES = { mfcc: MFCC_SIZE, chroma: CHROMA_SIZE, contrast: CONTRAST_SIZE, tempogram: TEMPI } as const;

export type FeatureName = keyof typeof FEATURES;

/** Collects the rows of one feature of one recording. */
interface FeatureCollector {
  /** Receives all samples, in chunks of any length; only for features with windows of their own. */
  push?(samples: Float32Array): void;
  /** @param power [nFft / 2 + 1] */
  column(power: Float64Array): void;
  /** @returns [columns × size] */
  rows(): Float32Array;
}

/** The features of one recording: push all its samples, then call `rows`. */
export class FeatureRows {
  readonly #spectrum: PowerSpectrum;
  readonly #frames: Frames;
  readonly #power: Float64Array;
  readonly #collectors: ReadonlyMap<FeatureName, FeatureCollector>;

  constructor({ sampleRate, nFft, hop }: FrontEnd, names: readonly FeatureName[]) {
    this.#spectrum = new PowerSpectrum(nFft);
    this.#frames = new Frames(nFft, hop);
    this.#power = new Float64Array(this.#spectrum.bins);
    const create: Record<FeatureName, () => FeatureCollector> = {
      mfcc: () => mfccRows(sampleRate, nFft),
      chroma: () => chromaRows(sampleRate, nFft),
      contrast: () => contrastRows(sampleRate, nFft),
      tempogram: () => new RecentTempogram(sampleRate, nFft, hop),
    };
    this.#collectors = new Map(names.map((name) => [name, create[name]()]));
  }

  /** @param samples finite, at the front end's rate; any number */
  push(samples: Float32Array): void {
    for (const collector of this.#collectors.values()) collector.push?.(samples);
    const frames = this.#frames;
    for (let at = 0; at < samples.length;) {
      at = frames.fill(samples, at);
      if (!frames.isFull) return;
      this.#spectrum.column(frames.samples, this.#power);
      for (const collector of this.#collectors.values()) collector.column(this.#power);
      frames.advance();
    }
  }

  /** Call after all samples were pushed. @returns [columns × size] values of each feature */
  rows(): Partial<Record<FeatureName, Float32Array>> {
    return Object.fromEntries([...this.#collectors].map(([name, collector]) => [name, collector.rows()]));
  }
}

function mfccRows(sampleRate: number, nFft: number): FeatureCollector {
  const logMel = new LogMel(sampleRate, nFft);
  const levels = new GrowableRows(LOG_MEL_BANDS);
  const floor = new Floor();
  return {
    column(power) {
      const at = levels.next();
      logMel.column(power, levels.values, at);
      floor.push(levels.values, at, at + LOG_MEL_BANDS);
    },
    rows() {
      const mfcc = new Mfcc();
      const out = new Float32Array(levels.count * MFCC_SIZE);
      for (let row = 0; row < levels.count; row++) mfcc.column(levels.values, row * LOG_MEL_BANDS, floor.db, out, row * MFCC_SIZE);
      return out;
    },
  };
}

function chromaRows(sampleRate: number, nFft: number): FeatureCollector {
  const chroma = new Chroma(sampleRate, nFft);
  const out = new GrowableRows(CHROMA_SIZE);
  return {
    column(power) {
      const at = out.next();
      chroma.column(power, out.values, at);
    },
    rows: () => out.all(),
  };
}

function contrastRows(sampleRate: number, nFft: number): FeatureCollector {
  const contrast = new Contrast(sampleRate, nFft);
  const magnitude = new Float64Array(nFft / 2 + 1);
  const peaks = new GrowableRows(CONTRAST_SIZE);
  const valleys = new GrowableRows(CONTRAST_SIZE);
  return {
    column(power) {
      magnitudes(power, magnitude);
      const at = peaks.next();
      valleys.next();
      contrast.column(magnitude, peaks.values, valleys.values, at);
    },
    rows: () => contrastOf(peaks.all(), valleys.all()),
  };
}
