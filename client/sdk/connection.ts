/**
 * One WebSocket that comes back: attempts, backoff, and the judgement which endings are final.
 * What is said over it is the business of its owner (`GenreClient`, `GenreViewer`).
 */
import type { ErrorMessage, ServerMessage } from '../../server/protocol/messages.js';
import { BACKOFF, backoffMs, type Backoff } from './backoff.js';
import { WALL_CLOCK, type Clock } from './clock.js';
import { asError, isFinal, retryAfterMs, type Ending, type GenreError } from './refusal.js';
import { findSocket, SOCKET_OPEN, type Socket, type SocketConstructor } from './socket.js';

const SUBPROTOCOL = 'livegenre.v1';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** Settings that a sender and a viewer share. */
export interface ConnectionOptions {
  /** Where the server is: ws, wss, http or https. */
  readonly url: string | URL;
  /** WebSocket implementation; default: the platform's own (`ws` in Node). */
  readonly WebSocket?: SocketConstructor;
  readonly backoff?: Backoff;
  /** Attempts before the first success after which `connect` gives up; default 4. Once it worked, it never gives up. */
  readonly connectAttempts?: number;
  /** An attempt with no `ready` after this long has failed, ms; default 10,000. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
  /** 0 to 1, for the jitter; default Math.random. */
  readonly random?: () => number;
}

interface Owner {
  /** The address of the next attempt. */
  address(): string | Promise<string>;
  opened(): void;
  /** Every message but errors, which the connection keeps for its judgement. */
  received(message: ServerMessage): void;
  stateChanged(state: ConnectionState): void;
  /** May overrule the judgement of an ending: 'over' is a good end, 'retry' tries again. */
  judge(ending: Ending): 'over' | 'retry' | undefined;
  /** A connection was lost and will be tried again. */
  lost(error: GenreError): void;
  /** No more attempts; no error where the end was a good one. */
  ended(error?: GenreError): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #Socket: SocketConstructor;
  #socket: Socket | undefined;
  #cancelTimer = (): void => {};
  #failures = 0;
  #hasWorked = false;
  #state: ConnectionState = 'closed';

  constructor(options: ConnectionOptions, owner: Owner) {
    this.#options = options;
    this.#owner = owner;
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#Socket = findSocket(options.WebSocket);
  }

  get state(): ConnectionState { return this.#state; }

  /** Bytes handed to the socket and not yet on the wire. */
  get bufferedBytes(): number { return this.#socket?.bufferedAmount ?? 0; }

  /** Begins; a second call while it runs does nothing. */
  open(): void {
    if (this.#state !== 'closed') return;
    this.#failures = 0;
    this.#hasWorked = false;
    this.#enter('connecting');
    void this.#attempt();
  }

  /** @returns false where nothing is open to send on */
  send(data: string | Uint8Array): boolean {
    if (this.#socket?.readyState !== SOCKET_OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** `ready` came: the attempt was a success. */
  succeeded(): void {
    this.#cancelTimer();
    this.#failures = 0;
    this.#hasWorked = true;
    this.#enter('open');
  }

  /** Gives the present socket up and comes back as after any loss. */
  renew(reason: string): void {
    if (!this.#socket) return;
    const socket = this.#socket;
    this.#release();
    socket.close();
    this.#finished({ closeCode: 1006, reason });
  }

  /** Ends it for good; no message comes after. */
  close(error?: GenreError): void {
    if (this.#state === 'closed') return;
    this.#cancelTimer();
    const socket = this.#socket;
    this.#release();
    socket?.close(1000);
    this.#enter('closed');
    this.#owner.ended(error);
  }

  async #attempt(): Promise<void> {
    let address: string;
    try {
      address = await this.#owner.address();
    } catch (error) {
      if (this.#state !== 'closed') this.#finished({ closeCode: 1006, reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (this.#state === 'closed' || this.#socket) return;
    let socket: Socket;
    try {
      socket = new this.#Socket(address, SUBPROTOCOL);
    } catch (error) { // browsers refuse ws:// on a page of https://, and what the page's policy forbids
      return this.#finished({ closeCode: 1006, reason: `This page may not connect to ${address}: ${error instanceof Error ? error.message : String(error)}` });
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    let error: ErrorMessage | undefined;
    let refused: { status?: number; retryAfter?: string } = {};
    const finish = (closeCode: number, reason: string): void => {
      if (this.#socket !== socket) return;
      this.#release();
      this.#finished({ closeCode, reason, error, ...refused });
    };
    socket.onopen = () => this.#owner.opened();
    socket.onmessage = (event: { data: unknown }) => {
      const message = parse(event.data);
      if (!message) {
        socket.close();
        finish(1007, `The server sent something that is no livegenre message; is ${address} the right address?`);
      } else if (message.type === 'error') error = message;
      else this.#owner.received(message);
    };
    socket.onerror = () => {}; // a close always follows and says more
    socket.onclose = (event: { code: number; reason: string }) => finish(event.code || 1006, event.reason);
    socket.on?.('unexpected-response', (_request, response: { statusCode: number; headers: Record<string, string> }) => {
      refused = { status: response.statusCode, retryAfter: response.headers['retry-after'] } as typeof refused;
      socket.close(); // nobody else ends it once someone listens for this event
    });
    this.#cancelTimer = this.#clock.after(this.#options.connectTimeoutMs ?? 10_000, () => {
      socket.close();
      finish(1006, 'The server did not answer in time.');
    });
  }

  /** Lets go of the socket: nothing it does after is heard. */
  #release(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#cancelTimer();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
  }

  #finished(ending: Ending): void {
    const judgement = this.#owner.judge(ending);
    const error = asError(ending);
    this.#failures += 1;
    const givesUp = !this.#hasWorked && this.#failures >= (this.#options.connectAttempts ?? 4);
    if (judgement === 'over' || (judgement !== 'retry' && isFinal(ending)) || givesUp) {
      this.#enter('closed');
      this.#owner.ended(judgement === 'over' ? undefined : error);
      return;
    }
    this.#enter('reconnecting');
    this.#owner.lost(error);
    if (this.#state !== 'reconnecting') return; // the listener closed it
    const asked = retryAfterMs(ending) ?? 0;
    const random = (this.#options.random ?? Math.random)();
    // The asked time is a floor; jitter comes on top, so that all those who were asked do not come back together.
    const waitMs = asked > 0 ? asked * (1 + 0.2 * random) : backoffMs(this.#failures, this.#options.backoff ?? BACKOFF, random);
    this.#cancelTimer = this.#clock.after(waitMs, () => void this.#attempt());
  }

  #enter(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#owner.stateChanged(state);
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
