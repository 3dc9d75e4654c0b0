/** Long reads in pages, with a turn of the event loop between them: streams and other requests go first. */
import { setImmediate } from 'node:timers/promises';
import type { HistoryMinute, HistorySegment, HistoryState, HistoryStore, HistoryTitle, Range } from '../../store/store.js';

/** Rows read at once; a few milliseconds. */
const PAGE = 1000;
const MINUTE_MS = 60_000;

type Read<Row> = (range: Range, most: number) => Promise<Row[]>;

async function* pages<Row>(read: Read<Row>, { fromMs, toMs }: Range, endMs: (row: Row) => number): AsyncGenerator<Row[]> {
  for (let atMs = fromMs; ;) {
    const rows = await read({ fromMs: atMs, toMs }, PAGE);
    yield rows;
    if (rows.length < PAGE) return;
    atMs = endMs(rows.at(-1)!);
    await setImmediate();
  }
}

/** All of a station's history in a range, by kind. */
export class HistoryPages {
  readonly #store: HistoryStore;
  readonly #station: string;
  readonly #range: Range;

  constructor(store: HistoryStore, station: string, range: Range) {
    this.#store = store;
    this.#station = station;
    this.#range = range;
  }

  segments(): AsyncGenerator<HistorySegment[]> {
    return pages((...args) => this.#store.segments(this.#station, ...args), this.#range, ({ toMs }) => toMs);
  }

  states(): AsyncGenerator<HistoryState[]> {
    return pages((...args) => this.#store.states(this.#station, ...args), this.#range, ({ toMs }) => toMs);
  }

  titles(): AsyncGenerator<HistoryTitle[]> {
    return pages((...args) => this.#store.titles(this.#station, ...args), this.#range, ({ atMs }) => atMs + 1);
  }

  minutes(): AsyncGenerator<HistoryMinute[]> {
    return pages((...args) => this.#store.minutes(this.#station, ...args), this.#range, ({ minute }) => (minute + 1) * MINUTE_MS);
  }
}
