/**
 * A TCP proxy that spoils what passes as a bad network does. What is held back is kept and passed on
 * later, in order, as TCP sends again what was not acknowledged; that one side closed is held back too.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `requests` go from the client to the server, `answers` back. */
export type Direction = 'requests' | 'answers';

/** What waits in one direction; above it the sender is not read, as with full buffers of a kernel. */
const MOST_WAITING = 1_000_000;

export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ways = new Set<Way>();
  #held: readonly Direction[] = [];
  #delayMs = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
  }

  /** @param to port of the server behind it, on this machine */
  static async start(to: number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(to, '127.0.0.1')));
    return proxy;
  }

  /** Directions in which nothing passes. Connections stay, and new ones are made in which nothing passes either. */
  hold(...directions: readonly Direction[]): void {
    this.#held = directions;
    for (const way of this.#ways) way.pass();
  }

  /** Each way, of what comes from now on. */
  set delayMs(ms: number) {
    this.#delayMs = ms;
  }

  /** Resets all connections and refuses new ones, until `accept`. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async accept(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  #join(client: Socket, server: Socket): void {
    const ways = ([['requests', client, server], ['answers', server, client]] as const).map(([direction, from, to]) =>
      new Way(from, to, () => this.#held.includes(direction), () => this.#delayMs));
    for (const way of ways) this.#ways.add(way);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.once('close', () => this.#sockets.delete(socket));
    }
    void Promise.all(ways.map(({ ended }) => ended)).then(() => ways.map((way) => this.#ways.delete(way)));
  }
}

/** One direction of one connection. */
class Way {
  /** Resolves when the end has passed. */
  readonly ended: Promise<void>;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #isHeld: () => boolean;
  /** Undefined in place of bytes is the end. */
  readonly #waiting: { readonly dueMs: number; readonly bytes: Buffer | undefined }[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onEnd: () => void;

  constructor(from: Socket, to: Socket, isHeld: () => boolean, delayMs: () => number) {
    let onEnd = (): void => {};
    this.ended = new Promise((resolve) => (onEnd = resolve));
    [this.#from, this.#to, this.#isHeld, this.#onEnd] = [from, to, isHeld, onEnd];
    const take = (bytes: Buffer | undefined): void => {
      this.#waiting.push({ dueMs: performance.now() + delayMs(), bytes });
      this.#bytes += bytes?.length ?? 0;
      if (this.#bytes > MOST_WAITING) from.pause();
      this.pass();
    };
    from.on('data', take);
    from.on('error', () => {}); // The end follows.
    from.once('close', () => take(undefined));
  }

  /** Passes on what is due. */
  pass(): void {
    clearTimeout(this.#timer);
    while (!this.#isHeld()) {
      const [next] = this.#waiting;
      if (!next) break;
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pass(), waitMs);
        break;
      }
      this.#waiting.shift();
      this.#bytes -= next.bytes?.length ?? 0;
      if (next.bytes) this.#to.write(next.bytes);
      else {
        this.#to.destroySoon();
        this.#onEnd();
      }
    }
    if (this.#bytes <= MOST_WAITING && this.#from.isPaused()) this.#from.resume();
  }
}
