/** Receives the status of all stations of a server once a second; reconnects after a loss. */
import type { ServerMessage, StationsMessage } from '../../server/protocol/messages.js';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.js';
import { Events } from './events.js';
import { InactivityTimer } from './inactivity-timer.js';
import type { GenreError } from './connection-errors.js';
import { socketUrl } from './socket.js';

export interface StationsViewerOptions extends ConnectionOptions {
  /** The connection counts as lost after this time without a message, ms; default 5,000. */
  readonly quietMs?: number;
}

export interface StationsEvents {
  stations: StationsMessage;
  state: ConnectionState;
  /** The connection was lost (`state` is 'reconnecting') or has ended (`state` is 'closed'). */
  error: GenreError;
}

const QUIET_MS = 5000;

export class StationsViewer extends Events<StationsEvents> {
  readonly #connection: Connection;
  readonly #inactivityTimer: InactivityTimer;

  constructor(options: StationsViewerOptions) {
    super();
    this.#inactivityTimer = new InactivityTimer(options.quietMs ?? QUIET_MS, () => this.#connection.reconnect('The server sent no message for too long.'), options.clock);
    this.#connection = new Connection(options, {
      address: () => socketUrl(options.url, '/v1/stations/watch'),
      opened: () => {},
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#inactivityTimer.stop();
        this.emit('state', state);
      },
      decide: () => undefined,
      lost: (error) => this.emit('error', error),
      ended: (error) => { if (error) this.emit('error', error); },
    });
  }

  get state(): ConnectionState { return this.#connection.state; }

  /** Starts connecting; results arrive as events. */
  open(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  #receive(message: ServerMessage): void {
    if (message.type !== 'stations') return;
    this.#connection.succeeded();
    this.#inactivityTimer.restart();
    this.emit('stations', message);
  }
}
