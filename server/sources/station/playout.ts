/**
 * Decoded sound at about the pace of real time, however lumpy it comes: radio servers send a burst
 * first, HLS comes by the segment. What waits, waits in FFmpeg and before it.
 */
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import type { Readable } from 'node:stream';
import { pace } from '../pace.js';
import { BYTES_PER_MS } from './decoder.js';

/** A little faster than real: a backlog shrinks, and a clock that is off never makes us a slow client. */
export const SPEED = 1.01;
const CHUNK_MS = 100;
/** At once at the start, so that a first answer comes soon. */
export const AT_ONCE_MS = 2500;
/** The most that is made up for when sound comes after a gap: the rest of the gap stays a backlog, which the next gap can take. */
const CATCH_UP_MS = 300;
const SAMPLE_BYTES = 2;

export class Playout {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #ticks: Subscription;
  #creditBytes = wholeSamples(AT_ONCE_MS * BYTES_PER_MS);
  #output: Readable | undefined;

  constructor(emit: (bytes: Uint8Array) => void, scheduler: SchedulerLike = asyncScheduler) {
    this.#emit = emit;
    this.#ticks = pace({ chunkMs: CHUNK_MS / SPEED, catchUpMs: CATCH_UP_MS, scheduler }).subscribe((due) => {
      const most = wholeSamples(CATCH_UP_MS * BYTES_PER_MS);
      if (this.#creditBytes < most) this.#creditBytes = Math.min(most, this.#creditBytes + wholeSamples(due * CHUNK_MS * BYTES_PER_MS));
      this.#take();
    });
  }

  /** Settles when all of `output` was played, or it broke off. One at a time. */
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
    const bytes = wholeSamples(Math.min(this.#creditBytes, output.readableLength));
    // Reading nothing tells an output that is at its end so.
    const read = output.read(bytes) as Uint8Array | null;
    if (!read || read.length === 0) return;
    this.#creditBytes -= read.length;
    // A copy: what the pipe reads into is Node's own, and the subscriber may transfer a chunk.
    this.#emit(new Uint8Array(read));
  }
}

function wholeSamples(bytes: number): number {
  return Math.floor(bytes / SAMPLE_BYTES) * SAMPLE_BYTES;
}
