/** Files that clients send to be classified: their limits, their events, and their end in all cases. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { FileError } from '../sources/file.js';
import { openSentFile, type SentFile } from '../sources/sent-file.js';
import { arrivingBytes, tooBig } from './arriving-bytes.js';
import type { Classified } from '../protocol/messages.js';
import { classifySound, type FileProgress } from './classify-sound.js';
import { EventQueue } from './event-queue.js';
import type { FileShards } from './file-shards.js';

const PROGRESS_EVERY_MS = 250;
const MINUTE_MS = 60_000;
/** Events of which a slow reader misses some. */
const REPLACEABLE: readonly string[] = ['prediction', 'columns', 'progress'];
const MAX_NAME_CHARS = 200;

/** One file in the body of a request. */
export interface FileInBody {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface FileRequest {
  readonly body: AsyncIterable<Uint8Array>;
  /** Length of the body, if the request announces it. */
  readonly totalBytes?: number | undefined;
  /** Finds the file in the body. @throws ProtocolError `bad-request` */
  readonly open: (body: AsyncIterable<Uint8Array>) => Promise<FileInBody>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Events in the response of the request itself; a slow reader misses some. */
  readonly events?: EventQueue | undefined;
  /** Id under which another request reads the events; waits for it. */
  readonly watchId?: string | undefined;
  /** Labels in each prediction. */
  readonly topK?: number | undefined;
  /** Most tags in the answer and in each prediction. */
  readonly tags?: number | undefined;
  /** Whether `columns` are sent too. */
  readonly spectrogram?: boolean | undefined;
}

type FileSettings = Pick<Settings, 'maxFiles' | 'maxFileBytes' | 'maxFileMinutes' | 'fileTimeoutMs' | 'helloTimeoutMs' | 'maxUnsentBytes' | 'maxViewers'>;

export class SentFiles {
  readonly #shards: FileShards;
  readonly #settings: FileSettings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #running = new Set<AbortController>();
  /** Readers of events that wait for their file, and what ends that wait. */
  readonly #watchers = new Map<string, { readonly queue: EventQueue; readonly forget: () => void }>();
  /** Files that wait for the reader of their events. */
  readonly #unwatched = new Map<string, (queue: EventQueue) => void>();
  #isClosed = false;

  constructor(shards: FileShards, settings: FileSettings, log: Log, scheduler: SchedulerLike = asyncScheduler) {
    this.#shards = shards;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
  }

  /** Files that are classified now. */
  get size(): number {
    return this.#running.size;
  }

  /** Events for the response to a request. */
  newEvents(onCancel?: () => void): EventQueue {
    const { maxUnsentBytes, fileTimeoutMs } = this.#settings;
    return new EventQueue({ maxBytes: maxUnsentBytes, timeoutMs: fileTimeoutMs, scheduler: this.#scheduler, ...(onCancel && { onCancel }) });
  }

  /**
   * All events of the file that is sent under this id; it may come a little later. The file waits for this reader.
   * @throws ProtocolError `conflict`, `too-many-viewers` or `going-away`
   */
  watch(id: string): EventQueue {
    if (this.#isClosed) throw goingAway();
    if (this.#watchers.has(id)) throw new ProtocolError('conflict', `The events of the file ${JSON.stringify(id)} are read already.`);
    if (this.#watchers.size >= this.#settings.maxViewers) throw new ProtocolError('too-many-viewers', `The limit of ${this.#settings.maxViewers} viewers is reached. Try again later.`);
    const queue = this.newEvents(() => forget());
    const late = this.#scheduler.schedule(() => {
      forget();
      sendError(queue, new ProtocolError('not-found', `No file ${JSON.stringify(id)} came; send it with POST /v1/classify?id=${id}.`));
      queue.close();
    }, this.#settings.helloTimeoutMs);
    const forget = (): void => {
      late.unsubscribe();
      if (this.#watchers.get(id)?.queue === queue) this.#watchers.delete(id);
    };
    const begin = this.#unwatched.get(id);
    if (begin) {
      late.unsubscribe();
      begin(queue);
    } else this.#watchers.set(id, { queue, forget });
    return queue;
  }

  /**
   * Classifies the file in a request, as it arrives.
   * @returns what `classify --json` prints for the file; a file that is damaged or silent has an `error` in it
   * @throws ProtocolError when nothing could be classified, a limit is reached or the server shuts down
   */
  async classify(request: FileRequest): Promise<Classified> {
    this.#admit(request);
    const stop = new AbortController();
    const onGone = (): void => stop.abort(new Gone());
    request.signal.addEventListener('abort', onGone);
    if (request.signal.aborted) onGone();
    this.#running.add(stop);
    let watcher: EventQueue | undefined;
    try {
      watcher = request.watchId === undefined ? undefined : await this.#watcher(request.watchId, stop.signal);
      const answer = await this.#run(request, stop, watcher);
      for (const queue of [request.events, watcher]) queue?.send('summary', JSON.stringify(answer));
      return answer;
    } catch (error) {
      const refusal = this.#refusalOf(error);
      for (const queue of [request.events, watcher]) if (queue) sendError(queue, refusal);
      throw refusal;
    } finally {
      this.#running.delete(stop);
      // Ends the wait for bytes that are not needed any more.
      stop.abort(new Gone());
      request.signal.removeEventListener('abort', onGone);
      request.events?.close();
      watcher?.close();
    }
  }

  /** @throws ProtocolError when the file is refused before it is read; the reader of its events is told, too */
  #admit({ totalBytes = 0, watchId, events }: FileRequest): void {
    const { maxFiles, maxFileBytes } = this.#settings;
    let refusal: ProtocolError | undefined;
    if (this.#isClosed) refusal = goingAway();
    else if (this.#running.size >= maxFiles) refusal = new ProtocolError('too-many-files', `The limit of ${maxFiles} files at once is reached. Try again later.`);
    else if (totalBytes > maxFileBytes) refusal = tooBig(maxFileBytes);
    if (!refusal) return;
    const watcher = watchId === undefined ? undefined : this.#watchers.get(watchId);
    watcher?.forget();
    for (const queue of [events, watcher?.queue]) {
      if (!queue) continue;
      sendError(queue, refusal);
      queue.close();
    }
    throw refusal;
  }

  /** Ends all files with `going-away`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#running) stop.abort(goingAway());
    for (const { queue, forget } of [...this.#watchers.values()]) {
      forget();
      queue.close();
    }
    await this.#shards.close();
  }

  async #run({ body, open, totalBytes, events, topK, tags, spectrogram }: FileRequest, stop: AbortController, watcher: EventQueue | undefined): Promise<Classified> {
    const { maxFileBytes, maxFileMinutes, fileTimeoutMs } = this.#settings;
    const { signal } = stop;
    const send = (type: string, json: string): void => {
      watcher?.send(type, json);
      if (events && !(events.isFull && REPLACEABLE.includes(type))) events.send(type, json);
    };
    const tell = this.#progress(send, totalBytes);
    const arriving = arrivingBytes(body, { maxBytes: maxFileBytes, timeoutMs: fileTimeoutMs, scheduler: this.#scheduler, signal, onBytes: (receivedBytes) => tell({ receivedBytes }) });
    this.#shards.running().catch(() => {}); // started early, awaited below
    const { name: named, bytes } = await open(arriving);
    const name = shownName(named);
    let sound: SentFile;
    try {
      sound = await openSentFile(bytes);
    } catch (error) {
      throw error instanceof FileError ? fileRefusal(name, error) : error;
    }
    let scoredMs = 0;
    let running;
    try {
      running = await this.#shards.running();
    } catch (error) {
      await sound.close();
      throw error;
    }
    const answer = await classifySound(name, sound, (format) => running.open({ id: `file ${name}`, format, topK, tags, spectrogram, stretches: true }), {
      signal,
      onMessage: ({ type, json }) => {
        if (type !== 'summary' && type !== 'error') send(type, json);
      },
      onProgress: (progress) => {
        ({ scoredMs } = progress);
        tell(progress);
      },
      ready: async () => {
        if (scoredMs > maxFileMinutes * MINUTE_MS) throw new ProtocolError('too-big', `The sound of ${name} is longer than ${maxFileMinutes} minutes, the limit of this server. The operator can raise it with --max-file-minutes.`);
        await watcher?.drained();
      },
    });
    if (signal.aborted) throw signal.reason;
    return answer;
  }

  /** Sends `progress` events, not too often. */
  #progress(send: (type: string, json: string) => void, totalBytes: number | undefined): (news: Partial<FileProgress & { receivedBytes: number }>) => void {
    let known: Partial<FileProgress & { receivedBytes: number }> = {};
    let toldAtMs = -Infinity;
    return (news) => {
      known = { ...known, ...news };
      if (this.#scheduler.now() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = this.#scheduler.now();
      const { receivedBytes = 0, scoredMs = 0, durationMs, elapsedMs = 0 } = known;
      send('progress', JSON.stringify({ receivedBytes, totalBytes: totalBytes ?? null, scoredMs, durationMs: durationMs ?? null, elapsedMs: Math.round(elapsedMs) }));
    };
  }

  /** The reader of the events, when it has come; undefined if none came in time. */
  #watcher(id: string, signal: AbortSignal): Promise<EventQueue | undefined> {
    if (this.#unwatched.has(id)) throw new ProtocolError('conflict', `A file ${JSON.stringify(id)} is sent already.`);
    const watcher = this.#watchers.get(id);
    if (watcher) {
      watcher.forget();
      return Promise.resolve(watcher.queue);
    }
    return new Promise((resolve) => {
      const done = (found: EventQueue | undefined): void => {
        late.unsubscribe();
        signal.removeEventListener('abort', onAbort);
        this.#unwatched.delete(id);
        resolve(found);
      };
      const onAbort = (): void => done(undefined);
      const late = this.#scheduler.schedule(() => done(undefined), this.#settings.helloTimeoutMs);
      signal.addEventListener('abort', onAbort);
      this.#unwatched.set(id, done);
    });
  }

  #refusalOf(error: unknown): ProtocolError {
    if (error instanceof ProtocolError) return error;
    if (error instanceof Gone || (error as NodeJS.ErrnoException).code === 'ECONNRESET') return new ProtocolError('idle', 'The client has gone.');
    const reason = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#log.error('a file could not be classified', { reason });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return new ProtocolError('not-kept', 'This file must be stored while it is read, and no space is left for it.');
    return new ProtocolError('internal', 'The server failed while classifying this file; the fault is not yours.');
  }
}

/** The client has gone. */
class Gone extends Error {}

function goingAway(): ProtocolError {
  return new ProtocolError('going-away', 'The server is shutting down.');
}

function fileRefusal(name: string, { problem, message }: FileError): ProtocolError {
  if (problem === 'no-ffmpeg') return new ProtocolError('no-decoder', message);
  return new ProtocolError('not-audio', `${name} ${message}.`);
}

function sendError(queue: EventQueue, { code, message }: ProtocolError): void {
  queue.send('error', JSON.stringify({ type: 'error', code, message }));
}

/** A name as people can read it, without folders. */
function shownName(name: string): string {
  const last = name.split(/[\\/]/).at(-1)!.replace(/\p{Cc}/gu, '').trim();
  return last === '' ? 'file' : last.slice(0, MAX_NAME_CHARS);
}
