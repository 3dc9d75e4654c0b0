/**
 * Senders: clients that stream audio over `GET /v1/stream` and receive predictions. Each is a small
 * state machine; every failure sends an `error` message and closes with its close code.
 */
import { asyncScheduler, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import { Connection } from './connection.js';
import type { Log } from '../log.js';
import { parseClientMessage, type ClientMessage, type Start } from '../protocol/client-messages.js';
import { ProtocolError, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { StreamSender, Stream } from '../streams/stream.js';
import type { Streams } from '../streams/streams.js';

type SenderState = 'hello' | 'streaming' | 'stopped' | 'over';

class Sender implements StreamSender {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  /** Timers and subscriptions that end with this connection. */
  readonly #subscriptions = new Subscription();
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
    this.#subscriptions.add(this.#hello);
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    // ws itself closes after an invalid frame; the close event follows.
    ws.on('error', () => this.#finish());
    ws.once('close', (closeCode) => this.#closed(closeCode));
  }

  /** Connected, but has not sent `start` yet. */
  get isPending(): boolean {
    return this.#state === 'hello';
  }

  replaced(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    this.#connection.fail('replaced', 'A newer connection resumed this stream.');
  }

  /** The server is shutting down: streams are drained by `Streams`; a connection without a stream is closed here. */
  goAway(): void {
    if (this.#state === 'hello') this.#fail('going-away', 'The server is shutting down. Try again later, or another server.');
  }

  #receive(data: RawData, isBinary: boolean): void {
    try {
      if (isBinary) this.#audio(data as Buffer);
      else this.#text(parseClientMessage((data as Buffer).toString('utf8')));
    } catch (error) {
      if (error instanceof ProtocolError) return this.#fail(error.code, error.message);
      this.#log.error('processing a message failed', { stream: this.#stream?.id, reason: error instanceof Error ? error.stack : String(error) });
      this.#fail('internal', 'The server failed while processing this message; the fault is not yours. Connect again.');
    }
  }

  #text(message: ClientMessage): void {
    if (this.#state === 'hello') {
      if (message.type !== 'start') throw new ProtocolError('bad-start', 'The first message must be start; this one is stop.');
      this.#start(message);
    } else if (this.#state === 'streaming') {
      if (message.type !== 'stop') throw new ProtocolError('bad-message', 'This stream has started already. Open another connection for another stream.');
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
    stream.attach(this);
    this.#connection.send(stream.ready('sender'));
    this.#subscriptions.add(stream.messages$.subscribe({
      next: (message) => {
        if (message.type !== 'columns' || wantsColumns) this.#connection.send(message);
        if (message.type === 'error') this.#over(JSON.parse(message.json).code as ErrorCode);
      },
      complete: () => this.#over(this.#streams.isDraining ? 'going-away' : undefined),
    }));
    this.#lastAudioMs = this.#scheduler.now();
    this.#watchIdle(this.#settings.idleTimeoutMs);
  }

  #audio(bytes: Buffer): void {
    if (this.#state === 'hello') throw new ProtocolError('bad-start', 'Audio came before start. Send a start message with the audio format first.');
    if (this.#state !== 'streaming') return; // sent before the peer knew that the stream had ended
    this.#lastAudioMs = this.#scheduler.now();
    this.#connection.markActive();
    const stream = this.#stream!;
    const { ws } = this.#connection;
    if (bytes.length === 0 || stream.send(bytes) || ws.isPaused) return;
    ws.pause();
    void stream.drained().then(() => {
      this.#lastAudioMs = this.#scheduler.now();
      ws.resume();
    });
  }

  /** A timer rescheduled when it fires, instead of one reset by every message. */
  #watchIdle(afterMs: number): void {
    this.#subscriptions.add(timer(afterMs, this.#scheduler).subscribe(() => {
      const { idleTimeoutMs } = this.#settings;
      const idleMs = this.#connection.ws.isPaused ? 0 : this.#scheduler.now() - this.#lastAudioMs;
      if (this.#state !== 'streaming') return;
      if (idleMs < idleTimeoutMs) return this.#watchIdle(idleTimeoutMs - idleMs);
      this.#fail('idle', `No audio came for ${idleTimeoutMs} ms. Send silence to keep a stream, or stop to end it.`);
    }));
  }

  /** An error or timeout of the sender: sends the error and ends the stream, for its viewers too. */
  #fail(code: ErrorCode, sentence: string): void {
    if (this.#state === 'over') return;
    this.#log.debug('a sender failed', { stream: this.#stream?.id, code, reason: sentence });
    this.#finish();
    this.#connection.fail(code, sentence);
  }

  /** The stream has ended and its last message was sent. */
  #over(code: ErrorCode | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    this.#connection.close(code);
  }

  #finish(): void {
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    this.#stream?.end();
  }

  #closed(closeCode: number): void {
    if (this.#state === 'over') return;
    const wasStreaming = this.#state === 'streaming';
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    if (!this.#stream) return;
    // A clean close counts as stop; any other may be a lost connection, which can resume.
    if (wasStreaming && closeCode !== 1000) this.#stream.detach(this);
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

  /**
   * Called before the upgrade.
   * @throws ProtocolError `too-many-streams` at the limit of connections or load
   */
  checkCapacity(): void {
    if (this.#all.size >= this.#settings.maxStreams) {
      throw new ProtocolError('too-many-streams', `The limit of ${this.#settings.maxStreams} streams is reached. Try again later.`);
    }
    let pending = 0;
    for (const sender of this.#all) if (sender.isPending) pending++;
    this.#streams.checkCapacity(pending);
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
