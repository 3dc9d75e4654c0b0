/**
 * One streaming client: connects, sends start, then a message per slot, and records the lag of each
 * prediction. Kept cheap, so that it doesn't dominate the measurement.
 */
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { ServerMessage } from '../../../server/protocol/messages.js';
import { LagTracker } from './lag-tracker.js';
import type { BlockShape } from './server-process.js';
import type { Sound } from './sound.js';

/** Callbacks for the events of a client. */
export interface ClientEvents {
  ready(client: Client): void;
  prediction(lagMs: number): void;
  /** Refused before `ready`. */
  refused(answer: string, retryAfterS: number | undefined): void;
  /** Closed by the server after `ready`. */
  lost(reason: string): void;
}

export interface ClientOptions extends BlockShape {
  readonly url: string;
  readonly sound: Sound;
  /** Index of the first message. */
  readonly from: number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

export class Client {
  readonly #ws: WebSocket;
  readonly #sound: Sound;
  readonly #book: LagTracker;
  readonly #events: ClientEvents;
  /** Resolves when the connection has closed. */
  readonly over: Promise<void>;
  /** Resolves when the client is ready or refused. */
  readonly settled: Promise<void>;
  #settle: () => void = () => {};
  #socket: Duplex | undefined;
  #state: 'opening' | 'ready' | 'stopped' | 'over' = 'opening';
  #next: number;
  #sentMs = 0;
  #sentBytes = 0;
  /** Time of the first sample of its first message. */
  #beganAtMs = 0;
  streamId: string | undefined;
  /** From its first sound to its first prediction, ms. */
  firstMs: number | undefined;
  /** Audio the server reported as dropped, ms. */
  droppedMs = 0;
  /** Largest amount of audio neither scored nor reported as dropped, ms. */
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
    ws.on('message', (data) => this.#receive(data));
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

  /** Audio sent, ms, excluding what is still buffered in this process. */
  get leftMs(): number {
    return this.#sentBytes === 0 ? 0 : this.#sentMs * (1 - this.#socket!.writableLength / this.#sentBytes);
  }

  /** Sends the next message. */
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

  /** Ends the stream; the server sends the summary and closes. */
  stop(): void {
    if (this.#state !== 'ready') return this.#ws.terminate();
    this.#state = 'stopped';
    this.#ws.send('{"type":"stop"}');
  }

  /** Terminates the connection. */
  cut(): void {
    this.#ws.terminate();
  }

  #receive(data: RawData): void {
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
