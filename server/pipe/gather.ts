/**
 * Collects the PCM chunks of a stream until they complete a block, so that the stages after it run once a
 * block: a chunk of 100 ms costs them nearly as much as four. Nothing is late by that, since a block is
 * scored when it is complete. Opus packets are decoded one by one and pass as they come.
 */
import { sampleBytes } from '../../dsp/pcm/pcm-encoding.js';
import { blockMs, type Manifest } from '../../models/manifest.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { Chunk, Progress } from './progress.js';

/** Tolerance for rounding, less than a chunk. */
const NEARLY_MS = 0.1;

export class Gatherer {
  readonly #progress: Progress;
  readonly #frameBytes: number;
  readonly #framesPerMs: number;
  readonly #fromMs: number;
  /** From the end of a block in `progress` to the stream time at which the next one is complete. */
  readonly #toNextEndMs: number;
  /** Whether a block ends with a frame; a resampler needs some more. */
  readonly #isExact: boolean;
  readonly #blockBytes: number;
  #receivedBytes = 0;
  /** Chunks that wait are copied: each is a view of a message that holds those of many streams. */
  #held = new Uint8Array(0);
  #length = 0;
  #arrivedAtMs = 0;

  /** @param progress read for the newest complete block; its `bytes` are counted here */
  constructor({ encoding, sampleRate, channels }: AudioFormat, model: Manifest, progress: Progress) {
    const { hop, nFft, sampleRate: rate } = model.frontEnd;
    this.#progress = progress;
    this.#fromMs = progress.receivedMs;
    this.#frameBytes = channels * sampleBytes(encoding);
    this.#framesPerMs = sampleRate / 1000;
    this.#toNextEndMs = blockMs(model) + (1000 * (nFft - hop)) / rate;
    this.#isExact = sampleRate === rate;
    this.#blockBytes = model.blockColumns * hop * this.#frameBytes;
  }

  /** Hands on what has come once it completes a block; at once while a resampler still holds the block's last samples. */
  push(chunk: Chunk, emit: (chunk: Chunk) => void): void {
    const { bytes, arrivedAtMs } = chunk;
    this.#progress.bytes += bytes.length;
    this.#receivedBytes += bytes.length;
    this.#arrivedAtMs = arrivedAtMs;
    const endFrames = (this.#progress.blockedMs + this.#toNextEndMs - this.#fromMs) * this.#framesPerMs;
    const beyondBytes = this.#receivedBytes - Math.round(endFrames) * this.#frameBytes;
    const isComplete = beyondBytes > -NEARLY_MS * this.#framesPerMs * this.#frameBytes;
    if (isComplete && this.#length === 0) return emit(chunk);
    this.#hold(bytes);
    if (!isComplete) return;
    // Nothing waits of a message with another complete block in it.
    const waits = this.#isExact && beyondBytes > 0 && beyondBytes < this.#blockBytes;
    this.#emit(waits ? this.#length - beyondBytes : this.#length, emit);
  }

  flush(emit: (chunk: Chunk) => void): void {
    if (this.#length > 0) this.#emit(this.#length, emit);
  }

  /** The rest begins the next block. */
  #emit(length: number, emit: (chunk: Chunk) => void): void {
    emit({ bytes: this.#held.subarray(0, length), arrivedAtMs: this.#arrivedAtMs });
    this.#held.copyWithin(0, length, this.#length);
    this.#length -= length;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(length + Math.ceil(this.#toNextEndMs * this.#framesPerMs) * this.#frameBytes);
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }
}
