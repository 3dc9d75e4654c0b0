/**
 * Downmix to the mono signal that the network gets: the mean of the channels, as in librosa's `to_mono`;
 * where the channels cancel in the mean (opposite polarity, as from a miswired cable), the loudest
 * channel alone. Also measures the levels of the channels.
 *
 * Cancellation is decided per slice, from exponential averages (100 ms) of the energies of the
 * channels and of their mean up to that slice. The mean of n independent channels has 1/n of their
 * energy. Channels cancel below a tenth of that, until it is above a fifth (hysteresis). Switches are
 * cross-faded over one slice of 5 ms.
 */
import { ScratchBuffer } from '../scratch-buffer.js';
import type { BlockLevels } from './block-levels.js';
import { ChannelMeter, sliceLength } from './channel-meter.js';
import { measureSlices, type MeasureSlices } from './slice-statistics.js';

const AVERAGE_SLICES = 20;
const CANCELLED_BELOW = 0.1;
const MIXED_ABOVE = 0.2;
/** Below this mean square, -90 dBFS, the decision is kept. */
const QUIET = 1e-9;
/** Another channel replaces the current one when its energy is this many times higher: 3 dB. */
const LOUDER = 2;

export class Downmixer {
  readonly #sampleRate: number;
  readonly #sliceLength: number;
  readonly #meters: readonly ChannelMeter[];
  readonly #mixMeter: ChannelMeter;
  readonly #levels: BlockLevels | undefined;
  readonly #scratch: ScratchBuffer;
  /** Exponential averages of the mean squares of the channels, and of their mean. */
  readonly #energies: Float64Array;
  #mixEnergy = 0;
  #slices = 0;
  /** Samples in the slice in progress. */
  #filled = 0;
  #samples = 0;
  /** The channel used alone; undefined while channels are mixed. */
  #single: number | undefined;
  /** The same for the previous slice. */
  #before: number | undefined;

  /**
   * @param levels receives the levels of the channels; not measured without
   * @param scratch for the result; may be shared if each result is consumed before the next call
   */
  constructor(sampleRate: number, channels: number, levels?: BlockLevels, scratch = new ScratchBuffer(), measure: MeasureSlices = measureSlices) {
    this.#sampleRate = sampleRate;
    this.#sliceLength = sliceLength(sampleRate);
    this.#meters = Array.from({ length: channels }, () => new ChannelMeter(this.#sliceLength, measure));
    this.#mixMeter = new ChannelMeter(this.#sliceLength, measure);
    this.#levels = levels;
    this.#scratch = scratch;
    this.#energies = new Float64Array(channels);
  }

  /**
   * @param channels of equal length; not modified
   * @returns mono: the channel itself if there is one, else a view, valid until the next call of a
   *   downmixer with the same scratch buffer
   */
  push(channels: readonly Float32Array[]): Float32Array {
    const [first] = channels as [Float32Array];
    const isMono = channels.length === 1;
    if (isMono && !this.#levels) return first;
    for (let channel = 0; channel < channels.length; channel++) this.#meters[channel]!.measure(channels[channel]!, this.#filled);
    let mono = first;
    if (!isMono) {
      mono = this.#scratch.view(first.length);
      mean(channels, mono);
      this.#mixMeter.measure(mono, this.#filled);
    }
    for (let from = 0, piece = 0; from < first.length; piece++) {
      const to = Math.min(first.length, from + this.#sliceLength - this.#filled);
      for (const meter of this.#meters) meter.add(piece);
      if (!isMono) {
        this.#mixMeter.add(piece);
        this.#replace(channels, mono, from, to);
      }
      this.#filled += to - from;
      if (this.#filled === this.#sliceLength) this.#close();
      from = to;
    }
    return mono;
  }

  #close(): void {
    const count = this.#sliceLength;
    this.#filled = 0;
    this.#samples += count;
    const bin = this.#levels?.binAt(this.#samples / this.#sampleRate);
    const gain = Math.max(1 / AVERAGE_SLICES, 1 / ++this.#slices);
    for (let channel = 0; channel < this.#meters.length; channel++) {
      const meter = this.#meters[channel]!;
      meter.close();
      this.#energies[channel] = this.#energies[channel]! + gain * (meter.energy / count - this.#energies[channel]!);
      if (!bin) continue;
      bin.energies[channel] = bin.energies[channel]! + meter.energy;
      if (meter.peak > bin.peak) bin.peak = meter.peak;
    }
    if (bin) bin.samples += count;
    if (this.#meters.length === 1) return;
    this.#mixMeter.close();
    this.#mixEnergy += gain * (this.#mixMeter.energy / count - this.#mixEnergy);
    this.#before = this.#single;
    this.#single = this.#choose();
  }

  #choose(): number | undefined {
    const energies = this.#energies;
    let sum = 0;
    let loudest = 0;
    for (let channel = 0; channel < energies.length; channel++) {
      sum += energies[channel]!;
      if (energies[channel]! > energies[loudest]!) loudest = channel;
    }
    if (sum < QUIET) return this.#single;
    // Energy of the mean of independent channels.
    const independent = sum / energies.length ** 2;
    if (this.#mixEnergy > (this.#single === undefined ? CANCELLED_BELOW : MIXED_ABOVE) * independent) return undefined;
    return this.#single !== undefined && energies[loudest]! < LOUDER * energies[this.#single]! ? this.#single : loudest;
  }

  /** Replaces the mean by the channel used alone, with a cross-fade if that changed with this slice. */
  #replace(channels: readonly Float32Array[], mono: Float32Array, from: number, to: number): void {
    if (this.#single === undefined && this.#before === undefined) return;
    const now = this.#single === undefined ? mono : channels[this.#single]!;
    if (this.#single === this.#before) return mono.set(now.subarray(from, to), from);
    const before = this.#before === undefined ? mono : channels[this.#before]!;
    for (let at = from; at < to; at++) {
      const share = (this.#filled + at - from + 1) / this.#sliceLength;
      mono[at] = before[at]! + share * (now[at]! - before[at]!);
    }
  }
}

function mean(channels: readonly Float32Array[], out: Float32Array): void {
  const [left, right] = channels as [Float32Array, Float32Array];
  if (channels.length === 2) {
    for (let at = 0; at < out.length; at++) out[at] = (left[at]! + right[at]!) * 0.5;
    return;
  }
  for (let at = 0; at < out.length; at++) {
    let sum = 0;
    for (let channel = 0; channel < channels.length; channel++) sum += channels[channel]![at]!;
    out[at] = sum / channels.length;
  }
}
