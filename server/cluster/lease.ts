/**
 * A lease says which one node of several does a thing, for a short time that it renews. Every
 * acquisition has a new, higher number (a fencing token), so that what a former holder still writes
 * can be refused. All implementations pass the same tests (`test/interop/lease-contract.ts`).
 */
import type { Observable } from 'rxjs';

/** All in ms. `holdMs` is shorter than `ttlMs`: the holder stops before anybody else may begin, whatever the two clocks are apart in speed. */
export interface LeaseTimes {
  /** After this time without renewal the lease is free, by the clock of the engine. */
  readonly ttlMs: number;
  readonly renewMs: number;
  /** The holder counts as such for this long after it sent its last successful renewal, by its own monotonic clock. */
  readonly holdMs: number;
  /** Time after which a request without an answer has failed. */
  readonly answerMs: number;
}

export const LEASE_TIMES: LeaseTimes = { ttlMs: 6000, renewMs: 2000, holdMs: 4000, answerMs: 1500 };

/** A monotonic clock, ms. It must go on while the process is stopped, as `performance.now` does on Linux. */
export type Monotonic = () => number;

export interface Leases {
  /**
   * @param name a kind, a dot and an id: `station.news-24`; letters, digits, dots, dashes and underscores
   * @param value kept with the lease, for `values`
   * @param lost lease of the same name that this node lost, as its engine forgot it. While its time runs, nobody else can have begun
   * @returns undefined while the lease belongs to somebody, which may be this node
   * @throws Error when the engine gives no answer; the lease may then be taken, and is free again after `ttlMs`
   */
  acquire(name: string, value?: string, lost?: Lease): Promise<Lease | undefined>;
  /** Names of all leases of a kind that anybody holds. @throws Error as `acquire` */
  names(kind: string): Promise<ReadonlySet<string>>;
  /** The same with their values. @throws Error as `acquire` */
  values(kind: string): Promise<ReadonlyMap<string, string>>;
  /** Hot: names of released leases. Only a hint: some are missing. */
  readonly released$: Observable<string>;
  /** Closes the connection; leases that are held expire. */
  close(): Promise<void>;
}

/** What an engine does for one acquisition. */
export interface HeldInEngine {
  /** @returns false when it is somebody else's or expired. @throws Error without an answer */
  renew(value: string): Promise<boolean>;
  /** Does nothing to what is somebody else's by now. @throws Error without an answer */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly name: string;
  readonly value: string;
  readonly number: number;
  /** When the request was sent that acquired it. */
  readonly sentAtMs: number;
  readonly holdMs: number;
  readonly now: Monotonic;
  readonly engine: HeldInEngine;
}

export class Lease {
  readonly name: string;
  /** Fencing number: higher than that of all acquisitions of this name before; an integer that a double holds exactly. */
  readonly number: number;
  readonly #engine: HeldInEngine;
  readonly #holdMs: number;
  readonly #now: Monotonic;
  #value: string;
  #untilMs: number;
  #isLost = false;

  constructor({ name, value, number, sentAtMs, holdMs, now, engine }: LeaseOptions) {
    this.name = name;
    this.number = number;
    this.#value = value;
    this.#engine = engine;
    this.#holdMs = holdMs;
    this.#now = now;
    this.#untilMs = sentAtMs + holdMs;
  }

  /** Whether this node may act on it now. Ask again before every act. */
  get isHeld(): boolean {
    return !this.#isLost && this.isInTime;
  }

  /** Whether nobody else can have begun yet, even if the engine has lost it. */
  get isInTime(): boolean {
    return this.#now() < this.#untilMs;
  }

  /**
   * @param value replaces the one it has
   * @returns false when it is lost for good
   * @throws Error when the engine gives no answer; it is held until its time is over
   */
  async renew(value = this.#value): Promise<boolean> {
    if (!this.isHeld) return this.#lose();
    const sentAtMs = this.#now();
    if (!await this.#engine.renew(value)) return this.#lose();
    // An answer that comes after the time is over changes nothing: the holder has stopped.
    if (!this.isHeld) return this.#lose();
    this.#value = value;
    this.#untilMs = sentAtMs + this.#holdMs;
    return true;
  }

  /**
   * Gives it to whoever wants it next; also one whose time is over, as a late renewal may have prolonged it.
   * @returns false without an answer; it expires
   */
  async release(): Promise<boolean> {
    this.#lose();
    this.#untilMs = -Infinity;
    return this.#engine.release().then(() => true, () => false);
  }

  #lose(): false {
    this.#isLost = true;
    return false;
  }
}
