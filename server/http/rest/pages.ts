/** Reads history in pages and yields to the event loop between them, so that streams and other requests aren't delayed. */
import { setImmediate } from 'node:timers/promises';
import type { HistoryMinute, HistorySegment, HistoryState, HistoryStore, HistoryTitle, Range } from '../../store/store.js';

/** Rows per page; reading one takes a few milliseconds. */
const PAGE_ROWS = 1000;
const MINUTE_MS = 60_000;

type Read<Row> = (range: Range, limit: number) => Promise<Row[]>;

async function* pages<Row>(read: Read<Row>, { fromMs, toMs }: Range, endMs: (row: Row) => number): AsyncGenerator<Row[]> {
  for (let atMs = fromMs; ;) {
    const rows = await read({ fromMs: atMs, toMs }, PAGE_ROWS);
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    atMs = endMs(rows.at(-1)!);
    await setImmediate();
  }
}

/** A station's history in a time range, by kind. */
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
