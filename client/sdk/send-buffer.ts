/**
 * Send queue plus a history of the audio sent last, from which a resumed stream is sent again after a
 * lost connection. Positions are byte offsets in the stream as the server counts them: audio dropped
 * before it was sent does not count.
 */

export class SendBuffer {
  /** Sent bytes to retain for a resume. */
  readonly historyBytes: number;
  readonly #chunks: Uint8Array[] = [];
  /** Position of the first retained byte. */
  #start = 0;
  /** Index of the first chunk that has not been sent. */
  #next = 0;
  #sentBytes = 0;
  #waitingBytes = 0;

  /** @param historyBytes sent bytes to retain for a resume */
  constructor(historyBytes: number) {
    this.historyBytes = historyBytes;
  }

  get waitingBytes(): number { return this.#waitingBytes; }

  /** Stream position of the next byte to send. */
  get position(): number { return this.#start + this.#sentBytes; }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** Returns the next chunk to send and counts it as sent. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#next];
    if (!chunk) return undefined;
    this.#next += 1;
    this.#sentBytes += chunk.length;
    this.#waitingBytes -= chunk.length;
    while (this.#sentBytes > this.historyBytes && this.#next > 1) this.#discardFirst();
    return chunk;
  }

  /** Drops the oldest unsent chunks until at most `limitBytes` are unsent; the newest chunk always stays. @returns bytes dropped */
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
   * After a resume: queues everything from `received` on again and discards what is before.
   * @param received bytes of the stream that the server has
   * @returns bytes after `received` that are no longer in the history: a gap in the audio
   */
  rewind(received: number): number {
    while (this.#next > 0 && this.#start + this.#chunks[0]!.length <= received) this.#discardFirst();
    const first = this.#chunks[0];
    if (this.#next > 0 && first && received > this.#start) { // the position is inside this chunk
      const done = received - this.#start;
      this.#chunks[0] = first.subarray(done);
      this.#sentBytes -= done;
      this.#start = received;
    }
    const hole = Math.max(0, this.#start - received);
    this.#start = received; // the server has no gap: what follows it gets the position where it begins
    this.#waitingBytes += this.#sentBytes;
    this.#sentBytes = 0;
    this.#next = 0;
    return hole;
  }

  /** Position of the newest sound of about so many bytes, with what waits: where a retained chunk begins. */
  newest(bytes: number): number {
    let index = this.#next;
    let sent = 0;
    while (index > 0 && sent + this.#waitingBytes < bytes) sent += this.#chunks[--index]!.length;
    return this.position - sent;
  }

  /** Starts a new stream at position 0 with the unsent chunks. */
  restart(): void {
    this.#chunks.splice(0, this.#next);
    this.#start = this.#next = this.#sentBytes = 0;
  }

  #discardFirst(): void {
    const chunk = this.#chunks.shift()!;
    this.#start += chunk.length;
    this.#sentBytes -= chunk.length;
    this.#next -= 1;
  }
}
