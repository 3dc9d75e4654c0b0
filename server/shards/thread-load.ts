/**
 * Estimates the load of a thread with its live streams and with more of them. New streams are
 * refused by this estimate before running ones fall behind. A measurement may be a second old, so
 * streams that came since are added at the estimated cost of a stream.
 */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** From this many streams on, their mean cost predicts the cost of one more; fewer streams cost more each, since smaller batches are less efficient. */
const MIN_STREAMS_FOR_MEAN = 64;

export class ThreadLoad {
  readonly #estimatedCost: number;
  #share = 0;
  #streams = 0;
  /** Streams at the start of the measured window; later ones were not there for all of it. */
  #streamsAtStart = 0;

  /** @param estimatedCost share of the thread that one of many streams takes, until it is measured */
  constructor(estimatedCost: number) {
    this.#estimatedCost = estimatedCost;
  }

  /**
   * Takes the measurement of a window of time.
   * @param share of the window in which the thread was busy, 0 to 1
   * @param streams number of streams now
   */
  update(share: number, streams: number): void {
    this.#share = share;
    this.#streamsAtStart = this.#streams;
    this.#streams = streams;
  }

  /** Estimated share of the thread that this many streams take; may exceed 1. */
  estimate(streams: number): number {
    if (streams === 0) return 0;
    const cost = this.#streamsAtStart >= MIN_STREAMS_FOR_MEAN ? this.#share / this.#streamsAtStart : this.#estimatedCost;
    return this.#share + Math.max(0, streams - this.#streamsAtStart) * cost;
  }
}

const MEASURE_INTERVAL_MS = 500;
/** Share of the main thread for moving one stream's chunks; measured once, used until there is a measurement. */
const ESTIMATED_COST = 0.0004;

/** Measures the load of the thread that creates it. */
export class MainThreadLoad {
  readonly #load = new ThreadLoad(ESTIMATED_COST);
  readonly #timer: NodeJS.Timeout;
  #previous: EventLoopUtilization = performance.eventLoopUtilization();

  /** @param streams returns the number of streams now */
  constructor(streams: () => number) {
    this.#timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.#load.update(performance.eventLoopUtilization(now, this.#previous).utilization, streams());
      this.#previous = now;
    }, MEASURE_INTERVAL_MS).unref();
  }

  /** 0 for few streams: then the load has other causes. */
  estimate(streams: number): number {
    return streams < MIN_STREAMS_FOR_MEAN ? 0 : this.#load.estimate(streams);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
