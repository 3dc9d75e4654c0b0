/**
 * A WebSocket that reconnects: attempts, backoff, and the decision which endings are final.
 * The messages are handled by its owner (`GenreClient`, `GenreViewer`, `StationsViewer`).
 */
import type { ErrorMessage, ServerMessage } from '../../server/protocol/messages.js';
import { BACKOFF, backoffMs, type Backoff } from './backoff.js';
import { WALL_CLOCK, type Clock } from './clock.js';
import { asError, GenreError, isFinal, retryAfterMs, type Ending } from './connection-errors.js';
import { findSocket, SOCKET_OPEN, type Socket, type SocketConstructor } from './socket.js';
import { onWake } from './wake.js';

const SUBPROTOCOL = 'livegenre.v1';

export type Token = () => string | undefined | Promise<string | undefined>;
export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** Options common to senders and viewers. */
export interface ConnectionOptions {
  /** Address of the server: ws, wss, http or https. */
  readonly url: string | URL;
  /** WebSocket implementation; default: the platform's own (`ws` in Node). */
  readonly WebSocket?: SocketConstructor;
  /**
   * Gives a token, before each attempt; undefined for none. Browsers send it as a subprotocol and need a
   * short-lived one (`POST /v1/tokens/signed`); Node sends it as a header, API tokens too.
   */
  readonly token?: Token | undefined;
  readonly backoff?: Backoff;
  /** `connect` gives up after this many attempts without a success; default 4. After a success it retries forever. */
  readonly connectAttempts?: number;
  /** An attempt without an answer fails after this time, ms; default 10,000. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
  /** Random number of 0 to 1 for the jitter; default Math.random. */
  readonly random?: () => number;
}

/**
 * What to do about an ending: 'done' is a normal end; 'retry' reconnects; 'anew' does so after the first
 * wait of the backoff, since the server is there; 'wait' reconnects when `retryNow` is called; an error
 * ends with it; undefined leaves it to the connection.
 */
export type Decision = 'done' | 'retry' | 'anew' | 'wait' | GenreError | undefined;

interface ConnectionHandlers {
  /** URL for the next attempt. */
  address(): string | Promise<string>;
  opened(): void;
  /** Called for every message except errors, which the connection uses to decide about the ending. */
  received(message: ServerMessage): void;
  stateChanged(state: ConnectionState): void;
  /** Overrides what the connection would do about an ending. */
  decide(ending: Ending): Decision;
  /** The connection was lost; it will reconnect. */
  lost(error: GenreError): void;
  /** No more attempts; without an error if the end was normal. */
  ended(error?: GenreError): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #clock: Clock;
  readonly #Socket: SocketConstructor;
  #socket: Socket | undefined;
  /** Ends the time limit of the running attempt. */
  #cancelTimer = (): void => {};
  /** Ends the wait for the next attempt. */
  #cancelRetry = (): void => {};
  #failures = 0;
  #hasWorked = false;
  #state: ConnectionState = 'closed';

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#Socket = findSocket(options.WebSocket);
  }

  get state(): ConnectionState { return this.#state; }

  /** Bytes handed to the socket and not sent yet. */
  get bufferedBytes(): number { return this.#socket?.bufferedAmount ?? 0; }

  /** Starts connecting; does nothing unless closed. */
  open(): void {
    if (this.#state !== 'closed') return;
    this.#failures = 0;
    this.#hasWorked = false;
    this.#setState('connecting');
    void this.#attempt();
  }

  /** @returns false if no socket is open */
  send(data: string | Uint8Array): boolean {
    if (this.#socket?.readyState !== SOCKET_OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Called by the owner when the server has answered: the attempt succeeded. */
  succeeded(): void {
    this.#cancelTimer();
    this.#failures = 0;
    this.#hasWorked = true;
    this.#setState('open');
  }

  /** Drops the current socket and reconnects as after any loss. */
  reconnect(reason: string): void {
    if (!this.#socket) return;
    const socket = this.#socket;
    this.#release();
    socket.close();
    this.#handleEnding({ closeCode: 1006, reason });
  }

  /** Reconnects at once, if the next attempt is still to come. */
  retryNow(): void {
    if (this.#state !== 'reconnecting' || this.#socket) return;
    this.#cancelRetry();
    void this.#attempt();
  }

  /** Closes for good; no message is delivered afterwards. */
  close(error?: GenreError): void {
    if (this.#state === 'closed') return;
    this.#cancelRetry();
    const socket = this.#socket;
    this.#release();
    socket?.close(1000);
    this.#setState('closed');
    this.#handlers.ended(error);
  }

  async #attempt(): Promise<void> {
    let address = '';
    let socket: Socket;
    try {
      const token = await this.#options.token?.();
      address = await this.#handlers.address();
      if (this.#state === 'closed' || this.#socket) return;
      socket = new this.#Socket(address, token ? [SUBPROTOCOL, `livegenre.token.${token}`] : SUBPROTOCOL);
    } catch (error) {
      const { message } = error as Error;
      // Browsers refuse ws:// on an https page and addresses that the content security policy forbids.
      if (this.#state !== 'closed') this.#handleEnding({ closeCode: 1006, reason: `${address && `This page may not connect to ${address}: `}${message}` });
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    let error: ErrorMessage | undefined;
    let rejected: { status?: number; retryAfter?: string } = {};
    const finish = (closeCode: number, reason: string): void => {
      if (this.#socket !== socket) return;
      this.#release();
      this.#handleEnding({ closeCode, reason, error, ...rejected });
    };
    socket.onopen = () => this.#handlers.opened();
    socket.onmessage = (event: { data: unknown }) => {
      const message = parse(event.data);
      if (!message) {
        socket.close();
        finish(1007, `${address} sent no livegenre message; is it the right address?`);
      } else if (message.type === 'error') error = message;
      else this.#handlers.received(message);
    };
    socket.onerror = () => {}; // a close event always follows and has the details
    socket.onclose = (event: { code: number; reason: string }) => finish(event.code || 1006, event.reason);
    socket.on?.('unexpected-response', (_request, response: { statusCode: number; headers: Record<string, string> }) => {
      rejected = { status: response.statusCode, retryAfter: response.headers['retry-after'] } as typeof rejected;
      socket.close(); // with a listener for this event, `ws` does not close it by itself
    });
    this.#cancelTimer = this.#clock.after(this.#options.connectTimeoutMs ?? 10_000, () => {
      socket.close();
      finish(1006, 'The server did not answer in time.');
    });
  }

  /** Detaches the socket: its later events are ignored. */
  #release(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#cancelTimer();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
  }

  #handleEnding(ending: Ending): void {
    const decision = this.#handlers.decide(ending);
    const error = decision instanceof GenreError ? decision : asError(ending);
    this.#failures = decision === 'anew' ? 1 : this.#failures + 1;
    const isGivingUp = !this.#hasWorked && this.#failures >= (this.#options.connectAttempts ?? 4);
    if (decision === 'done' || decision === error || (decision === undefined && isFinal(ending)) || isGivingUp) {
      this.#setState('closed');
      this.#handlers.ended(decision === 'done' ? undefined : error);
      return;
    }
    this.#setState('reconnecting');
    this.#handlers.lost(error);
    if (this.#state !== 'reconnecting' || decision === 'wait') return; // the listener closed it, or the owner says when
    const serverWaitMs = retryAfterMs(ending) ?? 0;
    const random = (this.#options.random ?? Math.random)();
    // The time the server asked for is a minimum; jitter is added so that its clients do not all reconnect together.
    const waitMs = serverWaitMs > 0 ? serverWaitMs * (1 + 0.2 * random) : backoffMs(this.#failures, this.#options.backoff ?? BACKOFF, random);
    const cancel = this.#clock.after(waitMs, () => this.retryNow());
    const stopListening = serverWaitMs > 0 ? undefined : onWake(() => this.retryNow());
    this.#cancelRetry = () => {
      cancel();
      stopListening?.();
    };
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#handlers.stateChanged(state);
  }
}

function parse(data: unknown): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(String(data));
    return typeof value === 'object' && value !== null && 'type' in value ? value as ServerMessage : undefined;
  } catch {
    return undefined;
  }
}
