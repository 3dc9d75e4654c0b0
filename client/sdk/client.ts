/**
 * Sends sound, gets genres. One object is one stream: it lives through lost connections (the server
 * says how far it got, what it lacks is sent again) and ends with `stop` or `close`.
 */
import type { AudioFormat } from '../../server/protocol/audio-format.js';
import type { Start } from '../../server/protocol/client-messages.js';
import type { Ready, ServerMessage, Summary } from '../../server/protocol/messages.js';
import { AudioLog } from './audio-log.js';
import { WALL_CLOCK } from './clock.js';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.js';
import { Events, type StreamEvents } from './events.js';
import { GenreError, type Ending } from './refusal.js';
import { bytesPerSecond, encode, Framer } from './samples.js';
import { socketUrl } from './socket.js';

export interface GenreClientOptions extends ConnectionOptions, AudioFormat {
  /** What others see in the list of streams. */
  readonly name?: string;
  /** How many labels each prediction lists; the server has a default. */
  readonly topK?: number;
  /** Ask for `columns` messages: the picture of each block. */
  readonly spectrogram?: boolean;
  /**
   * Live sound (default) is better lost than late: what waits longer than `maxWaitingMs` is dropped, oldest first.
   * Without `live` nothing is ever dropped: wait for `drained` when `send` says false.
   */
  readonly live?: boolean;
  /** Live only: sound that may wait for a slow or lost connection, ms; default 2,000. */
  readonly maxWaitingMs?: number;
  /** The socket is given no more while it holds this many bytes; default 256 KiB. */
  readonly maxBufferedBytes?: number;
  /** Sent sound kept for a resume; default 1 MiB. */
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
  readonly #log: AudioLog;
  #ready: Ready | undefined;
  #summary: Summary | undefined;
  #droppedBytes = 0;
  #scoredBytes = 0;
  #isReady = false;
  #isStopping = false;
  #saidStop = false;
  #cancelPoll: (() => void) | undefined;
  #starters: Waiter<Ready>[] = [];
  #drainers: Waiter<void>[] = [];
  #stoppers: Waiter<Summary>[] = [];

  /** @throws Error where the url is none, or the platform has no WebSocket */
  constructor(options: GenreClientOptions) {
    super();
    this.#options = options;
    this.#isLive = options.live ?? true;
    this.#bytesPerSecond = bytesPerSecond(options);
    this.#framer = new Framer(options);
    // A file is sent only as far ahead as can be sent again, and at least some blocks ahead.
    this.#log = new AudioLog(Math.max(options.historyBytes ?? 2 ** 20, this.#isLive ? 0 : 4 * this.#bytesPerSecond));
    const address = socketUrl(options.url, '/v1/stream');
    this.#connection = new Connection(options, {
      address: () => address,
      opened: () => this.#start(),
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#isReady = false;
        this.emit('state', state);
      },
      judge: (ending) => this.#judge(ending),
      lost: (error) => this.emit('error', error),
      ended: (error) => this.#ended(error),
    });
  }

  get state(): ConnectionState { return this.#connection.state; }

  /** The server's last `ready`: stream id, model, labels. */
  get ready(): Ready | undefined { return this.#ready; }

  /** Sound lost on this side: too late for live, or a hole that a resume could not fill. */
  get droppedBytes(): number { return this.#droppedBytes; }

  get droppedMs(): number { return this.#droppedBytes / this.#bytesPerSecond * 1000; }

  /** Bytes that wait here or in the socket. */
  get waitingBytes(): number { return this.#log.waitingBytes + this.#connection.bufferedBytes; }

  /**
   * @returns the server's first word
   * @throws GenreError (rejects) where the server refuses, or can't be reached in `connectAttempts` attempts
   */
  connect(): Promise<Ready> {
    return new Promise((resolve, reject) => {
      if (this.#ready && this.#isReady) return resolve(this.#ready);
      this.#starters.push({ resolve, reject });
      this.#connection.open();
    });
  }

  /**
   * Sends sound in any cut: bytes of the encoding, or interleaved samples. Before the connection is there it waits.
   * @returns false where there is more than should wait: live sound was dropped then (oldest first), for a file wait for `drained`
   * @throws Error after `stop`
   */
  send(sound: Uint8Array | Int16Array | Float32Array): boolean {
    if (this.#isStopping) throw new Error('This stream was stopped: no sound can follow; make a new GenreClient.');
    this.#framer.push(encode(sound, this.#options.encoding), (chunk) => this.#log.push(chunk));
    this.#pump();
    if (!this.#isLive) return this.#log.waitingBytes === 0;
    const dropped = this.#log.dropOver(this.#bytesPerSecond * (this.#options.maxWaitingMs ?? 2000) / 1000);
    this.#droppedBytes += dropped;
    return dropped === 0;
  }

  /** Resolves when everything given to `send` is with the socket; rejects when the stream ends before. */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#log.waitingBytes === 0) return resolve();
      this.#drainers.push({ resolve, reject });
      this.#pump();
    });
  }

  /**
   * End of sound: what waits is sent, the server scores it.
   * @returns the stream's summary; rejects when the stream ends without one
   */
  stop(): Promise<Summary> {
    return new Promise((resolve, reject) => {
      if (this.#summary) return resolve(this.#summary);
      if (this.state === 'closed') return reject(new GenreError('closed', 'The stream is closed, there is no summary; call connect() first.'));
      this.#stoppers.push({ resolve, reject });
      this.#isStopping = true;
      this.#pump();
    });
  }

  /** Ends at once, without a summary. */
  close(): void {
    this.#connection.close();
  }

  #start(): void {
    const { encoding, sampleRate, channels, name, topK, spectrogram } = this.#options;
    const resume = this.#ready?.resumeToken;
    this.#saidStop = false;
    const start: Start = { type: 'start', version: 1, encoding, sampleRate, channels, ...defined({ name, topK, spectrogram, resume }) };
    this.#connection.send(JSON.stringify(start));
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'ready') return this.#readied(message);
    if (message.type === 'prediction') {
      this.#scoredBytes = message.atMs / 1000 * this.#bytesPerSecond;
      this.emit('prediction', message);
      this.#pump();
    } else if (message.type === 'columns') this.emit('columns', message);
    else if (message.type === 'restarted') this.emit('restarted', message);
    else if (message.type === 'summary') {
      this.#summary = message;
      this.emit('summary', message);
      for (const stopper of this.#stoppers.splice(0)) stopper.resolve(message);
      if (this.#isStopping) this.#connection.close();
    }
  }

  #readied(ready: Ready): void {
    if (this.#ready?.streamId === ready.streamId) {
      const hole = this.#log.rewind(ready.receivedBytes ?? this.#log.position);
      this.#droppedBytes += hole;
      if (hole > 0 && !this.#isLive) {
        this.#connection.close(new GenreError('lost-audio', `${hole} bytes were lost with the connection and are no longer kept; send the sound again, or set historyBytes higher.`));
        return;
      }
    } else this.#log.restart();
    this.#ready = ready;
    this.#isReady = true;
    this.#connection.succeeded();
    this.emit('ready', ready);
    for (const starter of this.#starters.splice(0)) starter.resolve(ready);
    this.#pump();
  }

  /** Hands over what may go, and looks again soon while something waits: browsers have no event for a drained socket. */
  #pump(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
    while (this.#maySend()) this.#connection.send(this.#log.take()!);
    if (this.#log.waitingBytes > 0) {
      if (this.#isReady) this.#cancelPoll = (this.#options.clock ?? WALL_CLOCK).after(POLL_MS, () => this.#pump());
      return;
    }
    for (const drainer of this.#drainers.splice(0)) drainer.resolve();
    if (this.#isStopping && this.#isReady && !this.#saidStop) this.#saidStop = this.#connection.send('{"type":"stop"}');
  }

  #maySend(): boolean {
    if (!this.#isReady || this.#log.waitingBytes === 0) return false;
    if (this.#connection.bufferedBytes >= (this.#options.maxBufferedBytes ?? 256 * 1024)) return false;
    if (this.#isLive || this.#options.encoding === 'opus') return true;
    return this.#log.position - this.#scoredBytes < this.#log.historyBytes;
  }

  #judge(ending: Ending): 'over' | 'retry' | undefined {
    const isNew = ending.error?.code === 'resume-unknown' || this.#summary !== undefined;
    if (this.#summary && (this.#isStopping || ending.closeCode === 1000)) return 'over';
    if (!isNew || !this.#isLive || this.#isStopping) return undefined;
    // The server forgot the stream, or ended it to go away: live sound goes on as a new one.
    this.#ready = undefined;
    this.#summary = undefined;
    this.#log.restart();
    return 'retry';
  }

  #ended(error: GenreError | undefined): void {
    this.#cancelPoll?.();
    if (error) this.emit('error', error);
    const reason = error ?? new GenreError('closed', 'The stream was closed.');
    for (const waiter of [...this.#starters.splice(0), ...this.#drainers.splice(0), ...this.#stoppers.splice(0)]) waiter.reject(reason);
  }
}

/** Without the fields that are undefined. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
