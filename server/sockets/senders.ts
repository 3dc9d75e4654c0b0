/**
 * Senders: clients that stream audio over `GET /v1/stream` and receive predictions. Each is a small
 * state machine; every failure sends an `error` message and closes with its close code.
 */
import { asyncScheduler, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import { Connection, TOKEN_ENDED, type Held } from './connection.js';
import { opusPacketMs } from '../../dsp/opus-packet.js';
import { sampleBytes } from '../../dsp/pcm/pcm-encoding.js';
import type { Flow } from '../http/client-limits.js';
import type { Log } from '../log.js';
import { isResumeToken, parseClientMessage, type ClientMessage, type Start } from '../protocol/client-messages.js';
import { ProtocolError, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { encodeMessage } from '../protocol/encoded-message.js';
import type { Elsewhere } from '../streams/elsewhere.js';
import { idOfToken, type StreamSender, type Stream } from '../streams/stream.js';
import type { Streams } from '../streams/streams.js';

type SenderState = 'hello' | 'asking' | 'streaming' | 'stopped' | 'over';

/** Asks for permission with the token of `start`; rejects with a ProtocolError when it is refused. */
type Permit = (token: string | undefined) => Promise<unknown>;

export interface SenderOptions {
  /** To be asked with the token of `start`; undefined if sending is permitted. */
  readonly permit?: Permit;
  /** What the client may still send; undefined if that is not limited. */
  readonly flow?: Flow | undefined;
}

interface SenderParts {
  readonly streams: Streams;
  readonly settings: Settings;
  readonly log: Log;
  readonly scheduler: SchedulerLike;
  /** Undefined for a server that is alone. */
  readonly elsewhere: Pick<Elsewhere, 'takeOver'> | undefined;
}

class Sender implements StreamSender, Held {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #elsewhere: SenderParts['elsewhere'];
  /** Timers and subscriptions that end with this connection. */
  readonly #subscriptions = new Subscription();
  readonly #hello: Subscription;
  #state: SenderState = 'hello';
  #stream: Stream | undefined;
  #lastAudioMs = 0;
  /** Of PCM, ms. */
  #msPerByte = 0;
  readonly #flow: Flow | undefined;
  /** Undefined once sending is permitted. */
  #permit: Permit | undefined;
  /** Messages that came while the permission was asked for, or another node. */
  #held: [data: RawData, isBinary: boolean][] = [];

  constructor(ws: WebSocket, { streams, settings, log, scheduler, elsewhere }: SenderParts, { permit, flow }: SenderOptions) {
    this.#permit = permit;
    this.#flow = flow;
    this.#connection = new Connection(ws, settings);
    this.#streams = streams;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
    this.#elsewhere = elsewhere;
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
    return this.#state === 'hello' || this.#state === 'asking';
  }

  /** Not permitted to send yet. */
  get isUnproven(): boolean {
    return this.#permit !== undefined && this.isPending;
  }

  replaced(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    this.#connection.fail('replaced', 'A newer connection resumed this stream.');
  }

  /** The server is shutting down: streams are drained by `Streams`; a connection without a stream is closed here. */
  goAway(): void {
    if (this.isPending) this.#fail('going-away', 'The server is shutting down. Try again later, or another server.');
  }

  /** The token that it was permitted with no longer counts: the stream waits for another. */
  tokenEnded(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#subscriptions.unsubscribe();
    this.#stream?.detach(this);
    this.#connection.fail('token-ended', TOKEN_ENDED);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#state === 'asking') return void this.#held.push([data, isBinary]);
    this.#process(() => {
      if (isBinary) this.#audio(data as Buffer);
      else this.#text(parseClientMessage((data as Buffer).toString('utf8')));
    });
  }

  #process(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ProtocolError) return this.#fail(error.code, error.message);
      this.#log.error('processing a message failed', { stream: this.#stream?.id, reason: error instanceof Error ? error.stack : String(error) });
      this.#fail('internal', 'The server failed while processing this message; the fault is not yours. Connect again.');
    }
  }

  #text(message: ClientMessage): void {
    if (this.#state === 'hello') {
      if (message.type !== 'start') throw new ProtocolError('bad-start', 'The first message must be start; this one is stop.');
      const ask = this.#questionAbout(message);
      if (ask) void this.#ask(ask, message);
      else this.#start(message);
    } else if (this.#state === 'streaming') {
      if (message.type !== 'stop') throw new ProtocolError('bad-message', 'This stream has started already. Open another connection for another stream.');
      this.#state = 'stopped';
      this.#stream!.end();
    }
  }

  /** What must be asked before the stream starts; undefined if nothing. */
  #questionAbout(message: Start): (() => Promise<void>) | undefined {
    const permit = this.#permit;
    const taken = this.#tokenOfElsewhere(message);
    if (!permit && taken === undefined) return undefined;
    return async () => {
      await permit?.(message.token);
      this.#permit = undefined;
      if (taken !== undefined) await this.#elsewhere!.takeOver(idOfToken(taken));
    };
  }

  /** The token of a stream that another node has, or had. */
  #tokenOfElsewhere({ resume, resumeFrom, continues }: Start): string | undefined {
    const token = resume !== undefined && resumeFrom ? resume : continues;
    return token !== undefined && this.#isElsewhere(token) ? token : undefined;
  }

  /** Whether another node may have the stream of the token; never on a node that is alone. */
  #isElsewhere(token: string): boolean {
    return this.#elsewhere !== undefined && isResumeToken(token) && !this.#streams.has(token);
  }

  /** Nothing is read until the answer, so that little is held. */
  async #ask(question: () => Promise<void>, message: Start): Promise<void> {
    this.#state = 'asking';
    this.#connection.ws.pause();
    let refusal: ProtocolError | undefined;
    try {
      await question();
    } catch (error) {
      refusal = error instanceof ProtocolError ? error : new ProtocolError('internal', 'The server failed while checking the token; the fault is not yours.');
    }
    this.#connection.ws.resume();
    if (this.#state !== 'asking') return; // closed meanwhile
    if (refusal) return this.#fail(refusal.code, refusal.message);
    this.#process(() => this.#start(message));
    for (const [data, isBinary] of this.#held.splice(0)) this.#receive(data, isBinary);
  }

  #start({ encoding, sampleRate, channels, resume, resumeFrom, token: _, ...options }: Start): void {
    const format = { encoding, sampleRate, channels };
    this.#msPerByte = format.encoding === 'opus' ? 0 : 1000 / (format.sampleRate * format.channels * sampleBytes(format.encoding));
    const from = resume !== undefined && resumeFrom && this.#isElsewhere(resume)
      ? { bytes: resumeFrom.bytes, ms: this.#msPerByte > 0 ? this.#msPerByte * resumeFrom.bytes : resumeFrom.ms }
      : undefined;
    const stream = resume === undefined || from ? this.#streams.open({ ...options, format, continues: resume ?? options.continues, from }) : this.#streams.resume(resume, format);
    const wantsColumns = options.spectrogram === true;
    this.#hello.unsubscribe();
    this.#state = 'streaming';
    this.#stream = stream;
    stream.attach(this);
    this.#connection.send(stream.ready('sender'));
    if (from) this.#connection.send(encodeMessage({ type: 'restarted', atMs: Math.round(10 * from.ms) / 10 }));
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
    if (bytes.length === 0) return;
    const owedMs = this.#owedMs(bytes);
    const isBehind = !stream.send(bytes);
    if ((!isBehind && owedMs === 0) || ws.isPaused) return;
    ws.pause();
    void Promise.all([isBehind && stream.drained(), owedMs > 0 && this.#passed(owedMs)]).then(() => {
      this.#lastAudioMs = this.#scheduler.now();
      ws.resume();
    });
  }

  /** How long to wait until the client has sent no more than it may, ms. */
  #owedMs(bytes: Buffer): number {
    const flow = this.#flow;
    return flow ? Math.max(flow.bytes(bytes.length), flow.sound(this.#msPerByte > 0 ? this.#msPerByte * bytes.length : opusPacketMs(bytes))) : 0;
  }

  #passed(ms: number): Promise<void> {
    return new Promise((resolve) => this.#subscriptions.add(timer(ms, this.#scheduler).subscribe(() => resolve())));
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
  readonly #parts: SenderParts;
  readonly #all = new Set<Sender>();

  constructor(streams: Streams, settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler, elsewhere?: SenderParts['elsewhere']) {
    this.#parts = { streams, settings, log, scheduler, elsewhere };
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * Called before the upgrade.
   * @throws ProtocolError `too-many-streams` at the limit of connections or load
   */
  checkCapacity(): void {
    if (this.#all.size >= this.#parts.settings.maxStreams) {
      throw new ProtocolError('too-many-streams', `The limit of ${this.#parts.settings.maxStreams} streams is reached. Try again later.`);
    }
    let pending = 0;
    for (const sender of this.#all) if (sender.isPending) pending++;
    this.#parts.streams.checkCapacity(pending);
  }

  /** Whether there is a place for a connection that brings its token in `start`. */
  get mayProveLater(): boolean {
    let unproven = 0;
    for (const sender of this.#all) if (sender.isUnproven) unproven++;
    return unproven < this.#parts.settings.maxUnproven;
  }

  accept(ws: WebSocket, options: SenderOptions = {}): Held {
    const sender = new Sender(ws, this.#parts, options);
    this.#all.add(sender);
    ws.once('close', () => this.#all.delete(sender));
    return sender;
  }

  goAway(): void {
    for (const sender of this.#all) sender.goAway();
  }
}
