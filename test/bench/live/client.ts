/**
 * One client as a server meets many: it connects, says start, sends a message whenever it is its
 * turn, and notes how late each prediction is. As cheap as can be: clients that cost as much as the
 * server would measure themselves.
 */
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { ServerMessage } from '../../../server/protocol/messages.js';
import { LagTracker } from './lag-tracker.js';
import type { BlockShape } from './server-process.js';
import type { Sound } from './sound.js';

/** Who is told what happens to a client. */
export interface ClientEvents {
  ready(client: Client): void;
  prediction(lagMs: number): void;
  /** It never got as far as `ready`. */
  refused(answer: string, retryAfterS: number | undefined): void;
  /** It had been ready and was closed without having asked for it. */
  lost(reason: string): void;
}

export interface ClientOptions extends BlockShape {
  readonly url: string;
  readonly sound: Sound;
  /** Message to begin with. */
  readonly from: number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

export class Client {
  readonly #ws: WebSocket;
  readonly #sound: Sound;
  readonly #book: LagTracker;
  readonly #events: ClientEvents;
  /** Over: refused, lost or stopped, and closed. */
  readonly over: Promise<void>;
  /** What became of its first steps is known. */
  readonly settled: Promise<void>;
  #settle: () => void = () => {};
  #socket: Duplex | undefined;
  #state: 'opening' | 'ready' | 'stopped' | 'over' = 'opening';
  #next: number;
  #sentMs = 0;
  #sentBytes = 0;
  /** When the first sample of its first message was heard. */
  #beganAtMs = 0;
  streamId: string | undefined;
  /** From its first sound to its first prediction, ms. */
  firstMs: number | undefined;
  /** Audio that the server says it left out, ms. */
  droppedMs = 0;
  /** Most audio that was neither scored nor said to be dropped, ms. */
  uncountedMs = 0;

  constructor({ url, sound, from, ...shape }: ClientOptions, events: ClientEvents) {
    this.#sound = sound;
    this.#book = new LagTracker(shape);
    this.#events = events;
    this.#next = from % sound.frames.length;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    const ws = this.#ws = new WebSocket(url, ['livegenre.v1'], { perMessageDeflate: false, skipUTF8Validation: true, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
    ws.on('upgrade', ({ socket }) => (this.#socket = socket));
    ws.on('open', () => ws.send(JSON.stringify({ type: 'start', version: 1, ...sound.format })));
    ws.on('message', (data) => this.#heard(data));
    ws.on('unexpected-response', (request, { statusCode, headers: { 'retry-after': retryAfter } }) => {
      this.#refused(`${statusCode}${retryAfter === undefined ? '' : `, Retry-After: ${retryAfter}`}`, retryAfter === undefined ? undefined : Number(retryAfter));
      request.destroy();
      ws.terminate();
    });
    ws.on('error', (error) => this.#refused(error.message, undefined));
    this.over = new Promise((resolve) => ws.once('close', (code, reason) => {
      this.#closed(`${code} ${String(reason)}`.trim());
      resolve();
    }));
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Sound that left for the server, ms; what waits in this process is not counted. */
  get leftMs(): number {
    return this.#sentBytes === 0 ? 0 : this.#sentMs * (1 - this.#socket!.writableLength / this.#sentBytes);
  }

  /** The next message, now. */
  send(): void {
    if (this.#state !== 'ready') return;
    const { frames, messageMs } = this.#sound;
    const frame = frames[this.#next]!;
    this.#next = (this.#next + 1) % frames.length;
    const nowMs = performance.now();
    this.#socket!.write(frame);
    if (this.#sentMs === 0) this.#beganAtMs = nowMs - messageMs;
    this.#sentMs += messageMs;
    this.#sentBytes += frame.length;
    this.#book.sent(this.#sentMs, nowMs);
  }

  /** No more sound; the server answers with the summary and closes. */
  stop(): void {
    if (this.#state !== 'ready') return this.#ws.terminate();
    this.#state = 'stopped';
    this.#ws.send('{"type":"stop"}');
  }

  /** Without a word. */
  cut(): void {
    this.#ws.terminate();
  }

  #heard(data: RawData): void {
    const nowMs = performance.now();
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'ready') {
      this.#state = 'ready';
      this.streamId = message.streamId;
      this.#events.ready(this);
      this.#settle();
    } else if (message.type === 'prediction' && this.#state === 'ready') {
      const { atMs, seq, droppedMs } = message;
      this.firstMs ??= nowMs - this.#beganAtMs;
      this.droppedMs = droppedMs;
      this.uncountedMs = Math.max(this.uncountedMs, Math.abs(atMs - seq * this.#book.blockMs - droppedMs));
      this.#events.prediction(this.#book.lagMs(atMs, nowMs));
    }
  }

  #refused(answer: string, retryAfterS: number | undefined): void {
    if (this.#state !== 'opening') return;
    this.#state = 'over';
    this.#events.refused(answer, retryAfterS);
    this.#settle();
  }

  #closed(how: string): void {
    this.#refused(`closed after the upgrade: ${how}`, undefined);
    if (this.#state === 'ready') this.#events.lost(how);
    this.#state = 'over';
  }
}
