/**
 * Samples to blocks: the network's step of some mel columns, with the block's level, when its sound
 * arrived and, if asked for, its picture. Blocks end at sample counts, so any cut of the same sound
 * into chunks gives the same blocks.
 */
import { Envelope } from '../../dsp/pcm/envelope.js';
import { LevelMeter } from '../../dsp/pcm/level-meter.js';
import { encodeLevels } from '../../dsp/mel/level-bytes.js';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { Normaliser } from '../../dsp/mel/normalise.js';
import type { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { toDecibels } from '../../dsp/mel/decibels.simd.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { simdAddSquares } from '../../dsp/pcm/pcm.simd.js';
import { blockMs, type Manifest } from '../../models/manifest.js';
import { Silence, type Loudness, type SilenceSettings } from './silence.js';

/** Mono samples at the front end's rate, and where they came from. */
export interface SampleChunk {
  /** A view that is valid until the next chunk. */
  readonly samples: Float32Array;
  /** When the last of the bytes behind them arrived, ms on the server's clock. */
  readonly arrivedAtMs: number;
  /** Bytes of the stream so far, these included. */
  readonly endBytes: number;
}

/** Some mel columns with what was measured beside them. */
export interface MelBlock {
  /** [columns × bands] levels of mel power, dB; the stream's next block may lie in the same room. */
  readonly cells: Float32Array;
  /** A whole block's number, but for the last of a stream. */
  readonly columns: number;
  /** Stream time at the end, ms. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly rmsDb: number;
  readonly peakDb: number;
  readonly arrivedAtMs: number;
  readonly endBytes: number;
  /** Some of its sound came too late to be looked at: its cells say nothing. */
  readonly isLate: boolean;
  readonly picture?: Picture | undefined;
}

/** What dashboards draw of a block. */
export interface Picture {
  /** [columns × bands] encoded levels. */
  readonly levels: Uint8Array;
  /** [points × 2] lowest and highest sample, × 127. */
  readonly peaks: Int8Array;
}

/** A block as the network takes it. */
export interface Block extends MelBlock {
  /** [columns × bands] normalised levels; the next block's may lie in the same room, whatever its stream. */
  readonly input: Float32Array;
  readonly loudness: Loudness;
  /** After a long silence: the network and the smoothing start afresh with this block. */
  readonly resetsState: boolean;
}

export const PICTURE_POINTS = 32;

/** Gathers the columns of one stream into blocks. */
export class BlockColumns {
  readonly #frontEnd: FrontEnd;
  readonly #blockColumns: number;
  readonly #fromMs: number;
  readonly #mel: MelColumns;
  readonly #meter = new LevelMeter(simdAddSquares);
  readonly #envelope: Envelope | undefined;
  readonly #cells: Float32Array;
  #column = 0;
  #isLate = false;
  #samples = 0;
  #done = 0;
  #arrivedAtMs = 0;
  #endBytes = 0;

  /**
   * @param fromMs stream time of the first sample
   * @param picture whether blocks carry their picture
   */
  constructor(frontEnd: FrontEnd, blockColumns: number, { fromMs = 0, picture = false } = {}) {
    this.#frontEnd = frontEnd;
    this.#blockColumns = blockColumns;
    this.#fromMs = fromMs;
    this.#mel = new MelColumns(frontEnd, simdColumnTransform(frontEnd));
    this.#cells = new Float32Array(blockColumns * frontEnd.bands);
    // Rounded up where a block's length is no multiple: the last point may then be missing, none piles up.
    if (picture) this.#envelope = new Envelope(Math.ceil((blockColumns * frontEnd.hop) / PICTURE_POINTS));
  }

  /** All sound so far, scored or not, ms. */
  get durationMs(): number {
    return this.#fromMs + (1000 * this.#samples) / this.#frontEnd.sampleRate;
  }

  /**
   * Costs one mel column each 1,920 samples.
   * @param isLate only counts the samples: their block says that it is late
   */
  push({ samples, arrivedAtMs, endBytes }: SampleChunk, onBlock: (block: MelBlock) => void, isLate = false): void {
    this.#arrivedAtMs = arrivedAtMs;
    this.#endBytes = endBytes;
    let from = 0;
    while (from < samples.length) {
      const to = Math.min(samples.length, from + this.#samplesToBlockEnd());
      const part = from === 0 && to === samples.length ? samples : samples.subarray(from, to);
      this.#meter.push(part);
      this.#draw(part);
      if (isLate) this.#pass(part);
      else this.#mel.push(part, this.#take);
      this.#samples += part.length;
      from = to;
      if (this.#column === this.#blockColumns) onBlock(this.#finish());
    }
  }

  /** The end of the stream: the columns of an unfinished block make a shorter one. */
  flush(onBlock: (block: MelBlock) => void): void {
    if (this.#column > 0) onBlock(this.#finish());
  }

  /** A block is complete with the last sample under its last column's window. */
  #samplesToBlockEnd(): number {
    const { hop, nFft } = this.#frontEnd;
    return hop * (this.#done + this.#blockColumns - 1) + nFft - this.#samples;
  }

  readonly #take = (power: Float32Array): void => {
    this.#cells.set(power, this.#column * this.#frontEnd.bands);
    this.#column++;
  };

  #pass(samples: Float32Array): void {
    this.#isLate = true;
    this.#column += this.#mel.skip(samples);
  }

  /** The envelope covers a block's length up to its end; what overlaps into the first is left out. */
  #draw(samples: Float32Array): void {
    if (!this.#envelope) return;
    const skip = Math.max(0, this.#frontEnd.nFft - this.#frontEnd.hop - this.#samples);
    if (skip < samples.length) this.#envelope.push(skip > 0 ? samples.subarray(skip) : samples);
  }

  #finish(): MelBlock {
    const { bands, hop, sampleRate } = this.#frontEnd;
    const columns = this.#column;
    const cells = columns === this.#blockColumns ? this.#cells : this.#cells.subarray(0, columns * bands);
    toDecibels(cells);
    const { rmsDb, peakDb } = this.#meter.read();
    const isLate = this.#isLate;
    this.#isLate = false;
    this.#done += columns;
    this.#column = 0;
    return {
      cells,
      columns,
      atMs: this.#fromMs + (1000 * hop * this.#done) / sampleRate,
      durationMs: (1000 * hop * columns) / sampleRate,
      rmsDb,
      peakDb,
      arrivedAtMs: this.#arrivedAtMs,
      endBytes: this.#endBytes,
      isLate,
      picture: this.#envelope && { levels: encoded(cells), peaks: this.#envelope.take(PICTURE_POINTS) },
    };
  }
}

function encoded(levelsDb: Float32Array): Uint8Array {
  const levels = new Uint8Array(levelsDb.length);
  encodeLevels(levelsDb, levels, 0);
  return levels;
}

/** Gives blocks their normalised input and says which are silent; it starts afresh after a long silence. */
export class BlockNormaliser {
  readonly #bands: number;
  readonly #normaliser: Normaliser;
  readonly #silence: Silence;
  readonly #scratch: ScratchBuffer;

  /** @param scratch for the input; may be that of other streams */
  constructor(model: Manifest, silence: SilenceSettings, scratch: ScratchBuffer) {
    this.#bands = model.frontEnd.bands;
    this.#scratch = scratch;
    this.#normaliser = new Normaliser(model.normalisation, this.#bands);
    this.#silence = new Silence(silence, blockMs(model));
  }

  push(block: MelBlock): Block {
    const loudness = this.#silence.push(block.rmsDb);
    const { resetsState } = this.#silence;
    if (resetsState) this.#normaliser.reset();
    const input = this.#scratch.view(block.cells.length);
    for (let offset = 0; !block.isLate && offset < input.length; offset += this.#bands) {
      this.#normaliser.levels(block.cells, input, offset, offset);
    }
    // Spread, an object of so many fields would become a slow one.
    const { cells, columns, atMs, durationMs, rmsDb, peakDb, arrivedAtMs, endBytes, isLate, picture } = block;
    return { cells, columns, atMs, durationMs, rmsDb, peakDb, arrivedAtMs, endBytes, isLate, picture, input, loudness, resetsState };
  }
}
