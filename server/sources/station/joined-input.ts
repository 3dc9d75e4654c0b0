/**
 * Bytes on their way to FFmpeg, joined: radio servers send a piece of some 1,400 bytes every tenth of a
 * second, and each write wakes FFmpeg. They wait for `flush`, which the connection calls at its own pace.
 */
import type { Decoder } from './decoder.js';

/** Written at once. Bursts at the start and segments of HLS come in larger pieces anyway. */
const MOST_BYTES = 16 * 1024;

export class JoinedInput {
  readonly #decoder: Pick<Decoder, 'write'>;
  readonly #mayWait: () => boolean;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param mayWait whether bytes may wait: not before the first sound, which people wait for */
  constructor(decoder: Pick<Decoder, 'write'>, mayWait: () => boolean) {
    this.#decoder = decoder;
    this.#mayWait = mayWait;
  }

  /**
   * @param bytes not to be changed afterwards
   * @returns false when the decoder's buffer is full; wait for its `drained()` before the next
   */
  push(bytes: Uint8Array): boolean {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes < MOST_BYTES && this.#mayWait() ? true : this.flush();
  }

  /** Writes what waits. @returns as `push` */
  flush(): boolean {
    const [first, ...more] = this.#parts;
    if (!first) return true;
    this.#parts = [];
    this.#bytes = 0;
    return this.#decoder.write(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }
}
