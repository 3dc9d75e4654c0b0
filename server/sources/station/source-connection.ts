/**
 * One connection to a station, from its address to decoded sound: what answers is looked at,
 * playlists are followed, FFmpeg is fed. Keeping it up is for others (`stations/reconnecting-source.ts`).
 */
import { Observable, type SchedulerLike } from 'rxjs';
import type { Settings } from '../../settings.js';
import { BYTES_PER_MS, Decoder, type DecoderInput } from './decoder.js';
import { fetchAnswer, networkFault, type Answer } from './fetch.js';
import { detectFormat, DETECTION_BYTES } from './detect-format.js';
import { DISCONTINUITY, HlsStream, MAX_PLAYLIST_BYTES } from './hls.js';
import { cleanTitle, IcyBody, textOf } from './icy.js';
import { localFile, namedPipe } from './local-file.js';
import { isOgg, OggTitles } from './ogg-titles.js';
import { entriesOf, isHls, kindOf } from './playlist.js';
import { Playout } from './playout.js';
import { SourceFault, type DecoderEnd, type SourceEvent, type SourceFormat } from './source-event.js';

/** A playlist that points at itself, or at a row of others, leads nowhere. */
const MAX_PLAYLIST_DEPTH = 4;
/** Addresses asked before a station is given up for now. */
const MAX_TRIES = 20;
/** A file shorter than this would start FFmpeg over and over. */
const MIN_FILE_MS = 1000;

export interface SourceOptions {
  readonly settings: Pick<Settings, 'stallAfterMs' | 'stationFiles'>;
  /** Whose clock paces the sound. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Cold. Completes when the sound ends; errors with a `SourceFault`. Unsubscribing ends sockets and
 * FFmpeg at once.
 */
export function openSource(url: string, options: SourceOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const listening = new SourceConnection(options, (event) => subscriber.next(event));
    listening.run(new URL(url)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(networkFault(error)),
    );
    return () => listening.stop();
  });
}

type Feed = AsyncIterable<Uint8Array | typeof DISCONTINUITY>;

/** An answer that is, or leads to, sound. */
interface Found {
  readonly about: Pick<SourceFormat, 'contentType' | 'name' | 'bitrateKbps'>;
  readonly feed: Feed;
  readonly stallAfterMs: number;
}

/** An FFmpeg at work; `ended` settles when all of its sound was played, and rejects when it failed. */
interface Decoding {
  readonly decoder: Decoder;
  readonly ended: Promise<void>;
}

class SourceConnection {
  readonly #settings: SourceOptions['settings'];
  readonly #emit: (event: SourceEvent) => void;
  readonly #playout: Playout;
  readonly #stop = new AbortController();
  #decoder: Decoder | undefined;
  #about: Found['about'] = { contentType: '' };
  #tries = 0;
  #title: string | null = null;
  #heardBytes = 0;

  constructor({ settings, scheduler }: SourceOptions, emit: (event: SourceEvent) => void) {
    this.#settings = settings;
    this.#emit = emit;
    this.#playout = new Playout((bytes) => {
      this.#heardBytes += bytes.length;
      emit({ type: 'audio', bytes });
    }, scheduler);
  }

  async run(url: URL): Promise<void> {
    try {
      if (url.protocol === 'file:') return await this.#playLocal(url);
      const { about, feed, stallAfterMs } = await this.#find(url, 0);
      this.#about = about;
      this.#emit({ type: 'opened', stallAfterMs });
      await this.#play(feed);
    } finally {
      this.stop();
    }
  }

  /** Ends all at once. */
  stop(): void {
    this.#stop.abort();
    this.#decoder?.kill();
    this.#playout.close();
  }

  async #find(url: URL, depth: number): Promise<Found> {
    if (++this.#tries > MAX_TRIES) throw new SourceFault(`The playlist leads to more than ${MAX_TRIES} addresses; none has sound.`);
    const options = { signal: this.#stop.signal, timeoutMs: this.#settings.stallAfterMs };
    const answer = await fetchAnswer(url, options);
    try {
      const type = answer.contentType;
      const kind = kindOf(type, answer.url.pathname, answer.start);
      if (kind === 'page') throw new SourceFault(`The server answers with a web page (${type || 'HTML'}), not with sound.`);
      if (kind === 'other') throw new SourceFault(`The server answers with ${type}, not with sound.`);
      if (answer.start.length === 0) throw new SourceFault('The server answers with nothing (0 bytes).');
      if (kind === 'sound') return this.#radio(answer);
      const body = await answer.whole(MAX_PLAYLIST_BYTES);
      const text = textOf(body);
      if (kind === 'pls' || !isHls(text)) return await this.#firstOf(entriesOf(kind === 'pls' ? 'pls' : 'm3u', body, answer.url), depth + 1);
      const hls = await HlsStream.open(text, answer.url, options);
      return { about: { contentType: type }, feed: hls.bytes(), stallAfterMs: hls.stallAfterMs };
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** The first entry of a playlist that answers with sound. */
  async #firstOf(entries: readonly URL[], depth: number): Promise<Found> {
    if (entries.length === 0) throw new SourceFault('The playlist names no http:// or https:// address.');
    if (depth > MAX_PLAYLIST_DEPTH) throw new SourceFault(`The playlist leads to another playlist, ${MAX_PLAYLIST_DEPTH} times over.`);
    let first: unknown;
    for (const entry of entries) {
      try {
        return await this.#find(entry, depth);
      } catch (error) {
        // The next entry may do; if none does, the first is the one that was meant.
        if (this.#stop.signal.aborted) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  #radio(answer: Answer): Found {
    const { headers, contentType, start } = answer;
    const interval = Number(headers['icy-metaint'] ?? 0);
    const bitrateKbps = parseInt(String(headers['icy-br'] ?? ''), 10);
    const name = cleanTitle(textOf(Buffer.from(String(headers['icy-name'] ?? ''), 'latin1')));
    return {
      about: { contentType, ...(name !== null && { name }), ...(bitrateKbps > 0 && { bitrateKbps }) },
      feed: interval > 0 ? this.#withoutTitles(answer.bytes(), interval) : isOgg(start) ? this.#withTitles(answer.bytes()) : answer.bytes(),
      stallAfterMs: 0,
    };
  }

  /** ICY's titles lie between the sound. */
  async* #withoutTitles(bytes: AsyncIterable<Uint8Array>, interval: number): AsyncGenerator<Uint8Array, void, void> {
    const body = new IcyBody(interval, (title) => this.#say(title));
    for await (const part of bytes) yield body.push(part);
  }

  /** Ogg's are a part of it. */
  async* #withTitles(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    const titles = new OggTitles((title) => this.#say(title));
    for await (const part of bytes) {
      titles.push(part);
      yield part;
    }
  }

  /** Servers say the same again and again. */
  #say(title: string | null): void {
    if (title !== this.#title) this.#emit({ type: 'title', title });
    this.#title = title;
  }

  async #playLocal(url: URL): Promise<void> {
    const { path, isPipe } = await localFile(url, this.#settings.stationFiles);
    this.#emit({ type: 'opened', stallAfterMs: 0 });
    if (isPipe) return this.#play(namedPipe(path, this.#stop.signal));
    // FFmpeg reads the file itself: no bytes come by here.
    this.#emit({ type: 'paused' });
    while (!this.#stop.signal.aborted) {
      const before = this.#heardBytes;
      await this.#decode({ path }).ended;
      if (this.#heardBytes - before < MIN_FILE_MS * BYTES_PER_MS) throw new SourceFault(`The file holds less than ${MIN_FILE_MS / 1000} s of sound.`);
    }
  }

  /** Feeds FFmpeg, another one after each break, until there is no more. */
  async #play(feed: Feed): Promise<void> {
    let decoding: Decoding | undefined;
    /** What came before it can be told what it is. */
    let start: Uint8Array[] = [];
    const begin = async (): Promise<void> => {
      const bytes = Buffer.concat(start);
      start = [];
      decoding = this.#decode({ format: detectFormat(bytes) });
      await this.#write(decoding.decoder, bytes);
    };
    const finish = async (): Promise<void> => {
      if (start.length > 0) await begin();
      decoding?.decoder.finish();
      await decoding?.ended;
      decoding = undefined;
    };
    try {
      for await (const bytes of feed) {
        if (bytes === DISCONTINUITY) {
          await finish();
          continue;
        }
        this.#emit({ type: 'received', bytes: bytes.length });
        if (decoding) {
          await this.#write(decoding.decoder, bytes);
        } else {
          start.push(bytes);
          if (start.reduce((sum, { length }) => sum + length, 0) >= DETECTION_BYTES) await begin();
        }
      }
    } catch (error) {
      // FFmpeg's own end cuts the connection; what it says is the reason then.
      if (!decoding?.decoder.hasEnded) throw error;
      return await decoding.ended;
    }
    await finish();
  }

  async #write(decoder: Decoder, bytes: Uint8Array): Promise<void> {
    if (decoder.write(bytes)) return;
    this.#emit({ type: 'paused' });
    await decoder.drained();
    this.#emit({ type: 'received', bytes: 0 });
  }

  /** Starts FFmpeg, on a file or on what it will be fed. */
  #decode(input: DecoderInput): Decoding {
    const before = this.#heardBytes;
    const decoder = this.#decoder = new Decoder(input, {
      source: (source) => this.#emit({ type: 'source', ...source, ...this.#about }),
      complained: (line) => this.#emit({ type: 'decoder-error', line }),
    });
    const ended = (async () => {
      await this.#playout.play(decoder.output);
      const end = await decoder.end;
      if (!decoder.isFinished) this.#stop.abort();
      if (end.exitCode !== 0 || this.#heardBytes === before) throw decoderFault(end, this.#heardBytes > before);
    })();
    // Whoever awaits it later hears of it then.
    ended.catch(() => {});
    return { decoder, ended };
  }
}

function decoderFault(end: DecoderEnd, hasPlayed: boolean): SourceFault {
  const last = end.lines.at(-1);
  const says = last === undefined ? '' : ` (${last})`;
  if (end.signal !== null) return new SourceFault(`The decoder was ended by ${end.signal}.`, { decoder: end });
  if (!hasPlayed) return new SourceFault(`FFmpeg finds no sound that it can decode${says}.`, { decoder: end });
  return new SourceFault(`The decoder ended with exit code ${end.exitCode}${says}.`, { decoder: end });
}
