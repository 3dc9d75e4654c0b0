/**
 * A causal tempogram for live streams: for each mel column the autocorrelation of the last 8.9 s of
 * onset strength up to the column's end, with silence before the start, sampled at 48 tempi, 12 per
 * octave from 30 beats per minute. Onset strength has its own, finer hop, and its floor is 80 dB
 * below the loudest cell so far.
 */
import { Frames } from '../mel/frames.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';
import { Floor } from './decibels.js';
import { LogMel, LOG_MEL_BANDS } from './log-mel.js';
import { OnsetStrength } from './onset-strength.js';
import { GrowableRows } from './growable-rows.js';
import { bpmOfLag } from './tempo.js';
import { Tempogram } from './tempogram.js';

/** Values in a row. */
export const TEMPI = 48;
const SLOWEST_BPM = 30;
const TEMPI_PER_OCTAVE = 12;
/** Samples from one value of onset strength to the next. */
const ONSET_HOP = 512;

/** Beats per minute of index `tempo` of a row: 30 for the first, 453 for the last. */
export function bpmOfTempo(tempo: number): number {
  return SLOWEST_BPM * 2 ** (tempo / TEMPI_PER_OCTAVE);
}

export class RecentTempogram {
  readonly #sampleRate: number;
  readonly #hop: number;
  readonly #spectrum: PowerSpectrum;
  readonly #frames: Frames;
  readonly #power: Float64Array;
  readonly #logMel: LogMel;
  readonly #levels = new Float64Array(LOG_MEL_BANDS);
  readonly #floor = new Floor();
  readonly #onsets = new OnsetStrength();
  readonly #envelope = new GrowableRows(1);
  #columns = 0;

  /** @param hop samples from one mel column to the next */
  constructor(sampleRate: number, nFft: number, hop: number) {
    this.#sampleRate = sampleRate;
    this.#hop = hop;
    this.#spectrum = new PowerSpectrum(nFft);
    this.#frames = new Frames(nFft, ONSET_HOP);
    this.#power = new Float64Array(this.#spectrum.bins);
    this.#logMel = new LogMel(sampleRate, nFft);
  }

  push(samples: Float32Array): void {
    const frames = this.#frames;
    for (let at = 0; at < samples.length;) {
      at = frames.fill(samples, at);
      if (!frames.isFull) return;
      this.#spectrum.column(frames.samples, this.#power);
      frames.advance();
      this.#logMel.column(this.#power, this.#levels);
      this.#floor.push(this.#levels);
      const row = this.#envelope.next();
      this.#envelope.values[row] = this.#onsets.column(this.#levels, 0, this.#floor.db);
    }
  }

  /** Counts a mel column, which gets a row. */
  column(): void {
    this.#columns += 1;
  }

  /** @returns [columns × 48], 0 to 1: 1 where the sound repeats itself exactly at that tempo */
  rows(): Float32Array {
    const envelope = this.#envelope.all();
    const tempogram = new Tempogram();
    const lagValues = new Float32Array(tempogram.lags);
    const bpmOfOne = bpmOfLag(1, this.#sampleRate, ONSET_HOP);
    const out = new Float32Array(this.#columns * TEMPI);
    for (let column = 0; column < this.#columns; column++) {
      // The newest onset value whose window ends no later than the column's.
      const newest = Math.floor((column * this.#hop) / ONSET_HOP);
      tempogram.column(envelope, newest + 1 - tempogram.lags, lagValues);
      for (let tempo = 0; tempo < TEMPI; tempo++) {
        const lag = bpmOfOne / bpmOfTempo(tempo);
        const low = Math.floor(lag);
        out[column * TEMPI + tempo] = lagValues[low]! + (lag - low) * (lagValues[low + 1]! - lagValues[low]!);
      }
    }
    return out;
  }
}
