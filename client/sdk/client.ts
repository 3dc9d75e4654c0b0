/**
 * Sends audio and receives predictions. One object is one stream: it survives lost connections (the
 * server reports how much it received, the rest is sent again) and ends with `stop` or `close`.
 */
import type { AudioFormat } from '../../server/protocol/audio-format.js';
import type { Start } from '../../server/protocol/client-messages.js';
import type { Ready, ServerMessage, Summary } from '../../server/protocol/messages.js';
import { SendBuffer } from './send-buffer.js';
import { WALL_CLOCK } from './clock.js';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.js';
import { Events, type StreamEvents } from './events.js';
import { GenreError, type Ending } from './connection-errors.js';
import { bytesPerSecond, encode, Framer } from './samples.js';
import { socketUrl } from './socket.js';

export interface GenreClientOptions extends ConnectionOptions, AudioFormat {
  /** Name of the stream in the server's list. */
  readonly name?: string;
  /** How many labels each prediction lists; the server has a default. */
  readonly topK?: number;
  /** Request `columns` messages: mel levels and waveform peaks of each block. */
  readonly spectrogram?: boolean;
  /**
   * Live audio (default): when more than `maxWaitingMs` is queued, the oldest is dropped.
   * With `false` nothing is ever dropped: wait for `drained` when `send` returns false.
   */
  readonly live?: boolean;
  /** Live only: audio that may be queued while the connection is slow or lost, ms; default 2,000. */
  readonly maxWaitingMs?: number;
  /** SendOptions pauses while the socket buffers this many bytes; default 256 KiB. */
  readonly maxBufferedBytes?: number;
  /** Sent bytes to retain for a resume; default 1 MiB. */
  readonly historyBytes?: number;
}

interface Waiter<Value> { resolve(value: Value): void; reject(error: Error): void }

const POLL_MS = 20;

export class GenreClient extends Events<StreamEvents> {
  readonly #options: GenreClientOptions;
  readonly #connection: Connection;
  readonly #isLive: boolean;
  readonly #bytesPerSecond: number;
  readonly #framer: Framer;
  readonly #buffer: SendBuffer;
  #ready: Ready | undefined;
  #summary: Summary | undefined;
  #droppedBytes = 0;
  #scoredBytes = 0;
  #isReady = false;
  #isStopping = false;
  #sentStop = false;
  #cancelPoll: (() => void) | undefined;
  #connectWaiters: Waiter<Ready>[] = [];
  #drainWaiters: Waiter<void>[] = [];
  #stopWaiters: Waiter<Summary>[] = [];

  /** @throws Error if the url is invalid or the platform has no WebSocket */
  constructor(options: GenreClientOptions) {
    super();
    this.#options = options;
    this.#isLive = options.live ?? true;
    this.#bytesPerSecond = bytesPerSecond(options);
    this.#framer = new Framer(options);
    // A file is sent at most this far ahead of its scoring, so that all of it can be sent again; 4 s are some blocks ahead.
    this.#buffer = new SendBuffer(Math.max(options.historyBytes ?? 2 ** 20, this.#isLive ? 0 : 4 * this.#bytesPerSecond));
    const address = socketUrl(options.url, '/v1/stream');
    this.#connection = new Connection(options, {
      address: () => address,
      opened: () => this.#start(),
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#isReady = false;
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

  /** Audio lost on this side: dropped as too late for live, or a gap that a resume could not fill. */
  get droppedBytes(): number { return this.#droppedBytes; }

  get droppedMs(): number { return this.#droppedBytes / this.#bytesPerSecond * 1000; }

  /** Bytes queued here or in the socket. */
  get waitingBytes(): number { return this.#buffer.waitingBytes + this.#connection.bufferedBytes; }

  /**
   * @returns the server's `ready` message
   * @throws GenreError (rejects) if the server refuses, or can't be reached in `connectAttempts` attempts
   */
  connect(): Promise<Ready> {
    return new Promise((resolve, reject) => {
      if (this.#ready && this.#isReady) return resolve(this.#ready);
      this.#connectWaiters.push({ resolve, reject });
      this.#connection.open();
    });
  }

  /**
   * Sends audio in pieces of any length: bytes of the encoding, or interleaved samples. Queued until the connection is open.
   * @returns false on backpressure: live audio was dropped (oldest first); for a file, wait for `drained`
   * @throws Error after `stop`
   */
  send(sound: Uint8Array | Int16Array | Float32Array): boolean {
    if (this.#isStopping) throw new Error('This stream was stopped and takes no more audio; create a new GenreClient.');
    this.#framer.push(encode(sound, this.#options.encoding), (chunk) => this.#buffer.push(chunk));
    this.#pump();
    if (!this.#isLive) return this.#buffer.waitingBytes === 0;
    const dropped = this.#buffer.dropOver(this.#bytesPerSecond * (this.#options.maxWaitingMs ?? 2000) / 1000);
    this.#droppedBytes += dropped;
    return dropped === 0;
  }

  /** Resolves when everything passed to `send` has been handed to the socket; rejects if the stream ends first. */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#buffer.waitingBytes === 0) return resolve();
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
      if (this.#summary) return resolve(this.#summary);
      if (this.state === 'closed') return reject(new GenreError('closed', 'The stream is closed and has no summary; call connect() first.'));
      this.#stopWaiters.push({ resolve, reject });
      this.#isStopping = true;
      this.#pump();
    });
  }

  /** Closes immediately, without a summary. */
  close(): void {
    this.#connection.close();
  }

  #start(): void {
    const { encoding, sampleRate, channels, name, topK, spectrogram } = this.#options;
    const resume = this.#ready?.resumeToken;
    this.#sentStop = false;
    const start: Start = { type: 'start', version: 1, encoding, sampleRate, channels, ...defined({ name, topK, spectrogram, resume }) };
    this.#connection.send(JSON.stringify(start));
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'ready') return this.#onReady(message);
    if (message.type === 'prediction') {
      this.#scoredBytes = message.atMs / 1000 * this.#bytesPerSecond;
      this.emit('prediction', message);
      this.#pump();
    } else if (message.type === 'columns') this.emit('columns', message);
    else if (message.type === 'restarted') this.emit('restarted', message);
    else if (message.type === 'summary') {
      this.#summary = message;
      this.emit('summary', message);
      for (const waiter of this.#stopWaiters.splice(0)) waiter.resolve(message);
      if (this.#isStopping) this.#connection.close();
    }
  }

  #onReady(ready: Ready): void {
    if (this.#ready?.streamId === ready.streamId) {
      const hole = this.#buffer.rewind(ready.receivedBytes ?? this.#buffer.position);
      this.#droppedBytes += hole;
      if (hole > 0 && !this.#isLive) {
        this.#connection.close(new GenreError('lost-audio', `${hole} bytes were lost with the connection and are no longer in the history; send the file again, or set historyBytes higher.`));
        return;
      }
    } else this.#buffer.restart();
    this.#ready = ready;
    this.#isReady = true;
    this.#connection.succeeded();
    this.emit('ready', ready);
    for (const waiter of this.#connectWaiters.splice(0)) waiter.resolve(ready);
    this.#pump();
  }

  /** Sends what the socket can take, and polls while audio is queued: browsers have no event for a drained socket. */
  #pump(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
    while (this.#canSend()) this.#connection.send(this.#buffer.take()!);
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
    if (this.#isLive || this.#options.encoding === 'opus') return true;
    return this.#buffer.position - this.#scoredBytes < this.#buffer.historyBytes;
  }

  #decide(ending: Ending): 'done' | 'retry' | undefined {
    const isNew = ending.error?.code === 'resume-unknown' || this.#summary !== undefined;
    if (this.#summary && (this.#isStopping || ending.closeCode === 1000)) return 'done';
    if (!isNew || !this.#isLive || this.#isStopping) return undefined;
    // The server no longer has the stream, or ended it to shut down: live audio continues as a new stream.
    this.#ready = undefined;
    this.#summary = undefined;
    this.#buffer.restart();
    return 'retry';
  }

  #ended(error: GenreError | undefined): void {
    this.#cancelPoll?.();
    if (error) this.emit('error', error);
    const reason = error ?? new GenreError('closed', 'The stream was closed.');
    for (const waiter of [...this.#connectWaiters.splice(0), ...this.#drainWaiters.splice(0), ...this.#stopWaiters.splice(0)]) waiter.reject(reason);
  }
}

/** Without the fields that are undefined. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
