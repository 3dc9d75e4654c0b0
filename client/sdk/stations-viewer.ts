/** Watches all stations of a server at once: a glance at each, once a second; comes back after a loss. */
import type { ServerMessage, StationsMessage } from '../../server/protocol/messages.js';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.js';
import { Events } from './events.js';
import { Quiet } from './quiet.js';
import type { GenreError } from './refusal.js';
import { socketUrl } from './socket.js';

export interface StationsViewerOptions extends ConnectionOptions {
  /** After this long without a message the connection counts as lost, ms; default 5,000. */
  readonly quietMs?: number;
}

export interface StationsEvents {
  stations: StationsMessage;
  state: ConnectionState;
  /** A lost connection (`state` is then 'reconnecting') or the end (`state` is 'closed'). */
  error: GenreError;
}

const QUIET_MS = 5000;

export class StationsViewer extends Events<StationsEvents> {
  readonly #connection: Connection;
  readonly #quiet: Quiet;

  constructor(options: StationsViewerOptions) {
    super();
    this.#quiet = new Quiet(options.quietMs ?? QUIET_MS, () => this.#connection.renew('Nothing came for a while.'), options.clock);
    this.#connection = new Connection(options, {
      address: () => socketUrl(options.url, '/v1/stations/watch'),
      opened: () => {},
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#quiet.end();
        this.emit('state', state);
      },
      judge: () => undefined,
      lost: (error) => this.emit('error', error),
      ended: (error) => { if (error) this.emit('error', error); },
    });
  }

  get state(): ConnectionState { return this.#connection.state; }

  /** Begins; what happens comes as events. */
  open(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  #receive(message: ServerMessage): void {
    if (message.type !== 'stations') return;
    this.#connection.succeeded();
    this.#quiet.heard();
    this.emit('stations', message);
  }
}
