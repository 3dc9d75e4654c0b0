/**
 * A connection on which Shoutcast's status line reads as HTTP's: servers of version 1 answer with
 * "ICY 200 OK", the rest is HTTP/1.0. Node's parser refuses that line, so it is rewritten on its way.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const ICY = Buffer.from('ICY ');
const HTTP = Buffer.from('HTTP/1.0 ');

export class IcyConnection extends Duplex {
  readonly #socket: Socket;
  /** What came so far while it is too little to tell; undefined after. */
  #start: Buffer | undefined = Buffer.alloc(0);

  /** Takes the socket over: ends when it ends, and destroys it when destroyed. */
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes) => this.#give(bytes));
    socket.on('end', () => {
      if (this.#start) this.push(this.#start);
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    // Without an end before: whoever still reads must hear that more was to come.
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

  #give(bytes: Buffer): void {
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
