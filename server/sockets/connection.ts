/**
 * A WebSocket connection, for senders and viewers alike: sending with backpressure, closing with an
 * error code, and pings to detect dead peers. A slow reader gets the newest prediction, not a queue.
 */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { ERRORS, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import { frameOf } from './frame.js';

/** What is open for as long as a token counts. */
export interface Held {
  /** The token no longer counts. */
  tokenEnded(): void;
}

export const TOKEN_ENDED = 'The token of this connection was revoked or is too old. Connect again with another.';

export type ConnectionSettings = Pick<Settings, 'maxUnsentBytes' | 'pingIntervalMs' | 'retryAfterMs'>;

/**
 * A WebSocket that sends an error message before ws closes it for an invalid frame. The `error` event
 * of ws comes after the close, when nothing can be sent any more.
 */
export class ErrorReportingSocket extends WebSocket {
  /** Under it; frames may be written to it between those of ws, which are whole ones as well. */
  socket: Duplex | undefined;

  override close(code?: number, reason?: string | Buffer): void {
    if (reason === undefined && this.readyState === WebSocket.OPEN) {
      // ws closes with 1008 for too many frames or buffered chunks.
      if (code === 1009 || code === 1008) {
        this.send(encodeMessage({ type: 'error', code: 'too-big', message: 'A message exceeds the server\'s limit of bytes or frames. Send smaller messages.' }).json);
        return super.close(ERRORS['too-big'].closeCode, 'too-big');
      }
      if (code === 1007 || code === 1002) {
        this.send(encodeMessage({ type: 'error', code: 'bad-message', message: 'A frame was not valid WebSocket data (RFC 6455).' }).json);
      }
    }
    super.close(code, reason);
  }
}

/** Message types of which only the newest matters. */
const REPLACEABLE: ReadonlySet<EncodedMessage['type']> = new Set(['prediction', 'columns', 'station', 'stations']);

export class Connection implements Held {
  readonly ws: WebSocket;
  readonly #settings: ConnectionSettings;
  readonly #socket: Duplex | undefined;
  readonly #pings: NodeJS.Timeout;
  #isAlive = true;
  #wasActive = false;
  /** Unsent messages for a slow reader: the newest of each replaceable type. */
  readonly #newest = new Map<EncodedMessage['type'], EncodedMessage>();

  constructor(ws: WebSocket, settings: ConnectionSettings) {
    this.ws = ws;
    this.#socket = ws instanceof ErrorReportingSocket ? ws.socket : undefined;
    this.#settings = settings;
    this.#pings = setInterval(() => this.#ping(), settings.pingIntervalMs);
    ws.on('pong', () => (this.#isAlive = true));
    ws.once('close', () => {
      clearInterval(this.#pings);
      this.#newest.clear();
    });
  }

  /** Marks the peer as alive because it sent something; the next ping is skipped. */
  markActive(): void {
    this.#wasActive = true;
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  /** Sends now; a replaceable message waits while too much is unsent, and only the newest is kept. */
  send(message: EncodedMessage): void {
    if (!this.isOpen) return;
    if (REPLACEABLE.has(message.type) && this.ws.bufferedAmount > this.#settings.maxUnsentBytes) {
      // Delete first, to keep the order of arrival: `columns` follow their prediction.
      this.#newest.delete(message.type);
      this.#newest.set(message.type, message);
      return;
    }
    if (this.#socket) this.#socket.write(frameOf(message), this.#onSent);
    else this.ws.send(message.json, this.#onSent);
  }

  /** Sends an error message, then closes with its close code. */
  fail(code: ErrorCode, sentence: string): void {
    const retryAfterMs = ERRORS[code].closeCode === 1013 ? this.#settings.retryAfterMs : undefined;
    this.send(encodeMessage({ type: 'error', code, message: sentence, ...(retryAfterMs !== undefined && { retryAfterMs }) }));
    this.close(code);
  }

  tokenEnded(): void {
    this.fail('token-ended', TOKEN_ENDED);
  }

  /** Closes with the error's close code, or with 1000. */
  close(code?: ErrorCode): void {
    // A paused socket would not read the peer's close frame.
    if (this.ws.isPaused) this.ws.resume();
    if (code === undefined) return this.ws.close(1000, 'done');
    const { closeCode } = ERRORS[code];
    this.ws.close(closeCode, closeCode === 1013 ? `${code} retryAfterMs=${this.#settings.retryAfterMs}` : code);
  }

  readonly #onSent = (): void => {
    if (this.#newest.size === 0 || this.ws.bufferedAmount > this.#settings.maxUnsentBytes) return;
    const newest = [...this.#newest.values()];
    this.#newest.clear();
    for (const message of newest) this.send(message);
  };

  #ping(): void {
    // While reading is paused a pong can't be received.
    if (this.#wasActive || this.ws.isPaused) {
      this.#wasActive = false;
      this.#isAlive = true;
      return;
    }
    if (!this.#isAlive) return this.ws.terminate();
    this.#isAlive = false;
    this.ws.ping();
  }
}
