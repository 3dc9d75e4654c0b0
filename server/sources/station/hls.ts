/**
 * Live HLS (RFC 8216) as one run of bytes: the playlist is loaded again as its rhythm asks, its new
 * segments are fetched in order and handed on one after the other. Who reads slowly slows it down.
 */
import { createDecipheriv } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchAnswer, ConnectionPool, type Answer } from './fetch.js';
import { chosenVariant, readMediaPlaylist, type HlsSegment, type MediaPlaylist, type Resource } from './hls-playlist.js';
import { textOf } from './icy.js';
import { SourceFault } from './source-event.js';

/** A decoder that was fed before this can't go on after it: another encoding or clock begins. */
export const DISCONTINUITY = Symbol('break');

/** Days of segments fit. */
export const MAX_PLAYLIST_BYTES = 4 * 1024 * 1024;
const KEY_BYTES = 16;
/** A map holds no sound, only how it is written. */
const MAX_MAP_BYTES = 1024 * 1024;
/** A variant that is itself a list of variants is a mistake, or a trick. */
const MAX_LISTS = 3;
/** Where in a live playlist to begin, counted from its end (section 6.3.3), and what is a stall. */
const START_TARGETS = 3;
/** One segment or one load of the playlist that fails is skipped; so many in a row are a failure. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface HlsOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** @throws when the signal aborts */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** For waits between loads of the playlist, ms. */
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
  /** What the decoder was told last of how segments are written. */
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
   * @param text of the playlist at `url`, of variants or of segments
   * @throws SourceFault
   */
  static async open(text: string, url: URL, options: HlsOptions): Promise<HlsStream> {
    const connections = new ConnectionPool();
    try {
      for (let lists = 0; lists < MAX_LISTS; lists += 1) {
        const variant = chosenVariant(text, url);
        if (!variant) return new HlsStream(url, readMediaPlaylist(text, url), connections, options);
        const answer = await fetchAnswer(variant, { ...options, kept: connections });
        text = textOf(await answer.whole(MAX_PLAYLIST_BYTES));
        url = answer.url;
      }
      throw new SourceFault(`The HLS playlist leads to another list of variants, ${MAX_LISTS} times over.`);
    } catch (error) {
      connections.close();
      throw error;
    }
  }

  /** Time without bytes that is usual, ms. */
  get stallAfterMs(): number {
    return START_TARGETS * this.#playlist.targetMs;
  }

  /**
   * The segments' bytes, once, until the stream ends.
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

  /** The target duration after a load that brought news, half of it after one that didn't (section 6.3.4). */
  #msToReload(): number {
    if (this.#playlist.hasEnded) return Infinity;
    return this.#loadedAtMs + this.#playlist.targetMs * (this.#hasChanged ? 1 : 0.5) - this.#now();
  }

  async #reload(): Promise<void> {
    this.#loadedAtMs = this.#now();
    const before = lastNumber(this.#playlist);
    try {
      const answer = await this.#fetch({ url: this.#url });
      this.#playlist = readMediaPlaylist(textOf(await answer.whole(MAX_PLAYLIST_BYTES)), answer.url);
      this.#succeed();
    } catch (error) {
      this.#hasChanged = false;
      this.#fail(error);
      return;
    }
    const last = lastNumber(this.#playlist);
    this.#hasChanged = last !== before;
    // Counted anew by a server that was started again: begin again as at first.
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
      yield* secret ? decrypted(bytes, secret, key.iv) : bytes;
      this.#succeed();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Keys stay the same for long: the last one is kept. */
  async #keyAt(url: URL): Promise<Uint8Array> {
    if (this.#key?.href !== url.href) {
      const bytes = await (await this.#fetch({ url })).whole(KEY_BYTES);
      if (bytes.length !== KEY_BYTES) throw new SourceFault(`The HLS stream's key has ${bytes.length} bytes; AES-128 takes ${KEY_BYTES}.`);
      this.#key = { href: url.href, bytes };
    }
    return this.#key.bytes;
  }

  #fetch({ url, range }: Resource): Promise<Answer> {
    return fetchAnswer(url, { ...this.#options, kept: this.#connections, ...(range && { range }) });
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

/** The last segment that begins far enough from the end of a live playlist; the first of one that has ended. */
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

async function* decrypted(input: AsyncIterable<Uint8Array>, key: Uint8Array, iv: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  for await (const bytes of input) yield decipher.update(bytes);
  try {
    yield decipher.final();
  } catch {
    throw new SourceFault('A segment of the HLS stream could not be decrypted: its key or its end is wrong.');
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
