/**
 * Reads live HLS (RFC 8216) as one byte stream: reloads the playlist at the intervals of the standard
 * and fetches new segments in order, with backpressure from the reader.
 */
import { createDecipheriv } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from '../../network/guard/guard.js';
import type { Cookies } from './cookies.js';
import { fetchAnswer, ConnectionPool, type Answer } from './fetch.js';
import { chosenVariant, readMediaPlaylist, type HlsSegment, type MediaPlaylist, type Resource } from './hls-playlist.js';
import { SourceFault } from './source-event.js';
import { decodeText } from './text-encoding.js';

/** The encoding or the timestamps change here, so a new decoder is needed. */
export const DISCONTINUITY = Symbol('discontinuity');

/** Enough for several days of segments. */
export const MAX_PLAYLIST_BYTES = 4 * 1024 * 1024;
const KEY_BYTES = 16;
/** An initialization section has only headers, no audio. */
const MAX_MAP_BYTES = 1024 * 1024;
/** Limit of nested multivariant playlists, which are not valid HLS. */
const MAX_LISTS = 3;
/** Target durations between the start in a live playlist and its end (section 6.3.3); also the stall time. */
const START_TARGETS = 3;
/** Failed segments and reloads are skipped, up to so many in a row. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface HlsOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly guard: Guard;
  /** Cookies of the connection: CDNs allow segments by one that came with the playlist. */
  readonly cookies?: Cookies;
  /** @throws when the signal aborts */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Monotonic clock for the reload interval, ms. */
  readonly now?: () => number;
}

export class HlsStream {
  readonly #options: HlsOptions;
  readonly #url: URL;
  readonly #connections: ConnectionPool;
  #playlist: MediaPlaylist;
  #loadedAtMs: number;
  #hasChanged = true;
  #failuresInARow = 0;
  #failure: unknown;
  #next: number;
  /** The initialization section that the decoder got last. */
  #map: Resource | undefined;
  #hasBegun = false;
  #key: { readonly href: string; readonly bytes: Uint8Array } | undefined;

  private constructor(url: URL, playlist: MediaPlaylist, connections: ConnectionPool, options: HlsOptions) {
    this.#url = url;
    this.#playlist = playlist;
    this.#connections = connections;
    this.#options = options;
    this.#loadedAtMs = this.#now();
    this.#next = firstNumber(playlist);
  }

  /**
   * @param text the playlist at `url`, multivariant or media
   * @throws SourceFault
   */
  static async open(text: string, url: URL, options: HlsOptions): Promise<HlsStream> {
    const connections = new ConnectionPool(options.guard);
    try {
      for (let lists = 0; lists < MAX_LISTS; lists += 1) {
        const variant = chosenVariant(text, url);
        if (!variant) return new HlsStream(url, readMediaPlaylist(text, url), connections, options);
        const answer = await fetchAnswer(variant, { ...options, pool: connections });
        text = decodeText(await answer.whole(MAX_PLAYLIST_BYTES));
        url = answer.url;
      }
      throw new SourceFault(`The HLS playlist has more than ${MAX_LISTS - 1} nested lists of variants.`);
    } catch (error) {
      connections.close();
      throw error;
    }
  }

  /** Normal time without bytes, ms. */
  get stallAfterMs(): number {
    return START_TARGETS * this.#playlist.targetMs;
  }

  /**
   * The segments' bytes until the stream ends; can be iterated once.
   * @throws SourceFault
   */
  async* bytes(): AsyncGenerator<Uint8Array | typeof DISCONTINUITY, void, void> {
    try {
      for (;;) {
        const segment = this.#playlist.segments.find(({ number }) => number >= this.#next);
        if (segment) {
          yield* this.#segment(segment);
          if (this.#msToReload() <= 0) await this.#reload();
        } else if (this.#playlist.hasEnded) {
          if (this.#failure) throw this.#failure;
          return;
        } else {
          await (this.#options.wait ?? wait)(Math.max(0, this.#msToReload()), this.#options.signal);
          await this.#reload();
        }
      }
    } finally {
      this.#connections.close();
    }
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))();
  }

  /** Time to the next reload: the target duration after a changed playlist, half of it after an unchanged one (section 6.3.4). */
  #msToReload(): number {
    if (this.#playlist.hasEnded) return Infinity;
    return this.#loadedAtMs + this.#playlist.targetMs * (this.#hasChanged ? 1 : 0.5) - this.#now();
  }

  async #reload(): Promise<void> {
    this.#loadedAtMs = this.#now();
    const before = lastNumber(this.#playlist);
    try {
      const answer = await this.#fetch({ url: this.#url });
      this.#playlist = readMediaPlaylist(decodeText(await answer.whole(MAX_PLAYLIST_BYTES)), answer.url);
      this.#succeed();
    } catch (error) {
      this.#hasChanged = false;
      this.#fail(error);
      return;
    }
    const last = lastNumber(this.#playlist);
    this.#hasChanged = last !== before;
    // The server restarted and its numbers began again: start as at first.
    if (last < this.#next - 1) this.#next = firstNumber(this.#playlist);
  }

  async* #segment(segment: HlsSegment): AsyncGenerator<Uint8Array | typeof DISCONTINUITY, void, void> {
    const { number, map, key, isDiscontinuous } = segment;
    this.#next = number + 1;
    try {
      if (!this.#hasBegun || isDiscontinuous || !isSame(map, this.#map)) {
        const start = map && await (await this.#fetch(map)).whole(MAX_MAP_BYTES);
        if (this.#hasBegun) yield DISCONTINUITY;
        if (start) yield start;
        this.#map = map;
        this.#hasBegun = true;
      }
      const secret = key && await this.#keyAt(key.url);
      const bytes = (await this.#fetch(segment)).bytes();
      yield* secret ? decrypt(bytes, secret, key.iv) : bytes;
      this.#succeed();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The key at this address; the last one is cached, since keys rarely change. */
  async #keyAt(url: URL): Promise<Uint8Array> {
    if (this.#key?.href !== url.href) {
      const bytes = await (await this.#fetch({ url })).whole(KEY_BYTES);
      if (bytes.length !== KEY_BYTES) throw new SourceFault(`The HLS stream's key has ${bytes.length} bytes; AES-128 needs ${KEY_BYTES}.`);
      this.#key = { href: url.href, bytes };
    }
    return this.#key.bytes;
  }

  #fetch({ url, range }: Resource): Promise<Answer> {
    return fetchAnswer(url, { ...this.#options, pool: this.#connections, ...(range && { range }) });
  }

  #succeed(): void {
    this.#failuresInARow = 0;
    this.#failure = undefined;
  }

  #fail(error: unknown): void {
    this.#failuresInARow += 1;
    this.#failure = error;
    if (this.#options.signal.aborted || this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
  }
}

/** Number of the segment to start with: the last one far enough from the end if live, else the first. */
function firstNumber({ segments, targetMs, hasEnded }: MediaPlaylist): number {
  let toEndMs = 0;
  const far = hasEnded ? undefined : segments.findLast(({ durationMs }) => {
    toEndMs += durationMs;
    return toEndMs >= START_TARGETS * targetMs;
  });
  return (far ?? segments[0])?.number ?? 0;
}

function lastNumber({ segments }: MediaPlaylist): number {
  return segments.at(-1)?.number ?? -1;
}

function isSame(a: Resource | undefined, b: Resource | undefined): boolean {
  return a?.url.href === b?.url.href && a?.range?.offset === b?.range?.offset && a?.range?.length === b?.range?.length;
}

async function* decrypt(input: AsyncIterable<Uint8Array>, key: Uint8Array, iv: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  for await (const bytes of input) yield decipher.update(bytes);
  try {
    yield decipher.final();
  } catch {
    throw new SourceFault('A segment of the HLS stream could not be decrypted: the key is wrong or the end is missing.');
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
