/**
 * Senders: clients that stream sound in over `GET /v1/stream` and get predictions back. A sender is
 * in one state at a time, and every fault ends in an `error` message and the close code of its word.
 */
import { asyncScheduler, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import { Connection } from './connection.js';
import type { Log } from '../log.js';
import { parseClientMessage, type ClientMessage, type Start } from '../protocol/client-messages.js';
import { ProtocolError, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { Holder, Stream } from '../streams/stream.js';
import type { Streams } from '../streams/streams.js';

type SenderState = 'hello' | 'streaming' | 'stopped' | 'over';

class Sender implements Holder {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  /** All that ends with this connection: timers and the subscription to the stream. */
  readonly #owned = new Subscription();
  readonly #hello: Subscription;
  #state: SenderState = 'hello';
  #stream: Stream | undefined;
  #lastAudioMs = 0;

  constructor(ws: WebSocket, streams: Streams, settings: Settings, log: Log, scheduler: SchedulerLike) {
    this.#connection = new Connection(ws, settings);
    this.#streams = streams;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
    this.#hello = timer(settings.helloTimeoutMs, scheduler).subscribe(() => {
      this.#fail('hello-timeout', `No start message came within ${settings.helloTimeoutMs} ms of connecting. Send it first.`);
    });
    this.#owned.add(this.#hello);
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    // ws closes for a broken frame by itself; the close event follows.
    ws.on('error', () => this.#finish());
    ws.once('close', (closeCode) => this.#closed(closeCode));
  }

  /** Connected, but not yet a stream. */
  get isComing(): boolean {
    return this.#state === 'hello';
  }

  replaced(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#owned.unsubscribe();
    this.#connection.refuse('replaced', 'A newer connection resumed this stream.');
  }

  /** The server goes away: a stream is summed up by its owner, a connection without one is closed. */
  goAway(): void {
    if (this.#state === 'hello') this.#fail('going-away', 'The server is shutting down. Try another, or later.');
  }

  #receive(data: RawData, isBinary: boolean): void {
    try {
      if (isBinary) this.#audio(data as Buffer);
      else this.#text(parseClientMessage((data as Buffer).toString('utf8')));
    } catch (error) {
      if (error instanceof ProtocolError) return this.#fail(error.code, error.message);
      this.#log.error('a message failed', { stream: this.#stream?.id, reason: error instanceof Error ? error.stack : String(error) });
      this.#fail('internal', 'The server failed on this message; the fault is not yours. Connect again.');
    }
  }

  #text(told: ClientMessage): void {
    if (this.#state === 'hello') {
      if (told.type !== 'start') throw new ProtocolError('bad-start', 'The first message must be start; this one is stop.');
      this.#start(told);
    } else if (this.#state === 'streaming') {
      if (told.type !== 'stop') throw new ProtocolError('bad-message', 'This stream has started already. Open another connection for another stream.');
      this.#state = 'stopped';
      this.#stream!.end();
    }
  }

  #start({ encoding, sampleRate, channels, resume, ...options }: Start): void {
    const format = { encoding, sampleRate, channels };
    const stream = resume === undefined ? this.#streams.open({ ...options, format }) : this.#streams.resume(resume, format);
    const wantsColumns = options.spectrogram === true;
    this.#hello.unsubscribe();
    this.#state = 'streaming';
    this.#stream = stream;
    stream.take(this);
    this.#connection.say(stream.ready('sender'));
    this.#owned.add(stream.messages$.subscribe({
      next: (told) => {
        if (told.type !== 'columns' || wantsColumns) this.#connection.say(told);
        if (told.type === 'error') this.#over(JSON.parse(told.json).code as ErrorCode);
      },
      complete: () => this.#over(this.#streams.isDraining ? 'going-away' : undefined),
    }));
    this.#lastAudioMs = this.#scheduler.now();
    this.#watchIdle(this.#settings.idleTimeoutMs);
  }

  #audio(bytes: Buffer): void {
    if (this.#state === 'hello') throw new ProtocolError('bad-start', 'Audio came before start. Send a start message first: it says what the audio is.');
    if (this.#state !== 'streaming') return; // sent before the peer read that the stream is over
    this.#lastAudioMs = this.#scheduler.now();
    this.#connection.heard();
    const stream = this.#stream!;
    const { ws } = this.#connection;
    if (bytes.length === 0 || stream.send(bytes) || ws.isPaused) return;
    ws.pause();
    void stream.drained().then(() => {
      this.#lastAudioMs = this.#scheduler.now();
      ws.resume();
    });
  }

  /** One timer that looks again when the time could be over, not one a message. */
  #watchIdle(afterMs: number): void {
    this.#owned.add(timer(afterMs, this.#scheduler).subscribe(() => {
      const { idleTimeoutMs } = this.#settings;
      const idleMs = this.#connection.ws.isPaused ? 0 : this.#scheduler.now() - this.#lastAudioMs;
      if (this.#state !== 'streaming') return;
      if (idleMs < idleTimeoutMs) return this.#watchIdle(idleTimeoutMs - idleMs);
      this.#fail('idle', `No audio came for ${idleTimeoutMs} ms. Send silence to keep a stream, or stop to end it.`);
    }));
  }

  /** The sender's fault or time-out: it is told, its stream ends for its viewers too. */
  #fail(code: ErrorCode, sentence: string): void {
    if (this.#state === 'over') return;
    this.#log.debug('a sender is refused', { stream: this.#stream?.id, code, reason: sentence });
    this.#finish();
    this.#connection.refuse(code, sentence);
  }

  /** The stream is over and has said so. */
  #over(code: ErrorCode | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#owned.unsubscribe();
    this.#connection.close(code);
  }

  #finish(): void {
    this.#state = 'over';
    this.#owned.unsubscribe();
    this.#stream?.end();
  }

  #closed(closeCode: number): void {
    if (this.#state === 'over') return;
    const wasStreaming = this.#state === 'streaming';
    this.#state = 'over';
    this.#owned.unsubscribe();
    if (!this.#stream) return;
    // A clean close is as good as stop; any other may be a connection that was lost.
    if (wasStreaming && closeCode !== 1000) this.#stream.leave(this);
    else this.#stream.end();
  }
}

/** All senders of a server. */
export class Senders {
  readonly #streams: Streams;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #all = new Set<Sender>();

  constructor(streams: Streams, settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler) {
    this.#streams = streams;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @throws ProtocolError before the upgrade, when no place is free */
  checkPlace(): void {
    if (this.#all.size >= this.#settings.maxStreams) {
      throw new ProtocolError('too-many-streams', `All ${this.#settings.maxStreams} places for streams are taken. Try again later.`);
    }
    let coming = 0;
    for (const sender of this.#all) if (sender.isComing) coming++;
    this.#streams.checkPlace(coming);
  }

  accept(ws: WebSocket): void {
    const sender = new Sender(ws, this.#streams, this.#settings, this.#log, this.#scheduler);
    this.#all.add(sender);
    ws.once('close', () => this.#all.delete(sender));
  }

  goAway(): void {
    for (const sender of this.#all) sender.goAway();
  }
}
