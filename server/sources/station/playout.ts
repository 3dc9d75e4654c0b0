/**
 * Plays decoded audio at about real-time pace, although it arrives in bursts: radio servers send one
 * at the start, and HLS sends whole segments. The backlog stays in FFmpeg's buffers and before them.
 */
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import type { Readable } from 'node:stream';
import { pace } from '../pace.js';
import { BYTES_PER_MS, FRAME_BYTES, WRITE_MS } from './decoder.js';

/** Slightly faster than real time, so a backlog shrinks, and a clock difference does not make us a slow client. */
export const SPEED = 1.01;
/** Audio played at once at the start, so that the first prediction comes soon. */
export const AT_ONCE_MS = 2500;
/** Longest time caught up after a gap; the rest of the gap stays as backlog, which bridges the next gap. */
const CATCH_UP_MS = 2 * WRITE_MS;

export class Playout {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #ticks: Subscription;
  #creditBytes = wholeFrames(AT_ONCE_MS * BYTES_PER_MS);
  #output: Readable | undefined;

  /** @param onTick called at each tick of its clock, whether or not there is something to play */
  constructor(emit: (bytes: Uint8Array) => void, { scheduler = asyncScheduler, onTick = () => {} }: { readonly scheduler?: SchedulerLike; readonly onTick?: () => void } = {}) {
    this.#emit = emit;
    this.#ticks = pace({ chunkMs: WRITE_MS / SPEED, catchUpMs: CATCH_UP_MS, scheduler }).subscribe((due) => {
      const most = wholeFrames(CATCH_UP_MS * BYTES_PER_MS);
      if (this.#creditBytes < most) this.#creditBytes = Math.min(most, this.#creditBytes + wholeFrames(due * WRITE_MS * BYTES_PER_MS));
      onTick();
      this.#take();
    });
  }

  /** Settles when all of `output` has been played or it was closed. One output at a time. */
  async play(output: Readable): Promise<void> {
    this.#output = output;
    const take = (): void => this.#take();
    await new Promise<void>((resolve) => {
      output.on('readable', take).once('end', resolve).once('close', resolve);
      take();
    });
    output.removeListener('readable', take);
    this.#output = undefined;
  }

  close(): void {
    this.#ticks.unsubscribe();
    this.#output = undefined;
  }

  #take(): void {
    const output = this.#output;
    if (!output || output.destroyed) return;
    const bytes = wholeFrames(Math.min(this.#creditBytes, output.readableLength));
    // A read of 0 bytes lets a stream at its end emit `end`.
    const read = output.read(bytes) as Uint8Array | null;
    if (!read || read.length === 0) return;
    this.#creditBytes -= read.length;
    // Copied because Node reuses the buffer, and the subscriber may transfer the chunk.
    this.#emit(new Uint8Array(read));
  }
}

function wholeFrames(bytes: number): number {
  return Math.floor(bytes / FRAME_BYTES) * FRAME_BYTES;
}
