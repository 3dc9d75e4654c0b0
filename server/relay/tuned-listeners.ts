/** The players that are tuned in, within a limit: each takes an FFmpeg. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { Stations } from '../stations/stations.js';
import { MP3_KBPS } from './encoder.js';
import { TunedListener, type TunedOptions } from './tuned-listener.js';

/** Sound that waits for a slow player, ms; one that is further behind is disconnected, as radio servers do. */
const MAX_BUFFERED_MS = 30_000;

export interface TunedListenersParts {
  readonly stations: Pick<Stations, 'list' | 'get'>;
  readonly settings: Pick<Settings, 'maxTuned'>;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
  /** Instead of `MAX_BUFFERED_MS`. */
  readonly maxBufferedMs?: number;
}

export class TunedListeners {
  readonly #parts: TunedListenersParts;
  readonly #ends = new Set<() => void>();

  constructor(parts: TunedListenersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#ends.size;
  }

  /**
   * The sound from now on, MP3; ends when the player goes or is too slow.
   * @param name of the wish, for the error
   * @throws ProtocolError `too-many-viewers`, or `not-found` while no station plays it; Error without FFmpeg
   */
  listen(name: string, options: TunedOptions): ReadableStream<Uint8Array> {
    const { settings: { maxTuned }, stations, log, scheduler = asyncScheduler, maxBufferedMs = MAX_BUFFERED_MS } = this.#parts;
    if (this.size >= maxTuned) throw new ProtocolError('too-many-viewers', `The limit of ${maxTuned} players that tune in is reached. Try again later.`);
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const end = (): void => {
      this.#ends.delete(close);
      listener.close();
      controller = undefined;
    };
    const close = (): void => {
      const open = controller;
      end();
      open?.close();
    };
    const listener = new TunedListener(options, {
      stations, log, scheduler,
      sound(bytes) {
        if (!controller) return;
        if (controller.desiredSize! <= 0) close();
        else controller.enqueue(bytes);
      },
    });
    if (!listener.start()) throw new ProtocolError('not-found', `No station plays ${name} now. Try again later, or another genre; GET /v1/stations?playing=${encodeURIComponent(name)} lists those that do.`);
    this.#ends.add(close);
    return new ReadableStream<Uint8Array>({
      start: (opened) => { controller = opened; },
      cancel: end,
    }, new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedMs * MP3_KBPS / 8 }));
  }

  /** Ends all streams. */
  close(): void {
    for (const close of [...this.#ends]) close();
  }
}
