/** API tokens of a running server: found by what a request sends, with the time of their last use. */
import { timingSafeEqual } from 'node:crypto';
import { Subject, type Observable } from 'rxjs';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import { StoreError } from '../store/store.js';
import type { StoredToken, TokenStore } from '../store/tokens.js';
import { idOfHash, isTokenLike, newToken, sha256, type NewToken } from './new-token.js';

/** The last use is written at most this often. */
const USE_INTERVAL_MS = 60_000;

export interface ApiTokensOptions {
  /** Undefined if the server has no database: then there are no tokens. */
  readonly store: TokenStore | undefined;
  /** The current time, ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** All methods throw a ProtocolError `not-kept` when the database can't be read or written. */
export class ApiTokens {
  readonly #options: ApiTokensOptions;
  /** After a failed write of a last use, none is tried until then. */
  #writesFromMs = 0;
  readonly #revoked = new Subject<string>();
  /** Ids of tokens that are revoked through this server. Hot. */
  readonly revoked$: Observable<string> = this.#revoked;

  constructor(options: ApiTokensOptions) {
    this.#options = options;
  }

  /** The token that a request sent; undefined if there is no such token. Notes its use. */
  async find(text: string): Promise<StoredToken | undefined> {
    if (!isTokenLike(text)) return undefined;
    const digest = sha256(text);
    const stored = await this.get(idOfHash(digest.toString('hex')));
    if (!stored || !timingSafeEqual(digest, Buffer.from(stored.hash, 'hex'))) return undefined;
    void this.#markUsed(stored);
    return stored;
  }

  async get(id: string): Promise<StoredToken | undefined> {
    const { store } = this.#options;
    return store && this.#kept(() => store.get(id));
  }

  list(): Promise<readonly StoredToken[]> {
    return this.#kept(() => this.#store.list());
  }

  /** @returns the token, which can't be shown again */
  async add(fields: NewToken): Promise<{ readonly token: string; readonly stored: StoredToken }> {
    const made = newToken(fields, this.#options.now());
    await this.#kept(() => this.#store.add(made.stored));
    this.#options.log.info('an API token was added', { id: made.stored.id, name: fields.name, role: fields.role });
    return made;
  }

  /** @returns false if there is no such token */
  async revoke(id: string): Promise<boolean> {
    const isRemoved = await this.#kept(() => this.#store.remove(id));
    if (isRemoved) {
      this.#options.log.info('an API token was revoked', { id });
      this.#revoked.next(id);
    }
    return isRemoved;
  }

  get #store(): TokenStore {
    const { store } = this.#options;
    if (!store) throw new ProtocolError('not-kept', 'This server has no database to keep tokens in. The operator can name one with --stations FILE or --database FILE.');
    return store;
  }

  async #markUsed({ id, usedAtMs }: StoredToken): Promise<void> {
    const { store, now, log } = this.#options;
    const nowMs = now();
    if (nowMs < this.#writesFromMs || (usedAtMs !== null && Math.abs(nowMs - usedAtMs) < USE_INTERVAL_MS)) return;
    try {
      await store!.markUsed(id, nowMs);
    } catch (error) {
      // The token still counts; only the time of its use is lost.
      this.#writesFromMs = nowMs + USE_INTERVAL_MS;
      log.warn('the last use of a token could not be written', { id, reason: (error as Error).message });
    }
  }

  async #kept<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#options.log.error('the API tokens can not be read or written', { reason: error.message });
      throw new ProtocolError('not-kept', 'The database of the tokens can not be read or written now; see the server\'s log.');
    }
  }
}
