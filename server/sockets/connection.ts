/**
 * One WebSocket as senders and viewers share it: what it says, in what order, how it closes, and
 * whether its peer still lives. A slow reader gets the newest prediction, never a queue.
 */
import { WebSocket } from 'ws';
import { ERRORS, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

export type ConnectionSettings = Pick<Settings, 'maxUnsentBytes' | 'pingIntervalMs' | 'retryAfterMs'>;

/**
 * A WebSocket that says why before ws closes it for a broken frame: ws closes first and reports
 * afterwards, when nothing can be sent any more.
 */
export class SpeakingSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (reason === undefined && this.readyState === WebSocket.OPEN) {
      // 1008 is ws's answer to too many frames or pieces.
      if (code === 1009 || code === 1008) {
        this.send(encodeMessage({ type: 'error', code: 'too-big', message: 'A message was over the server\'s limit of bytes or frames. Send smaller ones.' }).json);
        return super.close(ERRORS['too-big'].closeCode, 'too-big');
      }
      if (code === 1007 || code === 1002) {
        this.send(encodeMessage({ type: 'error', code: 'bad-message', message: 'A frame was not valid WebSocket data (RFC 6455).' }).json);
      }
    }
    super.close(code, reason);
  }
}

/** Each of these makes the one before it needless. */
const REPEATED: ReadonlySet<EncodedMessage['type']> = new Set(['prediction', 'columns', 'station', 'stations']);

export class Connection {
  readonly ws: WebSocket;
  readonly #settings: ConnectionSettings;
  readonly #pings: NodeJS.Timeout;
  #isAlive = true;
  #hasSpoken = false;
  /** Of what a slow reader skips, the newest of each type. */
  readonly #newest = new Map<EncodedMessage['type'], EncodedMessage>();

  constructor(ws: WebSocket, settings: ConnectionSettings) {
    this.ws = ws;
    this.#settings = settings;
    this.#pings = setInterval(() => this.#ping(), settings.pingIntervalMs);
    ws.on('pong', () => (this.#isAlive = true));
    ws.once('close', () => {
      clearInterval(this.#pings);
      this.#newest.clear();
    });
  }

  /** A message came. Who speaks all the time need not be asked. */
  heard(): void {
    this.#hasSpoken = true;
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  /** Says it now, or when the peer has read; of what comes again and again only the newest waits. */
  say(told: EncodedMessage): void {
    if (!this.isOpen) return;
    if (REPEATED.has(told.type) && this.ws.bufferedAmount > this.#settings.maxUnsentBytes) {
      // In the order in which they came: a picture follows its prediction.
      this.#newest.delete(told.type);
      this.#newest.set(told.type, told);
      return;
    }
    this.ws.send(told.json, this.#onSent);
  }

  /** Says what is wrong, then closes with the code that belongs to it. */
  refuse(code: ErrorCode, sentence: string): void {
    const retryAfterMs = ERRORS[code].closeCode === 1013 ? this.#settings.retryAfterMs : undefined;
    this.say(encodeMessage({ type: 'error', code, message: sentence, ...(retryAfterMs !== undefined && { retryAfterMs }) }));
    this.close(code);
  }

  /** Closes with a code of the table, or 1000 when all is done. */
  close(code?: ErrorCode): void {
    // A paused socket would not see the peer's answer.
    if (this.ws.isPaused) this.ws.resume();
    if (code === undefined) return this.ws.close(1000, 'done');
    const { closeCode } = ERRORS[code];
    this.ws.close(closeCode, closeCode === 1013 ? `${code} retryAfterMs=${this.#settings.retryAfterMs}` : code);
  }

  readonly #onSent = (): void => {
    if (this.#newest.size === 0 || this.ws.bufferedAmount > this.#settings.maxUnsentBytes) return;
    const newest = [...this.#newest.values()];
    this.#newest.clear();
    for (const told of newest) this.say(told);
  };

  #ping(): void {
    // While reading is paused its answer can't be seen.
    if (this.#hasSpoken || this.ws.isPaused) {
      this.#hasSpoken = false;
      this.#isAlive = true;
      return;
    }
    if (!this.#isAlive) return this.ws.terminate();
    this.#isAlive = false;
    this.ws.ping();
  }
}
