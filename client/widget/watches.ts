/** The streams that a page watches: one connection for each, however many widgets show it, and none while nobody looks. */
import type { Prediction } from '../../server/protocol/messages.js';
import { GenreViewer, type Clock, type ConnectionOptions, type GenreError } from '../sdk/index.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { Known } from './known.js';
import { findTrouble, type Trouble } from './trouble.js';

/** Slower than a dashboard's: a page may have a great many readers, and all of them come back. */
const BACKOFF = { firstMs: 1000, ceilingMs: 30_000 };
/** A stream that ended may be played again under the same id: looked at so much later. */
const LOOK_AGAIN_MS = 30_000;
/** A server that answers and yet closes the socket so often in a row has no place; before, it was the way there. */
const BUSY_AFTER = 3;

/** One widget's place at a stream. */
export interface Seat {
  readonly known: Known;
  /** Wants to know from now on. */
  look(): void;
  /** Wants to know nothing for now; what is known stays. */
  rest(): void;
  /** Tries again now where a connection is waited for. */
  hurry(): void;
  leave(): void;
}

export type OnChange = (prediction?: Prediction) => void;

export interface WatchOptions extends Pick<ConnectionOptions, 'clock' | 'random' | 'WebSocket'> {
  readonly findTrouble?: (address: string) => Promise<Trouble>;
}

class Watch {
  readonly known = new Known();
  /** Those who sit here, and who of them looks. */
  readonly seats = new Map<OnChange, boolean>();
  readonly #viewer: GenreViewer;
  readonly #clock: Clock;
  readonly #find: (address: string) => Promise<Trouble>;
  readonly #address: string;
  #cancelAgain = (): void => {};
  #failures = 0;

  constructor(server: string, stream: string, options: WatchOptions) {
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#find = options.findTrouble ?? findTrouble;
    this.#address = new URL(`v1/streams/${encodeURIComponent(stream)}`, server).href;
    this.#viewer = new GenreViewer({ backoff: BACKOFF, ...options, url: server, stream, connectAttempts: Infinity });
    this.known.follow(this.#viewer, this.#clock, (prediction) => this.#changed(prediction), (error) => void this.#lost(error));
  }

  seat(onChange: OnChange, isLooking: boolean): void {
    this.seats.set(onChange, isLooking);
    this.turn();
  }

  /** Open exactly while somebody looks. */
  turn(): void {
    this.#cancelAgain();
    if (this.#isWanted) this.#viewer.open();
    else this.#viewer.close();
  }

  get #isWanted(): boolean {
    return [...this.seats.values()].includes(true);
  }

  hurry(): void {
    if (this.known.link !== 'reconnecting') return;
    this.#viewer.close();
    this.turn();
  }

  #changed(prediction?: Prediction): void {
    if (this.known.link === 'open') this.#failures = 0;
    for (const onChange of [...this.seats.keys()]) onChange(prediction);
    this.#cancelAgain();
    if (this.known.link !== 'closed' || !this.#isWanted) return;
    this.#cancelAgain = this.#clock.after(LOOK_AGAIN_MS, () => this.turn());
  }

  async #lost(error: GenreError): Promise<void> {
    if (error.code !== 'unreachable') return; // the server said goodbye: the next attempt tells more
    this.#failures += 1;
    const failures = this.#failures;
    const trouble = await this.#find(this.#address);
    if (this.known.link !== 'reconnecting' || failures !== this.#failures) return; // connected meanwhile, failed again, or nobody looks
    this.known.trouble = trouble === 'busy' && failures < BUSY_AFTER ? undefined : trouble;
    this.#changed();
  }
}

export class Watches {
  readonly #all = new Map<string, Watch>();
  readonly #options: WatchOptions;

  constructor(options: WatchOptions = {}) {
    this.#options = options;
  }

  /**
   * A seat that rests at first.
   * @param server address that ends with a slash
   */
  join(server: string, stream: string, onChange: OnChange): Seat {
    const key = `${server} ${stream}`;
    const watch = this.#all.get(key) ?? new Watch(server, stream, this.#options);
    this.#all.set(key, watch);
    watch.seats.set(onChange, false);
    return {
      known: watch.known,
      look: () => watch.seat(onChange, true),
      rest: () => watch.seat(onChange, false),
      hurry: () => watch.hurry(),
      leave: () => {
        watch.seats.delete(onChange);
        watch.turn();
        if (watch.seats.size === 0) this.#all.delete(key);
      },
    };
  }
}
