/** A WebSocket server that says what the test wants said: real sockets, and each step waited for. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Start } from '../../../server/protocol/client-messages.js';
import type { Ready, ServerMessage } from '../../../server/protocol/messages.js';

/** A promise that fails instead of hanging: what is waited for takes milliseconds where the code is right. */
export function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  const { stack } = new Error('Waited for in vain');
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(stack)), 5000); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One accepted connection, seen from the server. */
export class Guest {
  readonly socket: WebSocket;
  readonly path: string;
  readonly texts: unknown[] = [];
  #audio: Buffer[] = [];
  #watchers: (() => void)[] = [];
  isClosed = false;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.path = request.url ?? '';
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#audio.push(data as Buffer);
      else this.texts.push(JSON.parse(String(data)));
      this.#changed();
    });
    socket.on('close', () => { this.isClosed = true; this.#changed(); });
  }

  get audio(): Buffer { return Buffer.concat(this.#audio); }
  get packets(): readonly Buffer[] { return this.#audio; }

  say(message: ServerMessage): void { this.socket.send(JSON.stringify(message)); }

  ready(fields: Partial<Ready> = {}): void { this.say({ ...READY, ...fields }); }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await inTime(new Promise<void>((resolve) => this.#watchers.push(resolve)));
  }

  async start(): Promise<Start> {
    await this.until(() => this.texts.length > 0);
    return this.texts[0] as Start;
  }

  #changed(): void { for (const watcher of this.#watchers.splice(0)) watcher(); }
}

export const READY: Ready = {
  type: 'ready', streamId: 's1', name: 'test', resumeToken: 'token', receivedBytes: 0,
  model: { name: 'm', version: '1', labels: ['a', 'b'] }, blockMs: 348.3,
};

export class StubServer {
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #guests: Guest[] = [];
  readonly #waiting: ((guest: Guest) => void)[] = [];
  /** Answer to the next upgrade instead of accepting it. */
  refusal: string | undefined;

  private constructor(http: Server) {
    this.#http = http;
    http.on('upgrade', (request, socket, head) => {
      if (this.refusal) {
        socket.end(this.refusal);
        this.refusal = undefined;
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const guest = new Guest(webSocket, request);
        const waiter = this.#waiting.shift();
        if (waiter) waiter(guest);
        else this.#guests.push(guest);
      });
    });
  }

  static async open(): Promise<StubServer> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new StubServer(http);
  }

  get url(): string { return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`; }

  /** The next connection that comes. */
  guest(): Promise<Guest> {
    const guest = this.#guests.shift();
    return guest ? Promise.resolve(guest) : inTime(new Promise((resolve) => this.#waiting.push(resolve)));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
