/**
 * The keys that tokens of pages are signed with: one that lasts as long as the process, or those of a
 * database that several nodes share, looked at again once a minute and when a signature is of none of them.
 */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { SigningKeyStore } from '../store/signing-keys.js';

const LOOK_EVERY_MS = 60_000;
/** So that tokens that somebody made up don't keep the database busy. */
const LOOK_AT_MOST_EVERY_MS = 1000;

export interface SigningKeysOptions {
  /** Undefined: one key, for as long as the process. */
  readonly store: SigningKeyStore | undefined;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  readonly log: Log;
}

export class SigningKeys {
  readonly #options: SigningKeysOptions;
  #keys: readonly KeyObject[] = [];
  #lookedMs = -Infinity;
  #looking: Promise<void> | undefined;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
    if (!options.store) this.#keys = [createSecretKey(randomBytes(32))];
  }

  /**
   * Newest first; the first one signs.
   * @throws ProtocolError `not-kept` if they were never read and can't be now
   */
  current(): Promise<readonly KeyObject[]> {
    return this.#within(LOOK_EVERY_MS);
  }

  /** The same, for a signature of none of `known`; empty if they were not read anew. */
  async others(known: readonly KeyObject[]): Promise<readonly KeyObject[]> {
    const keys = await this.#within(LOOK_AT_MOST_EVERY_MS);
    return keys === known ? [] : keys;
  }

  async #within(ms: number): Promise<readonly KeyObject[]> {
    const { store, now } = this.#options;
    const dueMs = this.#keys.length > 0 ? ms : LOOK_AT_MOST_EVERY_MS;
    if (store && now() - this.#lookedMs >= dueMs) await (this.#looking ??= this.#look(store).finally(() => (this.#looking = undefined)));
    if (this.#keys.length === 0) throw new ProtocolError('not-kept', 'The keys of the tokens for pages can not be read now; see the server\'s log.');
    return this.#keys;
  }

  async #look(store: SigningKeyStore): Promise<void> {
    const { now, log } = this.#options;
    try {
      this.#keys = (await store.keys()).map((key) => createSecretKey(Buffer.from(key, 'base64url')));
    } catch (error) {
      // Those that are known count on.
      log.error('the keys of the tokens for pages can not be read', { reason: (error as Error).message });
    }
    this.#lookedMs = now();
  }
}
