/**
 * Onset strength: the mean rise of the bands since the previous column, which peaks at each note or
 * drum hit. Spectral flux on mel levels in dB (Böck and Widmer 2013 without their maximum filter);
 * `librosa.onset.onset_strength`.
 */
import { Frames } from '../mel/frames.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';
import { Floor } from './decibels.js';
import { LogMel, LOG_MEL_BANDS } from './log-mel.js';

/** The onset strength of one stream, column by column. */
export class OnsetStrength {
  readonly #before = new Float64Array(LOG_MEL_BANDS);
  #isFirst = true;

  /**
   * @param levelsDb [128] from `offset` on, from `LogMel`
   * @param floorDb levels below it are raised to it
   * @returns dB, at least 0; 0 for the first column
   */
  column(levelsDb: Float32Array | Float64Array, offset: number, floorDb: number): number {
    const before = this.#before;
    let sum = 0;
    for (let band = 0; band < LOG_MEL_BANDS; band++) {
      const level = Math.max(levelsDb[offset + band]!, floorDb);
      const rise = level - Math.max(before[band]!, floorDb);
      if (rise > 0) sum += rise;
      before[band] = level;
    }
    if (!this.#isFirst) return sum / LOG_MEL_BANDS;
    this.#isFirst = false;
    return 0;
  }
}

/**
 * The onset strength of a whole recording, value n at sample hop × n. As in librosa, half a window
 * of silence is added before and after, and the values are delayed by half a window.
 * @returns [1 + ⌊samples / hop⌋] dB
 */
export function onsetEnvelope(samples: Float32Array, sampleRate: number, { nFft = 2048, hop = 512 } = {}): Float32Array {
  const columns = 1 + Math.floor(samples.length / hop);
  const levels = new Float32Array(columns * LOG_MEL_BANDS);
  const logMel = new LogMel(sampleRate, nFft);
  const spectrum = new PowerSpectrum(nFft);
  const power = new Float64Array(spectrum.bins);
  const frames = new Frames(nFft, hop);
  const half = new Float32Array(nFft / 2);
  let column = 0;
  for (const part of [half, samples, half]) {
    for (let at = 0; at < part.length;) {
      at = frames.fill(part, at);
      if (!frames.isFull) break;
      spectrum.column(frames.samples, power);
      frames.advance();
      logMel.column(power, levels, column * LOG_MEL_BANDS);
      column += 1;
    }
  }
  const floor = new Floor();
  floor.push(levels);
  const onsets = new OnsetStrength();
  const shift = Math.floor(nFft / (2 * hop));
  const envelope = new Float32Array(columns);
  for (let n = 0; n + shift < columns; n++) envelope[n + shift] = onsets.column(levels, n * LOG_MEL_BANDS, floor.db);
  return envelope;
}
