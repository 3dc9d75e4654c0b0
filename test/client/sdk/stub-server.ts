/** A real WebSocket server whose messages the test sends itself, step by step. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Start } from '../../../server/protocol/client-messages.js';
import type { Ready, ServerMessage } from '../../../server/protocol/messages.js';

/** Rejects after 5 s instead of hanging; correct code takes milliseconds. */
export function withTimeout<Value>(promise: Promise<Value>): Promise<Value> {
  const { stack } = new Error('Timed out');
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(stack)), 5000); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One accepted connection, seen from the server. */
export class Peer {
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

  send(message: ServerMessage): void { this.socket.send(JSON.stringify(message)); }

  ready(fields: Partial<Ready> = {}): void { this.send({ ...READY, ...fields }); }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await withTimeout(new Promise<void>((resolve) => this.#watchers.push(resolve)));
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
  readonly #peers: Peer[] = [];
  readonly #waiting: ((peer: Peer) => void)[] = [];
  /** Raw HTTP response to the next upgrade request, in place of accepting it. */
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
        const peer = new Peer(webSocket, request);
        const waiter = this.#waiting.shift();
        if (waiter) waiter(peer);
        else this.#peers.push(peer);
      });
    });
  }

  static async open(): Promise<StubServer> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new StubServer(http);
  }

  get url(): string { return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`; }

  /** Resolves with the next accepted connection. */
  nextPeer(): Promise<Peer> {
    const peer = this.#peers.shift();
    return peer ? Promise.resolve(peer) : withTimeout(new Promise((resolve) => this.#waiting.push(resolve)));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
