/**
 * How busy a thread is with live streams, and how busy it would be with more: what new streams are
 * refused by while those that run can still be kept in time. What is measured is a second old, so
 * streams that came since are counted at what a stream costs.
 */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** From so many streams on their mean says what one more costs; few cost more each, since a step is shared by fewer. */
const MANY = 64;

export class ThreadLoad {
  readonly #usualCost: number;
  #share = 0;
  #streams = 0;
  /** Streams when the window before the measured one ended: those that came later were not there for all of it. */
  #counted = 0;

  /** @param usualCost share of the thread that one stream of many takes, until it is known */
  constructor(usualCost: number) {
    this.#usualCost = usualCost;
  }

  /**
   * A window of time is over.
   * @param share of it that the thread was busy, 0 to 1
   * @param streams that there are now
   */
  measured(share: number, streams: number): void {
    this.#share = share;
    this.#counted = this.#streams;
    this.#streams = streams;
  }

  /** The share that so many streams take, 0 to 1 and more. */
  with(streams: number): number {
    if (streams === 0) return 0;
    const cost = this.#counted >= MANY ? this.#share / this.#counted : this.#usualCost;
    return this.#share + Math.max(0, streams - this.#counted) * cost;
  }
}

const MEASURE_EVERY_MS = 500;
/** Moving the chunks of one stream; measured once, only for the first moments. */
const USUAL_COST = 0.0004;

/** The load of the thread that this is called in. */
export class MainThreadLoad {
  readonly #load = new ThreadLoad(USUAL_COST);
  readonly #timer: NodeJS.Timeout;
  #before: EventLoopUtilization = performance.eventLoopUtilization();

  /** @param streams that there are when asked */
  constructor(streams: () => number) {
    this.#timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.#load.measured(performance.eventLoopUtilization(now, this.#before).utilization, streams());
      this.#before = now;
    }, MEASURE_EVERY_MS).unref();
  }

  /** Few streams are not what keeps it busy. */
  with(streams: number): number {
    return streams < MANY ? 0 : this.#load.with(streams);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
