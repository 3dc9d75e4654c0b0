/** Watches a stream that another client or the server sends: the same events as a sender's, and it also reconnects. */
import type { ServerMessage } from '../../server/protocol/messages.js';
import { timeOfDayMs } from './clock.js';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.js';
import { Events, type StreamEvents } from './events.js';
import { InactivityTimer } from './inactivity-timer.js';
import { socketUrl } from './socket.js';

export interface GenreViewerOptions extends ConnectionOptions {
  /** The stream's id, or a function that finds it, called before each attempt (a restarted server has new ids). */
  readonly stream: string | (() => Promise<string>);
  /** Request `columns` messages. */
  readonly spectrogram?: boolean;
  /** The connection counts as lost after this time without a message, ms; default 20,000. */
  readonly quietMs?: number;
}

/** A stream that was watched may come back for so long: its sender goes on with the same id after a restart of the server. */
const RETURNS_WITHIN_MS = 60_000;

export class GenreViewer extends Events<StreamEvents> {
  readonly #connection: Connection;
  readonly #clock: GenreViewerOptions['clock'];
  #hasSummary = false;
  #watchedAtMs = -Infinity;
  readonly #inactivityTimer: InactivityTimer;

  constructor(options: GenreViewerOptions) {
    super();
    this.#clock = options.clock;
    this.#inactivityTimer = new InactivityTimer(options.quietMs ?? 20_000, () => this.#connection.reconnect('The server sent no message for too long.'), options.clock);
    const { stream } = options;
    const query = options.spectrogram ? '?spectrogram=1' : '';
    this.#connection = new Connection(options, {
      address: async () => {
        this.#hasSummary = false;
        const id = typeof stream === 'string' ? stream : await stream();
        return socketUrl(options.url, `/v1/streams/${encodeURIComponent(id)}/watch${query}`);
      },
      opened: () => {},
      received: (message) => this.#receive(message),
      stateChanged: (state) => {
        if (state !== 'open') this.#inactivityTimer.stop();
        this.emit('state', state);
      },
      decide: (ending) => {
        if (this.#hasSummary && ending.closeCode !== 1001) return 'done';
        const isGone = ending.error?.code === 'not-found' || ending.status === 404;
        return isGone && (typeof stream === 'function' || timeOfDayMs(this.#clock) - this.#watchedAtMs < RETURNS_WITHIN_MS) ? 'retry' : undefined;
      },
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
    this.#inactivityTimer.restart();
    if (message.type !== 'error') this.#watchedAtMs = timeOfDayMs(this.#clock);
    if (message.type === 'ready') {
      this.#connection.succeeded();
      this.emit('ready', message);
    } else if (message.type === 'prediction') this.emit('prediction', message);
    else if (message.type === 'columns') this.emit('columns', message);
    else if (message.type === 'restarted') this.emit('restarted', message);
    else if (message.type === 'station') this.emit('station', message);
    else if (message.type === 'summary') {
      this.#hasSummary = true;
      this.emit('summary', message);
    }
  }
}
