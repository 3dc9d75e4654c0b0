/**
 * RMS level and peak of each block of a stream, of its loudest channel, from slices of the channels.
 * Slices are assigned to blocks by stream time, so the levels do not depend on how the sound is cut into
 * chunks: a chunk is measured before the blocks that it belongs to are complete.
 */
import { FLOOR_DB, type Level } from './level.js';

/** The slices of one block. */
interface Bin {
  readonly endS: number;
  readonly energies: Float64Array;
  peak: number;
  samples: number;
}

export class BlockLevels {
  readonly #channels: number;
  readonly #endOfBlock: (index: number) => number;
  readonly #bins: Bin[] = [];
  #blocks = 0;
  #last: Level = { rmsDb: FLOOR_DB, peakDb: FLOOR_DB };

  /** @param endOfBlock stream time of a block's end, seconds, by its index from 0 */
  constructor(channels: number, endOfBlock: (index: number) => number) {
    this.#channels = channels;
    this.#endOfBlock = endOfBlock;
  }

  /** The block of a slice that ends at `endS`, seconds; call with increasing times. */
  binAt(endS: number): Bin {
    let bin = this.#bins.at(-1);
    while (!bin || bin.endS < endS) {
      bin = { endS: this.#endOfBlock(this.#blocks++), energies: new Float64Array(this.#channels), peak: 0, samples: 0 };
      this.#bins.push(bin);
    }
    return bin;
  }

  /** The level of the next block; the previous block's level if no slice ended in it. Call once per block. */
  take(): Level {
    const bin = this.#bins.shift();
    if (!bin) this.#blocks++;
    if (!bin || bin.samples === 0) return this.#last;
    const energy = Math.max(...bin.energies);
    return this.#last = { rmsDb: decibels(energy / bin.samples), peakDb: decibels(bin.peak * bin.peak) };
  }
}

/** Clamped to full scale, which floats may exceed. */
function decibels(power: number): number {
  return Math.min(0, Math.max(FLOOR_DB, 10 * Math.log10(power)));
}
