/**
 * A connection that rewrites the status line of Shoutcast 1 ("ICY 200 OK"), which Node's HTTP parser
 * rejects, to HTTP/1.0. The rest of such an answer is HTTP.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const ICY = Buffer.from('ICY ');
const HTTP = Buffer.from('HTTP/1.0 ');

export class IcyConnection extends Duplex {
  readonly #socket: Socket;
  /** Bytes buffered until the status line can be recognised; undefined after that. */
  #start: Buffer | undefined = Buffer.alloc(0);

  /** Owns the socket: ends when it ends, and destroys it when destroyed. */
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('end', () => {
      if (this.#start) this.push(this.#start);
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    // Closed without an end: the reader must get an error, since data is missing.
    socket.on('close', () => {
      if (!socket.readableEnded) this.destroy();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
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
    if (this.#start) {
      this.#start = Buffer.concat([this.#start, bytes]);
      if (this.#start.length < ICY.length) return;
      const isIcy = this.#start.subarray(0, ICY.length).equals(ICY);
      bytes = isIcy ? Buffer.concat([HTTP, this.#start.subarray(ICY.length)]) : this.#start;
      this.#start = undefined;
    }
    if (!this.push(bytes)) this.#socket.pause();
  }
}
