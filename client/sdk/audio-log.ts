/**
 * The sound on its way: chunks that wait to be sent, and behind them the last ones that were, in case
 * the connection is lost and the server asks for them again. Positions are the server's: bytes of this
 * stream that it was sent, so sound that was dropped before sending has none.
 */

export class AudioLog {
  /** Sent sound kept for a resume. */
  readonly historyBytes: number;
  readonly #chunks: Uint8Array[] = [];
  /** Position of the first byte kept. */
  #start = 0;
  /** Chunks before this index were sent. */
  #next = 0;
  #sentBytes = 0;
  #waitingBytes = 0;

  /** @param historyBytes sent sound kept for a resume */
  constructor(historyBytes: number) {
    this.historyBytes = historyBytes;
  }

  get waitingBytes(): number { return this.#waitingBytes; }

  /** Where the next byte to be sent stands in the stream. */
  get position(): number { return this.#start + this.#sentBytes; }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** The next chunk to send, from now on counted as sent. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#next];
    if (!chunk) return undefined;
    this.#next += 1;
    this.#sentBytes += chunk.length;
    this.#waitingBytes -= chunk.length;
    while (this.#sentBytes > this.historyBytes && this.#next > 1) this.#forgetFirst();
    return chunk;
  }

  /** Drops the oldest waiting chunks until at most `limitBytes` wait. @returns bytes dropped */
  dropOver(limitBytes: number): number {
    let dropped = 0;
    while (this.#waitingBytes > limitBytes && this.#chunks.length > this.#next + 1) {
      const [chunk] = this.#chunks.splice(this.#next, 1);
      dropped += chunk!.length;
      this.#waitingBytes -= chunk!.length;
    }
    return dropped;
  }

  /**
   * After a resume: everything from `received` on waits again, what is before is done with.
   * @param received bytes of the stream that the server has
   * @returns bytes in between that are no longer kept: a hole in the sound
   */
  rewind(received: number): number {
    while (this.#next > 0 && this.#start + this.#chunks[0]!.length <= received) this.#forgetFirst();
    const first = this.#chunks[0];
    if (this.#next > 0 && first && received > this.#start) { // cut in a chunk
      const done = received - this.#start;
      this.#chunks[0] = first.subarray(done);
      this.#sentBytes -= done;
      this.#start = received;
    }
    const hole = Math.max(0, this.#start - received);
    this.#start = received; // what follows a hole stands, for the server, where the hole begins
    this.#waitingBytes += this.#sentBytes;
    this.#sentBytes = 0;
    this.#next = 0;
    return hole;
  }

  /** A new stream begins at zero with what waits. */
  restart(): void {
    this.#chunks.splice(0, this.#next);
    this.#start = this.#next = this.#sentBytes = 0;
  }

  #forgetFirst(): void {
    const chunk = this.#chunks.shift()!;
    this.#start += chunk.length;
    this.#sentBytes -= chunk.length;
    this.#next -= 1;
  }
}
