/** Keys that all nodes of one service sign tokens of pages with. */

/** A key made this long ago signs no more. */
export const SIGNS_FOR_H = 24;
/** A key made this long ago is deleted: by then the tokens that it signed are too old. */
export const KEPT_FOR_H = 25;

/** All methods throw a `StoreError` on failure. */
export interface SigningKeyStore {
  /**
   * The keys that count, newest first; the first one signs. Where none is new enough to sign, one is made.
   * Two servers that ask at once may both make one: both count.
   * @returns texts of 32 random bytes in base64url
   */
  keys(): Promise<readonly string[]>;
}
