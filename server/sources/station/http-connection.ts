/**
 * A connection to a radio server that rewrites the head of each response so that Node's HTTP parser
 * accepts it (`http-head.ts`). Bodies pass unchanged.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { endOfHead, mayBeHead, MAX_HEAD_BYTES, readHead } from './http-head.js';
import { SourceFault } from './source-event.js';

export class HttpConnection extends Duplex {
  readonly #socket: Socket;
  /** The response's head received so far; undefined while its body passes. */
  #head: Buffer | undefined = Buffer.alloc(0);

  /** Owns the socket: ends when it ends, and destroys it when destroyed. */
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('end', () => {
      // Players also accept a head without the empty line when the connection ends there.
      if (this.#head && this.#head.length > 0) {
        const head = readHead(this.#head);
        this.#pass(head ? Buffer.from(head.text, 'latin1') : this.#head);
      }
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    // Closed without an end: the reader must get an error, since data is missing.
    socket.on('close', () => {
      if (!socket.readableEnded) this.destroy();
    });
  }

  // Node's connection pool calls these four.
  setKeepAlive(isOn: boolean, delayMs: number): this {
    this.#socket.setKeepAlive(isOn, delayMs);
    return this;
  }

  setTimeout(ms: number): this {
    this.#socket.setTimeout(ms);
    return this;
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    // A request has no body, and follows only when the response before is whole: a head comes next.
    this.#head ??= Buffer.alloc(0);
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #onData(bytes: Buffer): void {
    if (!this.#head) return this.#pass(bytes);
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    // The parser says that this is not HTTP.
    if (!mayBeHead(this.#head)) return this.#endHead(this.#head);
    for (let end = endOfHead(this.#head); end >= 0; end = endOfHead(this.#head)) {
      const head = readHead(this.#head.subarray(0, end));
      const rest: Buffer = this.#head.subarray(end);
      if (!head) return this.#endHead(this.#head);
      if (head.status >= 200) return this.#endHead(Buffer.concat([Buffer.from(head.text, 'latin1'), rest]));
      // An interim response: the final one follows.
      this.#head = rest;
    }
    if (this.#head.length > MAX_HEAD_BYTES) this.destroy(new SourceFault(`The head of the server's answer is longer than the limit of ${MAX_HEAD_BYTES} bytes.`));
  }

  #endHead(bytes: Buffer): void {
    this.#head = undefined;
    this.#pass(bytes);
  }

  #pass(bytes: Buffer): void {
    if (!this.push(bytes)) this.#socket.pause();
  }
}
