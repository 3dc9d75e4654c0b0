/** A TCP proxy whose network can go dead: bytes stop in both directions, and neither end is told. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  isDead: boolean;
}

export class DeadNetwork {
  readonly #server: Server;
  readonly #lines = new Set<Line>();

  private constructor(server: Server, to: number) {
    this.#server = server;
    server.on('connection', (near) => this.#join({ near, far: connect({ port: to, host: '127.0.0.1', allowHalfOpen: true }), isDead: false }));
  }

  /** @param to the port that it leads to */
  static async open(to: number): Promise<DeadNetwork> {
    const server = createServer({ allowHalfOpen: true });
    const network = new DeadNetwork(server, to);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing passes on the connections that there are, and no end of one reaches the other; new ones work. */
  die(): void {
    for (const line of this.#lines) {
      line.isDead = true;
      for (const [from, to] of [[line.near, line.far], [line.far, line.near]] as const) {
        from.unpipe(to);
        from.pause();
      }
    }
  }

  close(): void {
    this.#server.close();
    for (const { near, far } of this.#lines) {
      near.destroy();
      far.destroy();
    }
  }

  #join(line: Line): void {
    const { near, far } = line;
    this.#lines.add(line);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.pipe(to);
      from.on('error', () => {}); // the close follows
      from.on('close', () => {
        if (!line.isDead) to.destroy();
        if (near.destroyed && far.destroyed) this.#lines.delete(line);
      });
    }
  }
}
