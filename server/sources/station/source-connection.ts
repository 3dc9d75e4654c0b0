/**
 * One connection to a station, from its address to decoded audio: classifies the answer, follows
 * playlists and feeds FFmpeg. Reconnecting is done in `stations/reconnecting-source.ts`.
 */
import { setMaxListeners } from 'node:events';
import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import type { Guard } from '../../network/guard/guard.js';
import type { Settings } from '../../settings.js';
import { followCodec, type CodecChange } from './codec-change.js';
import { Cookies } from './cookies.js';
import { BYTES_PER_MS, Decoder, type DecoderInput } from './decoder.js';
import { fetchAnswer, networkFault, type Answer } from './fetch.js';
import { detectFormat, DETECTION_BYTES, type FrameFormat } from './detect-format.js';
import { DISCONTINUITY, HlsStream, MAX_PLAYLIST_BYTES } from './hls.js';
import { tellingLine } from '../ffmpeg.js';
import { IcyBody } from './icy.js';
import { JoinedInput } from './joined-input.js';
import { localFile, namedPipe } from './local-file.js';
import { isOgg, OggTitles } from './ogg-titles.js';
import { entriesOf, isHls, kindOf } from './playlist.js';
import { decodeText } from './text-encoding.js';
import { readTitle } from './title.js';
import { Playout } from './playout.js';
import type { SourceFormat } from '../../protocol/messages.js';
import { type DecoderEnd, type SourceEvent, SourceFault, undecodable } from './source-event.js';

/** Limit of playlists that point at playlists, themselves included. */
const MAX_PLAYLIST_DEPTH = 4;
/** Addresses tried per connection. */
const MAX_TRIES = 20;
/** Shortest file that is played in a loop: a shorter one would start FFmpeg all the time. */
const MIN_FILE_MS = 1000;

export interface SourceOptions {
  readonly settings: Pick<Settings, 'stallAfterMs' | 'stationFiles'>;
  readonly guard: Guard;
  /** Clock for the pace of the audio. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Cold. Completes when the audio ends; errors with a `SourceFault`. Unsubscribing closes sockets and
 * ends FFmpeg at once.
 */
export function openSource(url: string, options: SourceOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const connection = new SourceConnection(options, (event) => subscriber.next(event));
    connection.run(new URL(url)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(networkFault(error)),
    );
    return () => connection.stop();
  });
}

type Feed = AsyncIterable<Uint8Array | typeof DISCONTINUITY>;

/** A stream found at an address. */
interface FoundStream {
  readonly about: Pick<SourceFormat, 'contentType' | 'name' | 'bitrateKbps'>;
  readonly feed: Feed;
  readonly stallAfterMs: number;
}

/** A running FFmpeg; `ended` settles when all of its audio has been played, and rejects when it failed. */
interface Decoding {
  readonly decoder: Decoder;
  readonly input: JoinedInput;
  readonly ended: Promise<void>;
  readonly hasAudio: () => boolean;
  /** Of what is written to it, if readers may begin anywhere. */
  readonly format?: FrameFormat | undefined;
}

class SourceConnection {
  readonly #settings: SourceOptions['settings'];
  readonly #guard: Guard;
  readonly #emit: (event: SourceEvent) => void;
  readonly #playout: Playout;
  readonly #scheduler: SchedulerLike;
  readonly #stop = new AbortController();
  readonly #cookies = new Cookies();
  #decoder: Decoder | undefined;
  #input: JoinedInput | undefined;
  #about: FoundStream['about'] = { contentType: '' };
  #tries = 0;
  #title: string | null = null;
  #playedBytes = 0;
  /** Time without bytes that counts as a stall, here also time with bytes in no format. */
  #stallAfterMs: number;

  constructor({ settings, guard, scheduler = asyncScheduler }: SourceOptions, emit: (event: SourceEvent) => void) {
    this.#settings = settings;
    this.#guard = guard;
    this.#emit = emit;
    this.#scheduler = scheduler;
    this.#stallAfterMs = settings.stallAfterMs;
    // The answers of a playlist's entries listen until their sockets have closed.
    setMaxListeners(2 * MAX_TRIES, this.#stop.signal);
    this.#playout = new Playout((bytes) => {
      this.#playedBytes += bytes.length;
      emit({ type: 'audio', bytes });
    }, { scheduler, onTick: () => this.#input?.flush() });
  }

  async run(url: URL): Promise<void> {
    try {
      if (url.protocol === 'file:') return await this.#playLocal(url);
      const { about, feed, stallAfterMs } = await this.#find(url, 0);
      this.#about = about;
      this.#stallAfterMs = Math.max(this.#stallAfterMs, stallAfterMs);
      this.#emit({ type: 'opened', stallAfterMs });
      await this.#play(feed);
    } finally {
      this.stop();
    }
  }

  /** Closes the connection and ends FFmpeg at once. */
  stop(): void {
    this.#stop.abort();
    this.#decoder?.kill();
    this.#playout.close();
  }

  async #find(url: URL, depth: number): Promise<FoundStream> {
    if (++this.#tries > MAX_TRIES) throw new SourceFault(`The playlist leads to more than ${MAX_TRIES} addresses; none has audio.`);
    const options = { signal: this.#stop.signal, timeoutMs: this.#settings.stallAfterMs, guard: this.#guard, cookies: this.#cookies };
    const answer = await fetchAnswer(url, options);
    try {
      const type = answer.contentType;
      const kind = kindOf(type, answer.url.pathname, answer.start);
      if (kind === 'page') throw new SourceFault(`The server answers with a web page (${type || 'HTML'}), not with audio.`);
      if (kind === 'other') throw new SourceFault(`The server answers with ${type}, not with audio.`);
      if (answer.start.length === 0) throw new SourceFault('The server\'s answer is empty (0 bytes).');
      if (kind === 'sound') return this.#radio(answer);
      const body = await answer.whole(MAX_PLAYLIST_BYTES);
      const text = decodeText(body);
      if (!isHls(text)) return await this.#firstOf(entriesOf(kind === 'hls' ? 'm3u' : kind, body, answer.url), depth + 1);
      const hls = await HlsStream.open(text, answer.url, options);
      return { about: { contentType: type }, feed: hls.bytes(), stallAfterMs: hls.stallAfterMs };
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** The first entry of a playlist that answers with audio. */
  async #firstOf(entries: readonly URL[], depth: number): Promise<FoundStream> {
    if (entries.length === 0) throw new SourceFault('The playlist has no http:// or https:// address.');
    if (depth > MAX_PLAYLIST_DEPTH) throw new SourceFault(`The playlist points at another playlist, more than ${MAX_PLAYLIST_DEPTH} levels deep.`);
    let first: unknown;
    for (const entry of entries) {
      try {
        return await this.#find(entry, depth);
      } catch (error) {
        // Try the next entry; if all fail, report the first error.
        if (this.#stop.signal.aborted) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  #radio(answer: Answer): FoundStream {
    const { headers, contentType, start } = answer;
    const interval = Number(headers['icy-metaint'] ?? 0);
    const bitrateKbps = parseInt(String(headers['icy-br'] ?? ''), 10);
    const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1];
    const name = readTitle(Buffer.from(String(headers['icy-name'] ?? ''), 'latin1'), charset);
    return {
      about: { contentType, ...(name !== null && { name }), ...(bitrateKbps > 0 && { bitrateKbps }) },
      feed: interval > 0 ? this.#withoutTitles(answer.bytes(), interval, charset) : isOgg(start) ? this.#withTitles(answer.bytes()) : answer.bytes(),
      stallAfterMs: 0,
    };
  }

  /** Removes the ICY titles from the audio. */
  async* #withoutTitles(bytes: AsyncIterable<Uint8Array>, interval: number, charset?: string): AsyncGenerator<Uint8Array, void, void> {
    const body = new IcyBody(interval, (title) => this.#setTitle(title), charset);
    for await (const part of bytes) yield body.push(part);
  }

  /** Reads the titles of Ogg, which stay part of the stream. */
  async* #withTitles(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    const titles = new OggTitles((title) => this.#setTitle(title));
    for await (const part of bytes) {
      titles.push(part);
      yield part;
    }
  }

  /** Emits a title if it has changed, since servers repeat it. */
  #setTitle(title: string | null): void {
    if (title !== this.#title) this.#emit({ type: 'title', title });
    this.#title = title;
  }

  async #playLocal(url: URL): Promise<void> {
    const { path, isPipe } = await localFile(url, this.#settings.stationFiles);
    this.#emit({ type: 'opened', stallAfterMs: 0 });
    if (isPipe) return this.#play(namedPipe(path, this.#stop.signal));
    // FFmpeg reads the file itself, so no bytes are received here.
    this.#emit({ type: 'paused' });
    while (!this.#stop.signal.aborted) {
      const before = this.#playedBytes;
      await this.#decode({ path }).ended;
      if (this.#playedBytes - before < MIN_FILE_MS * BYTES_PER_MS) throw new SourceFault(`The file has less than ${MIN_FILE_MS / 1000} s of audio.`);
    }
  }

  /** Feeds FFmpeg until the end, with a new process after each discontinuity and each change of the codec. */
  async #play(feed: Feed): Promise<void> {
    let decoding: Decoding | undefined;
    let codec: CodecChange | undefined;
    let lostAtMs: number | undefined;
    /** Bytes buffered until the format can be detected. */
    let start: Uint8Array[] = [];
    const begin = async (): Promise<void> => {
      const bytes = Buffer.concat(start);
      start = [];
      const format = detectFormat(bytes);
      decoding = { ...this.#decode({ format }), format };
      codec = followCodec(bytes);
      await this.#write(decoding, bytes);
    };
    const finish = async (): Promise<void> => {
      if (start.length > 0) await begin();
      decoding?.input.flush();
      decoding?.decoder.finish();
      await decoding?.ended;
      decoding = undefined;
    };
    const collect = async (bytes: Uint8Array): Promise<void> => {
      start.push(bytes);
      if (start.reduce((sum, { length }) => sum + length, 0) >= DETECTION_BYTES) await begin();
    };
    try {
      for await (const bytes of feed) {
        if (bytes === DISCONTINUITY) {
          await finish();
          continue;
        }
        this.#emit({ type: 'received', bytes: bytes.length });
        const changed = decoding && codec?.push(bytes);
        if (changed) {
          // Its last bytes were of the other format, so an error at their end is none of the source's.
          await finish().catch((error: unknown) => {
            if (!decoding?.hasAudio()) throw error;
            decoding = undefined;
          });
          await collect(changed);
        } else if (decoding) {
          lostAtMs = codec?.isOutOfStep ? lostAtMs ?? this.#scheduler.now() : undefined;
          if (lostAtMs !== undefined && this.#scheduler.now() - lostAtMs >= this.#stallAfterMs) throw undecodable(this.#stallAfterMs);
          await this.#write(decoding, bytes);
        } else {
          await collect(bytes);
        }
      }
    } catch (error) {
      // If FFmpeg ended first, that closed the connection, and its error is the cause.
      if (!decoding?.decoder.hasEnded) throw error;
      return await decoding.ended;
    }
    await finish();
  }

  async #write({ decoder, input, format }: Decoding, bytes: Uint8Array): Promise<void> {
    if (format !== undefined) this.#emit({ type: 'encoded', format, bytes });
    if (input.push(bytes)) return;
    this.#emit({ type: 'paused' });
    await decoder.drained();
    this.#emit({ type: 'received', bytes: 0 });
  }

  /** Starts FFmpeg on a file, or on bytes to be written. */
  #decode(input: DecoderInput): Decoding {
    const before = this.#playedBytes;
    const hasAudio = (): boolean => this.#playedBytes > before;
    const decoder = this.#decoder = new Decoder(input, {
      source: (source) => this.#emit({ type: 'source', ...source, ...this.#about }),
      error: (line) => this.#emit({ type: 'decoder-error', line }),
    });
    const joined = this.#input = new JoinedInput(decoder, hasAudio);
    const ended = (async () => {
      await this.#playout.play(decoder.output);
      const end = await decoder.end;
      if (!decoder.isFinished) this.#stop.abort();
      if (end.exitCode !== 0 || !hasAudio()) throw decoderFault(end, hasAudio());
      if (!decoder.isFinished) throw new SourceFault('Bytes arrive, but the decoder has ended: no audio can be decoded from them, probably because the format has changed.', { decoder: end });
    })();
    // Prevents an unhandled rejection; it is awaited later.
    ended.catch(() => {});
    return { decoder, input: joined, ended, hasAudio };
  }
}

function decoderFault(end: DecoderEnd, hasAudio: boolean): SourceFault {
  const cause = tellingLine(end.lines);
  const says = cause === undefined ? '' : ` (${cause})`;
  if (end.signal !== null) return new SourceFault(`The decoder was ended by ${end.signal}.`, { decoder: end });
  if (!hasAudio) return new SourceFault(`FFmpeg finds no audio that it can decode${says}.`, { decoder: end });
  return new SourceFault(`The decoder ended with exit code ${end.exitCode}${says}.`, { decoder: end });
}
