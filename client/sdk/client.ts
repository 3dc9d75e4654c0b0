/**
 * Sends audio and receives predictions. One object is one stream: it survives lost connections (the
 * server reports how much it received, the rest is sent again) and ends with `stop` or `close`. Where
 * the server no longer has the stream (it was restarted, or this side slept), live sound goes on as a
 * new stream; a file ends with an error that says where it stopped.
 */
import { opusPacketMs } from '../../dsp/opus-packet.js';
import type { AudioFormat } from '../../server/protocol/audio-format.js';
import type { Start } from '../../server/protocol/client-messages.js';
import type { Ready, ServerMessage, Summary } from '../../server/protocol/messages.js';
import { SendBuffer } from './send-buffer.js';
import { timeOfDayMs, WALL_CLOCK } from './clock.js';
import { Connection, type ConnectionOptions, type ConnectionState, type Decision } from './connection.js';
import { Events, type StreamEvents } from './events.js';
import { asError, GenreError, type Ending } from './connection-errors.js';
import { InactivityTimer } from './inactivity-timer.js';
import { messageCuts } from './message-cuts.js';
import { FILE_AHEAD_MS, Pace } from './pace.js';
import { bytesPerSecond, encode, Framer } from './samples.js';
import { socketUrl } from './socket.js';

export interface GenreClientOptions extends ConnectionOptions, AudioFormat {
  /** Name of the stream in the server's list. */
  readonly name?: string;
  /** How many labels each prediction lists; the server has a default. */
  readonly topK?: number;
  /** How many tags each prediction and the summary may list, 0 to 20; none unless set. */
  readonly tags?: number | undefined;
  /** Request `columns` messages: mel levels and waveform peaks of each block. */
  readonly spectrogram?: boolean;
  /**
   * Live audio (default, `true`): when more than `maxWaitingMs` is queued, the oldest is dropped, and a
   * stream that the server no longer has goes on as a new one.
   * With `false` nothing is ever dropped: wait for `drained` when `send` returns false.
   * With `'auto'`, for a pipe that may hold either: as `false`, but sound that never came more than 5 s
   * ahead of the clock is live while there is no connection.
   */
  readonly live?: boolean | 'auto';
  /** Live only: audio that may be queued while the connection is slow or lost, ms; default 2,000, with `'auto'` at least 5,000. */
  readonly maxWaitingMs?: number;
  /**
   * Live PCM only: about how much sound a message has, 0 to 350 ms; default 174, half a block. What `send` takes is
   * collected, and cut so that a message ends where a block is complete, so that longer messages add no lag. What is
   * collected goes at once at `stop`, `flush`, `drained`, and when nothing comes for 0.2 s. 0: each piece as it comes.
   */
  readonly messageMs?: number | undefined;
  /** The connection counts as lost when this long no message comes although sound was sent, ms; default 10,000. */
  readonly quietMs?: number;
  /** SendOptions pauses while the socket buffers this many bytes; default 256 KiB. */
  readonly maxBufferedBytes?: number;
  /** Sent bytes to retain for a resume; default 1 MiB. */
  readonly historyBytes?: number;
}

interface Waiter<Value> { resolve(value: Value): void; reject(error: Error): void }

const POLL_MS = 20;
const QUIET_MS = 10_000;
/** Less unscored sound than this may be waiting for the rest of its block, s. */
const UNANSWERED_S = 2;
/** Sound that another node of the server gets again, so that it knows what is heard; less than makes it take the stream for a file. */
const WARM_UP_S = 4;
/** What is collected for a message does not wait longer than this for more sound. */
const COLLECT_MS = 200;

export class GenreClient extends Events<StreamEvents> {
  readonly #options: GenreClientOptions;
  readonly #connection: Connection;
  readonly #live: boolean | 'auto';
  readonly #pace = new Pace();
  readonly #framer: Framer;
  readonly #buffer: SendBuffer;
  readonly #quietTimer: InactivityTimer;
  /** Bytes to the end of the next message; undefined where each piece is one. */
  readonly #missing: (() => number) | undefined;
  readonly #collectTimer: InactivityTimer;
  #ready: Ready | undefined;
  #summary: Summary | undefined;
  #droppedBytes = 0;
  /** The value at the last loss of the connection; undefined while there is one. */
  #droppedBytesAtLoss: number | undefined;
  #takenBytes = 0;
  #takenMs = 0;
  /** Where a node that does not have the stream is asked to go on. */
  #resumesFrom = 0;
  /** Stream time of the last prediction. */
  #scoredMs = 0;
  #lastMessageAtMs = 0;
  /** The stream that the server no longer has, until a new one has begun. */
  #previous: { readonly streamId: string; readonly token: string | undefined; readonly reason: GenreError } | undefined;
  #isReady = false;
  /** A stream was ready once. */
  #hasBegun = false;
  /** The old stream ended for want of sound: a new one begins with the next. */
  #isPaused = false;
  #isStopping = false;
  #endedBy: GenreError | undefined;
  #sentStop = false;
  #cancelPoll: (() => void) | undefined;
  #connectWaiters: Waiter<Ready>[] = [];
  #drainWaiters: Waiter<void>[] = [];
  #stopWaiters: Waiter<Summary>[] = [];

  /** @throws Error if the url or `messageMs` is invalid or the platform has no WebSocket */
  constructor(options: GenreClientOptions) {
    super();
    this.#options = options;
    this.#live = options.live ?? true;
    this.#framer = new Framer(options);
    const cuts = messageCuts(options, options.messageMs);
    if (cuts && this.#live === true) this.#missing = () => cuts(this.#buffer.position + this.#buffer.waitingBytes, this.#ready?.blockMs);
    this.#collectTimer = new InactivityTimer(COLLECT_MS, () => this.flush(), options.clock);
    // A file is sent at most this far ahead of its scoring, so that all of it can be sent again; 4 s are some blocks ahead.
    this.#buffer = new SendBuffer(Math.max(options.historyBytes ?? 2 ** 20, this.#live === true ? 0 : 4 * bytesPerSecond(options)));
    this.#quietTimer = new InactivityTimer(options.quietMs ?? QUIET_MS, () => this.#connection.reconnect('The server sent no message for too long.'), options.clock);
    const address = socketUrl(options.url, '/v1/stream');
    this.#connection = new Connection(options, {
      address: () => address,
      opened: () => this.#start(),
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#disconnected();
        this.emit('state', state);
      },
      decide: (ending) => this.#decide(ending),
      lost: (error) => this.emit('error', error),
      ended: (error) => this.#ended(error),
    });
  }

  get state(): ConnectionState { return this.#connection.state; }

  /** The server's last `ready`: stream id, model, labels. */
  get ready(): Ready | undefined { return this.#ready; }

  /** Audio lost on this side: dropped as too late for live, a gap that a resume could not fill, or sent to a stream that is gone and was not scored. */
  get droppedBytes(): number { return this.#droppedBytes; }

  get droppedMs(): number { return this.#msOf(this.#droppedBytes); }

  /** How far the present stream is scored, ms. */
  get scoredMs(): number { return this.#scoredMs; }

  /** Bytes queued here or in the socket. */
  get waitingBytes(): number { return this.#framer.heldBytes + this.#buffer.waitingBytes + this.#connection.bufferedBytes; }

  /**
   * @returns the server's `ready` message
   * @throws GenreError (rejects) if the server refuses, or can't be reached in `connectAttempts` attempts
   */
  connect(): Promise<Ready> {
    return new Promise((resolve, reject) => {
      if (this.#ready && this.#isReady) return resolve(this.#ready);
      this.#connectWaiters.push({ resolve, reject });
      this.#connection.open();
      this.#unpause();
    });
  }

  /**
   * Sends audio in pieces of any length: bytes of the encoding, or interleaved samples. Queued until the connection is open.
   * @returns false on backpressure: live audio was dropped (oldest first); for a file and with `'auto'`, wait for `drained`
   * @throws Error after `stop`
   */
  send(sound: Uint8Array | Int16Array | Float32Array): boolean {
    if (this.#isStopping) throw new Error('This stream was stopped and takes no more audio.');
    this.#collect(encode(sound, this.#options.encoding), this.#missing);
    if (this.#missing) this.#collectTimer.restart();
    this.#unpause();
    this.#pump();
    if (this.#live !== true && !this.#dropsNow) return this.#buffer.waitingBytes === 0;
    const dropped = this.#buffer.dropOver(this.#bytesPerSecond * this.#maxWaitingMs / 1000);
    this.#droppedBytes += dropped;
    return dropped === 0 || this.#live === 'auto';
  }

  /** Sends what is collected for the next message (see `messageMs`), as before a page is left. */
  flush(): void {
    this.#collect(new Uint8Array(0));
    this.#pump();
  }

  /**
   * Resolves when everything passed to `send` has been handed to the socket; rejects if the stream ends
   * first. With `'auto'` it also resolves when the connection of live sound is lost, since its source does not wait.
   */
  drained(): Promise<void> {
    this.flush();
    return new Promise((resolve, reject) => {
      if (this.#buffer.waitingBytes === 0 || this.#dropsNow) return resolve();
      if (this.state === 'closed' && this.#endedBy) return reject(this.#endedBy);
      this.#drainWaiters.push({ resolve, reject });
      this.#pump();
    });
  }

  /**
   * Ends the audio: sends what is queued and waits until the server has scored it.
   * @returns the stream's summary; rejects if the stream ends without one
   */
  stop(): Promise<Summary> {
    return new Promise((resolve, reject) => {
      if (this.state === 'closed' && this.#summary && !this.#endedBy) return resolve(this.#summary);
      if (this.state === 'closed') return reject(this.#endedBy ?? new GenreError('closed', 'The stream is closed and has no summary.'));
      this.#stopWaiters.push({ resolve, reject });
      this.flush();
      this.#isStopping = true;
      if (this.#isPaused) return this.#connection.close(this.#previous!.reason);
      this.#pump();
    });
  }

  /** Closes immediately, without a summary. */
  close(): void {
    this.#connection.close();
  }

  get #bytesPerSecond(): number {
    // Opus has no fixed number: what was sent so far says it.
    return this.#options.encoding === 'opus' && this.#takenMs > 0 ? this.#takenBytes / this.#takenMs * 1000 : bytesPerSecond(this.#options);
  }

  get #scoredBytes(): number { return this.#scoredMs / 1000 * this.#bytesPerSecond; }

  get #maxWaitingMs(): number {
    const { maxWaitingMs = 2000 } = this.#options;
    return this.#live === 'auto' ? Math.max(FILE_AHEAD_MS, maxWaitingMs) : maxWaitingMs;
  }

  /** Whether all must arrive: then a stream that is gone ends with an error. */
  get #isFile(): boolean { return this.#live === false || (this.#live === 'auto' && this.#pace.isFile); }

  /** With `'auto'`: live sound without a connection. */
  get #dropsNow(): boolean { return this.#live === 'auto' && this.#hasBegun && !this.#isReady && !this.#isFile && this.state !== 'closed'; }

  #unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#connection.retryNow();
  }

  #msOf(bytes: number): number {
    return bytes / this.#bytesPerSecond * 1000;
  }

  #collect(bytes: Uint8Array, missing?: () => number): void {
    this.#framer.push(bytes, (chunk) => this.#take(chunk), missing);
  }

  #take(chunk: Uint8Array): void {
    const durationMs = this.#options.encoding === 'opus' ? opusPacketMs(chunk) : this.#msOf(chunk.length);
    this.#takenBytes += chunk.length;
    this.#takenMs += durationMs;
    this.#pace.push(durationMs, (this.#options.clock ?? WALL_CLOCK).now());
    this.#buffer.push(chunk);
  }

  #disconnected(): void {
    this.#isReady = false;
    this.#quietTimer.stop();
    this.#droppedBytesAtLoss ??= this.#droppedBytes;
    if (this.#dropsNow) for (const waiter of this.#drainWaiters.splice(0)) waiter.resolve();
  }

  #start(): void {
    const { encoding, sampleRate, channels, name, topK, tags, spectrogram } = this.#options;
    const resume = this.#ready?.resumeToken;
    const bytes = this.#resumesFrom = this.#buffer.newest(WARM_UP_S * this.#bytesPerSecond);
    const continues = this.#previous?.token;
    this.#sentStop = false;
    const start: Start = { type: 'start', version: 1, encoding, sampleRate, channels, ...defined({ name, topK, tags, spectrogram, resume, resumeFrom: resume && !this.#isFile ? { bytes, ms: this.#msOf(bytes) } : undefined, continues }) };
    this.#connection.send(JSON.stringify(start));
  }

  #receive(message: ServerMessage): void {
    this.#quietTimer.stop();
    const lastMessageAtMs = this.#lastMessageAtMs;
    this.#lastMessageAtMs = timeOfDayMs(this.#options.clock);
    if (message.type === 'ready') return this.#onReady(message, this.#lastMessageAtMs - lastMessageAtMs);
    if (message.type === 'prediction') {
      this.#scoredMs = message.atMs;
      this.emit('prediction', message);
      this.#pump();
    } else if (message.type === 'columns') this.emit('columns', message);
    else if (message.type === 'restarted') this.emit('restarted', message);
    else if (message.type === 'summary') {
      this.#summary = message;
      this.emit('summary', message);
      if (!this.#isComplete) return; // the server ends the stream, not this side: its close code says why
      for (const waiter of this.#stopWaiters.splice(0)) waiter.resolve(message);
      this.#connection.close();
    }
  }

  /** Whether the summary is that of all sound: a server that shuts down sends one too. */
  get #isComplete(): boolean {
    return this.#summary !== undefined && this.#isStopping && (this.#sentStop || !this.#isFile);
  }

  #onReady(ready: Ready, gapMs: number): void {
    if (this.#ready?.streamId === ready.streamId) {
      const received = ready.receivedBytes ?? this.#buffer.position;
      const hole = this.#buffer.rewind(received);
      this.#droppedBytes += hole;
      // Another node goes on from there, which knows nothing of what was not scored before.
      if (received === this.#resumesFrom && !this.#isFile) this.#droppedBytes += Math.max(0, Math.round(received - this.#scoredBytes));
      if (hole > 0 && this.#isFile) {
        this.#connection.close(new GenreError('lost-audio', `${hole} bytes were lost with the connection; send the file again with higher historyBytes.`, this.#scoredMs));
        return;
      }
    } else this.#buffer.restart();
    const previous = this.#previous;
    const lostMs = this.#msOf(this.#droppedBytes - (this.#droppedBytesAtLoss ?? this.#droppedBytes));
    this.#previous = this.#droppedBytesAtLoss = undefined;
    this.#ready = ready;
    this.#isReady = this.#hasBegun = true;
    this.#connection.succeeded();
    this.emit('ready', ready);
    if (previous) this.emit('continued', { streamId: ready.streamId, previousId: previous.streamId, reason: previous.reason, gapMs, lostMs });
    for (const waiter of this.#connectWaiters.splice(0)) waiter.resolve(ready);
    this.#pump();
  }

  /** Sends what the socket can take, and polls while audio is queued: browsers have no event for a drained socket. */
  #pump(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
    while (this.#canSend()) this.#connection.send(this.#buffer.take()!);
    if (this.#isReady && !this.#quietTimer.isRunning && this.#unscoredBytes > UNANSWERED_S * this.#bytesPerSecond) this.#quietTimer.restart();
    if (this.#buffer.waitingBytes > 0) {
      if (this.#isReady) this.#cancelPoll = (this.#options.clock ?? WALL_CLOCK).after(POLL_MS, () => this.#pump());
      return;
    }
    for (const waiter of this.#drainWaiters.splice(0)) waiter.resolve();
    if (this.#isStopping && this.#isReady && !this.#sentStop) this.#sentStop = this.#connection.send('{"type":"stop"}');
  }

  #canSend(): boolean {
    if (!this.#isReady || this.#buffer.waitingBytes === 0) return false;
    if (this.#connection.bufferedBytes >= (this.#options.maxBufferedBytes ?? 256 * 1024)) return false;
    if (this.#live === true || this.#options.encoding === 'opus') return true;
    return this.#buffer.position - this.#scoredBytes < this.#buffer.historyBytes;
  }

  get #unscoredBytes(): number { return Math.max(0, this.#buffer.position - this.#scoredBytes); }

  #decide(ending: Ending): Decision {
    if (this.#summary && (this.#isComplete || ending.closeCode === 1000)) return 'done';
    const reason = asError(ending);
    // The server no longer has the stream: it was restarted, shuts down (and sent a summary), waited too long for this side, or got no sound.
    const isGone = reason.code === 'resume-unknown' || reason.code === 'idle' || this.#summary !== undefined;
    if (!isGone || !this.#ready) return undefined;
    if (this.#isFile || this.#isStopping) {
      const stoppedAt = `${(this.#scoredMs / 1000).toFixed(1)} s`;
      const why = reason.code === 'resume-unknown' ? 'It was restarted, or waited too long.' : reason.message;
      return new GenreError(reason.code, `The server no longer has this stream, which stopped at ${stoppedAt}: only what is before was scored. ${why}`, this.#scoredMs);
    }
    this.#droppedBytesAtLoss ??= this.#droppedBytes;
    this.#previous ??= { streamId: this.#ready.streamId, token: this.#ready.resumeToken, reason };
    this.#droppedBytes += Math.round(this.#unscoredBytes);
    this.#ready = undefined;
    this.#summary = undefined;
    this.#scoredMs = 0;
    this.#buffer.restart();
    this.#isPaused = reason.code === 'idle' && this.#buffer.waitingBytes === 0;
    return this.#isPaused ? 'wait' : 'anew';
  }

  #ended(error: GenreError | undefined): void {
    this.#cancelPoll?.();
    this.#collectTimer.stop();
    this.#quietTimer.stop();
    this.#endedBy = error;
    if (error) this.emit('error', error);
    else if (this.#summary) for (const waiter of this.#stopWaiters.splice(0)) waiter.resolve(this.#summary);
    const reason = error ?? new GenreError('closed', 'The stream was closed.');
    for (const waiter of [...this.#connectWaiters.splice(0), ...this.#drainWaiters.splice(0), ...this.#stopWaiters.splice(0)]) waiter.reject(reason);
  }
}

/** Without the fields that are undefined. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
