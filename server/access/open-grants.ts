/**
 * Ends what is open for as long as a token counts (sockets, events, endless responses) when the token expires or is
 * revoked: through this server at once, from the command line at the next look into the database.
 */
import { asyncScheduler, interval, timer, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Grant } from './visitor.js';

const LOOK_EVERY_MS = 5000;

export interface OpenGrantsOptions {
  /** Whether the token with this id is still there. @throws Error (rejects) when that is not known now */
  readonly isKept: (id: string) => Promise<boolean>;
  /** Ids of tokens that are revoked. */
  readonly revoked$: Observable<string>;
  /** The current time, ms since 1970. */
  readonly now: () => number;
  readonly scheduler?: SchedulerLike;
}

export class OpenGrants {
  readonly #options: OpenGrantsOptions;
  readonly #scheduler: SchedulerLike;
  /** What ends with a token, by its id. */
  readonly #held = new Map<string, Set<() => void>>();
  readonly #revocations: Subscription;
  /** Runs only while something is held. */
  #looking: Subscription | undefined;

  constructor(options: OpenGrantsOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#revocations = options.revoked$.subscribe((id) => this.#end(id));
  }

  /** Number of tokens that something is held by. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * @param end called once, when the token no longer counts
   * @returns what to call when it has ended by itself
   */
  hold({ id, expiresAtMs }: Grant, end: () => void): () => void {
    let expiry: Subscription | undefined;
    const release = (): void => {
      expiry?.unsubscribe();
      const held = this.#held.get(id);
      if (!held?.delete(over)) return;
      if (held.size === 0) this.#held.delete(id);
      if (this.#held.size > 0) return;
      this.#looking?.unsubscribe();
      this.#looking = undefined;
    };
    const over = (): void => {
      release();
      end();
    };
    const held = this.#held.get(id) ?? new Set();
    this.#held.set(id, held.add(over));
    this.#looking ??= interval(LOOK_EVERY_MS, this.#scheduler).subscribe(() => void this.#look());
    if (expiresAtMs !== undefined) expiry = timer(Math.max(0, expiresAtMs - this.#options.now()), this.#scheduler).subscribe(over);
    return release;
  }

  close(): void {
    this.#revocations.unsubscribe();
    this.#looking?.unsubscribe();
  }

  async #look(): Promise<void> {
    for (const id of [...this.#held.keys()]) {
      // Where the database can't be read now, nobody is cut off.
      if (!await this.#options.isKept(id).catch(() => true)) this.#end(id);
    }
  }

  #end(id: string): void {
    for (const over of [...this.#held.get(id) ?? []]) over();
  }
}
