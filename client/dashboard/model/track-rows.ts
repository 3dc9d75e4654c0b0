/**
 * The rows of a long list that are looked at: pages of them are fetched when they come into view, and a request
 * for rows that went out of view before it was answered is ended.
 */
import type { ListedTrack, TrackPage } from '../../../server/protocol/library.js';

export const PAGE_ROWS = 100;
/** Requests at once. */
const MAX_REQUESTS = 3;
/** Pages that are kept: more than anybody sees at once, so that going back shows rows at once. */
const KEPT_PAGES = 60;

export interface TrackRowsParts {
  /** @throws Error with a sentence for the visitor */
  readonly fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<Pick<TrackPage, 'total' | 'tracks'>>;
  readonly onChange: () => void;
}

export class TrackRows {
  readonly #parts: TrackRowsParts;
  readonly #pages = new Map<number, readonly ListedTrack[]>();
  readonly #requests = new Map<number, AbortController>();
  #wanted: readonly number[] = [0];
  #total: number | undefined;
  #trouble = '';

  constructor(parts: TrackRowsParts) {
    this.#parts = parts;
    this.#fill();
  }

  /** Number of rows; undefined until the first answer. */
  get total(): number | undefined { return this.#total; }

  /** Why rows are missing; empty if none are. */
  get trouble(): string { return this.#trouble; }

  /** Undefined while it is not there yet. */
  at(index: number): ListedTrack | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  /** Rows `from` to `to` (excluded) are in view. */
  want(from: number, to: number): void {
    const last = Math.max(0, Math.ceil(Math.min(to, this.#total ?? to) / PAGE_ROWS) - 1);
    const first = Math.min(last, Math.max(0, Math.floor(from / PAGE_ROWS)));
    this.#wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const [page, request] of this.#requests) if (!this.#wanted.includes(page)) request.abort();
    if (this.#trouble === '') this.#fill();
  }

  /** Asks again for what could not be fetched. */
  retry(): void {
    this.#trouble = '';
    this.#fill();
    this.#parts.onChange();
  }

  end(): void {
    this.#wanted = [];
    for (const request of this.#requests.values()) request.abort();
  }

  #fill(): void {
    for (const page of this.#wanted) {
      if (this.#requests.size >= MAX_REQUESTS) return;
      if (!this.#pages.has(page) && !this.#requests.has(page)) void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    const request = new AbortController();
    this.#requests.set(page, request);
    try {
      const { total, tracks } = await this.#parts.fetch(page * PAGE_ROWS, PAGE_ROWS, request.signal);
      if (request.signal.aborted) return;
      this.#total = total;
      this.#pages.set(page, tracks);
      if (this.#pages.size > KEPT_PAGES) this.#pages.delete([...this.#pages.keys()].find((each) => !this.#wanted.includes(each))!);
      this.#parts.onChange();
    } catch (error) {
      if (request.signal.aborted) return;
      this.#trouble = (error as Error).message;
      this.#parts.onChange();
    } finally {
      this.#requests.delete(page);
      if (this.#trouble === '') this.#fill();
    }
  }
}
