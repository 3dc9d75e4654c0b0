/**
 * Groups the samples of a stream into blocks: the mel columns of one network step, with the block's
 * level, its arrival time and, on request, data to draw it. Block ends are fixed sample counts, so
 * the blocks don't depend on how the sound is cut into chunks.
 */
import { Envelope } from '../../dsp/pcm/envelope.js';
import type { BlockLevels } from '../../dsp/pcm/block-levels.js';
import { encodeLevels } from '../../dsp/mel/level-bytes.js';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { Normaliser } from '../../dsp/mel/normalise.js';
import type { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { toDecibels } from '../../dsp/mel/decibels.simd.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { blockMs, type Manifest } from '../../models/manifest.js';
import { Silence, type Loudness, type SilenceSettings } from './silence.js';

/** Mono samples at the front end's rate, with their arrival time and byte position. */
export interface SampleChunk {
  /** A view that is valid until the next chunk. */
  readonly samples: Float32Array;
  /** Arrival of the last of their bytes, ms on the server's clock. */
  readonly arrivedAtMs: number;
  /** Bytes of the stream so far, including these. */
  readonly endBytes: number;
}

/** Some mel columns with the measurements of the same samples. */
export interface MelBlock {
  /** [columns × bands] mel power levels, dB; the stream's next block may overwrite them. */
  readonly cells: Float32Array;
  /** The block length of the model; the last block of a stream may have fewer. */
  readonly columns: number;
  /** Stream time at the end, ms. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly rmsDb: number;
  readonly peakDb: number;
  readonly arrivedAtMs: number;
  readonly endBytes: number;
  /** Some of its sound was too late to be processed: `cells` is not valid. */
  readonly isLate: boolean;
  readonly picture?: Picture | undefined;
}

/** The spectrogram and waveform of a block, as dashboards draw them. */
export interface Picture {
  /** [columns × bands] encoded levels. */
  readonly levels: Uint8Array;
  /** [points × 2] lowest and highest sample, × 127. */
  readonly peaks: Int8Array;
}

/** A block ready for the network. */
export interface Block extends MelBlock {
  /** [columns × bands] normalised levels; the next block of any stream may overwrite them. */
  readonly input: Float32Array;
  readonly loudness: Loudness;
  /** First block after a long silence: the network's state and the smoothing are reset before it. */
  readonly resetsState: boolean;
}

export const PICTURE_POINTS = 32;

/** Stream time of the end of block `index`, seconds: the last sample of its last column's window. */
export function blockEndS({ frontEnd: { hop, nFft, sampleRate }, blockColumns }: Pick<Manifest, 'frontEnd' | 'blockColumns'>, index: number): number {
  return (hop * ((index + 1) * blockColumns - 1) + nFft) / sampleRate;
}

/** Groups the mel columns of one stream into blocks. */
export class BlockColumns {
  readonly #frontEnd: FrontEnd;
  readonly #blockColumns: number;
  readonly #fromMs: number;
  readonly #mel: MelColumns;
  readonly #levels: BlockLevels;
  readonly #envelope: Envelope | undefined;
  readonly #cells: Float32Array;
  #column = 0;
  #isLate = false;
  #samples = 0;
  #columnsDone = 0;
  #arrivedAtMs = 0;
  #endBytes = 0;

  /**
   * @param levels the levels of the same sound, measured before downmix and resampling
   * @param fromMs stream time of the first sample
   * @param picture whether blocks carry a `picture`
   */
  constructor(frontEnd: FrontEnd, blockColumns: number, levels: BlockLevels, { fromMs = 0, picture = false } = {}) {
    this.#frontEnd = frontEnd;
    this.#blockColumns = blockColumns;
    this.#levels = levels;
    this.#fromMs = fromMs;
    this.#mel = new MelColumns(frontEnd, simdColumnTransform(frontEnd));
    this.#cells = new Float32Array(blockColumns * frontEnd.bands);
    // Rounded up if the block length is not a multiple: the last point may be missing, but no samples accumulate.
    if (picture) this.#envelope = new Envelope(Math.ceil((blockColumns * frontEnd.hop) / PICTURE_POINTS));
  }

  /** Stream time of all sound so far, scored or not, ms. */
  get durationMs(): number {
    return this.#fromMs + (1000 * this.#samples) / this.#frontEnd.sampleRate;
  }

  /**
   * Cost: one mel column per hop (1,920 samples with the shipped model).
   * @param isLate skip the mel columns; the block is marked late
   */
  push({ samples, arrivedAtMs, endBytes }: SampleChunk, onBlock: (block: MelBlock) => void, isLate = false): void {
    this.#arrivedAtMs = arrivedAtMs;
    this.#endBytes = endBytes;
    let from = 0;
    while (from < samples.length) {
      const to = Math.min(samples.length, from + this.#samplesToBlockEnd());
      const part = from === 0 && to === samples.length ? samples : samples.subarray(from, to);
      this.#updateEnvelope(part);
      if (isLate) this.#skip(part);
      else this.#mel.push(part, this.#addColumn);
      this.#samples += part.length;
      from = to;
      if (this.#column === this.#blockColumns) onBlock(this.#finish());
    }
  }

  /** End of the stream: emits the columns of an unfinished block as a shorter one. */
  flush(onBlock: (block: MelBlock) => void): void {
    if (this.#column > 0) onBlock(this.#finish());
  }

  /** A block ends with the last sample of its last column's window. */
  #samplesToBlockEnd(): number {
    const { hop, nFft } = this.#frontEnd;
    return hop * (this.#columnsDone + this.#blockColumns - 1) + nFft - this.#samples;
  }

  readonly #addColumn = (power: Float32Array): void => {
    this.#cells.set(power, this.#column * this.#frontEnd.bands);
    this.#column++;
  };

  #skip(samples: Float32Array): void {
    this.#isLate = true;
    this.#column += this.#mel.skip(samples);
  }

  /** The envelope covers one block length up to the block's end; the window overlap before the first block is skipped. */
  #updateEnvelope(samples: Float32Array): void {
    if (!this.#envelope) return;
    const skip = Math.max(0, this.#frontEnd.nFft - this.#frontEnd.hop - this.#samples);
    if (skip < samples.length) this.#envelope.push(skip > 0 ? samples.subarray(skip) : samples);
  }

  #finish(): MelBlock {
    const { bands, hop, sampleRate } = this.#frontEnd;
    const columns = this.#column;
    const cells = columns === this.#blockColumns ? this.#cells : this.#cells.subarray(0, columns * bands);
    toDecibels(cells);
    const { rmsDb, peakDb } = this.#levels.take();
    const isLate = this.#isLate;
    this.#isLate = false;
    this.#columnsDone += columns;
    this.#column = 0;
    return {
      cells,
      columns,
      atMs: this.#fromMs + (1000 * hop * this.#columnsDone) / sampleRate,
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

/** Normalises blocks and detects silence; the normaliser is reset after a long silence. */
export class BlockNormaliser {
  readonly #bands: number;
  readonly #normaliser: Normaliser;
  readonly #silence: Silence;
  readonly #scratch: ScratchBuffer;

  /** @param scratch for the input; may be shared with other streams */
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
    // No spread: with this many fields V8 gives an object with slow property access.
    const { cells, columns, atMs, durationMs, rmsDb, peakDb, arrivedAtMs, endBytes, isLate, picture } = block;
    return { cells, columns, atMs, durationMs, rmsDb, peakDb, arrivedAtMs, endBytes, isLate, picture, input, loudness, resetsState };
  }
}
