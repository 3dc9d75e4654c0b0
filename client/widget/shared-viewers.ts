/** Viewers shared by the widgets of a page: one connection per stream, closed while no widget is active. */
import type { Prediction } from '../../server/protocol/messages.js';
import { GenreViewer, type Clock, type ConnectionOptions, type GenreError, type Token } from '../sdk/index.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { StreamStatus } from './stream-status.js';
import { findConnectionProblem, type ConnectionProblem } from './connection-problem.js';

/** Slower than the dashboard's: a page may have many visitors, who all reconnect. */
const BACKOFF = { firstMs: 1000, ceilingMs: 30_000 };
/** A stream that ended may start again under the same id: retry after this time. */
const REOPEN_AFTER_MS = 30_000;
/** After this many failures in a row, a server that answers HTTP is `busy`; before that, a network failure is more likely. */
const BUSY_AFTER = 3;

/** A widget's subscription to a stream. */
export interface Subscription {
  readonly status: StreamStatus;
  /** Connects, unless connected already. */
  resume(): void;
  /** Releases the connection; the status stays. */
  pause(): void;
  /** Reconnects at once instead of waiting for the backoff. */
  retryNow(): void;
  end(): void;
}

export type OnChange = (prediction?: Prediction) => void;

export interface SharedViewerOptions extends Pick<ConnectionOptions, 'clock' | 'random' | 'WebSocket'> {
  readonly findConnectionProblem?: (address: string) => Promise<ConnectionProblem>;
}

class SharedViewer {
  readonly status = new StreamStatus();
  /** Subscribers, and whether each is active. */
  readonly subscribers = new Map<OnChange, boolean>();
  readonly #viewer: GenreViewer;
  readonly #clock: Clock;
  readonly #findProblem: (address: string) => Promise<ConnectionProblem>;
  readonly #address: string;
  #cancelReopen = (): void => {};
  #failures = 0;

  constructor(server: string, stream: string, options: SharedViewerOptions, token?: Token) {
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#findProblem = options.findConnectionProblem ?? findConnectionProblem;
    this.#address = new URL(`v1/streams/${encodeURIComponent(stream)}`, server).href;
    this.#viewer = new GenreViewer({ backoff: BACKOFF, ...options, url: server, stream, token, connectAttempts: Infinity });
    this.status.follow(this.#viewer, this.#clock, (prediction) => this.#changed(prediction), (error) => void this.#lost(error));
  }

  setActive(onChange: OnChange, isActive: boolean): void {
    this.subscribers.set(onChange, isActive);
    this.update();
  }

  /** Opens or closes the connection: open while any subscriber is active. */
  update(): void {
    this.#cancelReopen();
    if (this.#isActive) this.#viewer.open();
    else this.#viewer.close();
  }

  get #isActive(): boolean {
    return [...this.subscribers.values()].includes(true);
  }

  retryNow(): void {
    if (this.status.connection !== 'reconnecting') return;
    this.#viewer.close();
    this.update();
  }

  #changed(prediction?: Prediction): void {
    if (this.status.connection === 'open') this.#failures = 0;
    for (const onChange of [...this.subscribers.keys()]) onChange(prediction);
    this.#cancelReopen();
    if (this.status.connection !== 'closed' || !this.#isActive) return;
    this.#cancelReopen = this.#clock.after(REOPEN_AFTER_MS, () => this.update());
  }

  async #lost(error: GenreError): Promise<void> {
    if (error.code !== 'unreachable') return; // the server gave a reason; the next attempt shows more
    this.#failures += 1;
    const failures = this.#failures;
    const problem = await this.#findProblem(this.#address);
    if (this.status.connection !== 'reconnecting' || failures !== this.#failures) return; // connected or failed again meanwhile, or no active subscriber
    this.status.problem = problem === 'busy' && failures < BUSY_AFTER ? undefined : problem;
    this.#changed();
  }
}

export class SharedViewers {
  readonly #all = new Map<string, SharedViewer>();
  readonly #options: SharedViewerOptions;

  constructor(options: SharedViewerOptions = {}) {
    this.#options = options;
  }

  /**
   * Subscribes, paused at first.
   * @param server address that ends with a slash
   * @param token of the first who subscribes to the stream
   */
  subscribe(server: string, stream: string, onChange: OnChange, token?: Token): Subscription {
    const key = `${server} ${stream}`;
    const viewer = this.#all.get(key) ?? new SharedViewer(server, stream, this.#options, token);
    this.#all.set(key, viewer);
    viewer.subscribers.set(onChange, false);
    return {
      status: viewer.status,
      resume: () => viewer.setActive(onChange, true),
      pause: () => viewer.setActive(onChange, false),
      retryNow: () => viewer.retryNow(),
      end: () => {
        viewer.subscribers.delete(onChange);
        viewer.update();
        if (viewer.subscribers.size === 0) this.#all.delete(key);
      },
    };
  }
}
