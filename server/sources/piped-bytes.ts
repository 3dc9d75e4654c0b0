/** The bytes of a pipe, of which the first can be looked at before they are read. */
export class PipedBytes implements AsyncIterable<Uint8Array> {
  readonly #input: AsyncIterator<Uint8Array>;
  /** Bytes to be read before those of the input. */
  readonly #held: Uint8Array[] = [];

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** The next bytes, one or more; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (let part = this.#held.shift(); part; part = this.#held.shift()) if (part.length > 0) return part;
    for (let next = await this.#input.next(); !next.done; next = await this.#input.next()) if (next.value.length > 0) return next.value;
    return undefined;
  }

  /** Puts bytes back, to be read next in this order. */
  unread(...parts: readonly Uint8Array[]): void {
    this.#held.unshift(...parts);
  }

  /** The next `minBytes` or more, without reading them; fewer at the end. */
  async peek(minBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < minBytes) {
      const part = await this.next();
      if (!part) break;
      parts.push(part);
      bytes += part.length;
    }
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    this.unread(all);
    return all;
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      const part = await this.next();
      if (!part) return;
      if (part.length > left) this.unread(part.subarray(left));
      left -= part.length;
    }
  }

  async* [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (let part = await this.next(); part; part = await this.next()) yield part;
  }
}
