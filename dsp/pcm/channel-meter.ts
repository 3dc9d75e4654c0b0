/**
 * The level of one channel above 25 Hz, in slices of 5 ms. DC and infrasound are removed without
 * filtering every sample: let m be the mean of a slice and h the output of a 25 Hz high-pass over the
 * sequence of means; the slice's energy is Σ (x - m)² + n h². Deviations from the mean are orthogonal
 * to it, so this is the energy of x - m + h. Tones of 50 Hz and more read within 0.1 dB,
 * 25 Hz reads 3 dB low, 10 Hz 15 dB, 5 Hz 25 dB; DC is gone. The peak is the lowest
 * of three: the highest magnitude of x - m + h, of x minus a slow mean, and of x. m and h are out of
 * phase just above the cutoff, where the first alone reads up to 2.5 dB high.
 */
import { HighPass } from './high-pass.js';
import { ScratchBuffer } from '../scratch-buffer.js';
import { measureSlices, pieceCount, STATISTICS, type MeasureSlices } from './slice-statistics.js';

const SLICES_PER_SECOND = 200;
export const CUTOFF_HZ = 25;
/** Gain of the slow mean: a cutoff of 1 Hz. */
const SLOW_GAIN = 1 - Math.exp((-2 * Math.PI) / SLICES_PER_SECOND);

/** The subtracted offset follows the slow mean in steps of at least this. */
const OFFSET_STEP = 1e-3;

/** Samples per slice: 5 ms, rounded. */
export function sliceLength(sampleRate: number): number {
  return Math.round(sampleRate / SLICES_PER_SECOND);
}

/**
 * Measures the slices of one channel. For each chunk call `measure`, then `add` for each of its pieces
 * in order, and `close` after each piece that completes a slice.
 */
export class ChannelMeter {
  readonly #measureSlices: MeasureSlices;
  readonly #length: number;
  readonly #highPass = new HighPass(CUTOFF_HZ, SLICES_PER_SECOND);
  readonly #statistics = new ScratchBuffer();
  #pieces = this.#statistics.view(0);
  /** The slice in progress. */
  #sum = 0;
  #squares = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #offset = 0;
  #slowMean = 0;
  #slices = 0;
  /** Sum of squares above 25 Hz of the last complete slice. */
  energy = 0;
  /** Highest magnitude above 25 Hz of the last complete slice. */
  peak = 0;

  /** @param length samples of a slice */
  constructor(length: number, measure: MeasureSlices = measureSlices) {
    this.#length = length;
    this.#measureSlices = measure;
  }

  /** @param filled samples of the slice in progress from earlier chunks */
  measure(samples: Float32Array, filled: number): void {
    const first = this.#length - filled;
    if (Math.abs(this.#slowMean - this.#offset) > OFFSET_STEP) this.#moveOffset(Math.fround(this.#slowMean), filled);
    this.#pieces = this.#statistics.view(STATISTICS * pieceCount(samples.length, first, this.#length));
    this.#measureSlices(samples, first, this.#length, this.#offset, this.#pieces);
  }

  /** Adds a piece of the chunk to the slice in progress. */
  add(piece: number): void {
    const at = STATISTICS * piece;
    const pieces = this.#pieces;
    this.#sum += pieces[at]!;
    this.#squares += pieces[at + 1]!;
    this.#lowest = Math.min(this.#lowest, pieces[at + 2]!);
    this.#highest = Math.max(this.#highest, pieces[at + 3]!);
  }

  /** Ends the slice and sets `energy` and `peak`. */
  close(): void {
    const count = this.#length;
    // Digital silence and DC: the sums are of rounded values, whose differences would not cancel.
    const isConstant = this.#lowest === this.#highest;
    const deviation = isConstant ? this.#lowest : this.#sum / count;
    const mean = this.#offset + deviation;
    const passed = this.#highPass.push(mean);
    this.energy = (isConstant ? 0 : Math.max(0, this.#squares - this.#sum * deviation)) + count * passed * passed;
    this.#slowMean += Math.max(SLOW_GAIN, 1 / ++this.#slices) * (mean - this.#slowMean); // a plain mean at first
    // The part of the mean that the high-pass removes.
    const removed = deviation - passed;
    this.peak = Math.max(0, Math.min(
      this.#farthest(removed),
      this.#farthest(this.#slowMean - this.#offset),
      this.#farthest(-this.#offset), // distance from zero: exact without DC, also at the start of a stream
    ));
    this.#sum = 0;
    this.#squares = 0;
    this.#lowest = Infinity;
    this.#highest = -Infinity;
  }

  /** Converts the statistics of the slice in progress to the new offset. */
  #moveOffset(offset: number, filled: number): void {
    const step = offset - this.#offset;
    this.#squares += step * (filled * step - 2 * this.#sum);
    this.#sum -= filled * step;
    this.#lowest -= step;
    this.#highest -= step;
    this.#offset = offset;
  }

  /** The largest distance of the slice's samples from a value. */
  #farthest(from: number): number {
    return Math.max(this.#highest - from, from - this.#lowest);
  }
}
