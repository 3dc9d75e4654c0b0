/** Live streams under chaos: each sends its sound in real time, resumes when its connection is lost, and keeps what it is told. */
import type { Socket } from 'node:net';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { WebSocket } from 'ws';
import { Engine } from '../../server/pipe/engine.js';
import { pipe } from '../../server/pipe/pipeline.js';
import type { Prediction, ServerMessage } from '../../server/protocol/messages.js';
import { withDefaults } from '../../server/settings.js';
import { FAKE_BUNDLE, FakeClassifier } from '../server/fake-classifier.js';
import { START } from '../server/rig.js';
import { MONO, noise } from '../server/sound.js';

const BYTES_PER_MS = 44.1;
const TICK_MS = 250;
const RECONNECT_MS = 300;
/** Of one message, also where this process itself was held up for seconds. */
const MAX_PIECE_BYTES = 32 * 1024;
/** Different sounds; streams take turns. */
const SOUNDS = 8;
const SOUND_SAMPLES = 22_050 * 30;
const sounds = Array.from({ length: SOUNDS }, (_, index) => noise(SOUND_SAMPLES, index + 1));

/** What must be the same whatever happens to others. */
type Heard = string;
const heardOf = ({ seq, atMs, state, genre, p, level, top }: Prediction): Heard => JSON.stringify([seq, atMs, state, genre, p, level, top]);

export class ChaosClient {
  readonly sound: number;
  readonly predictions: { readonly seq: number; readonly heard: Heard }[] = [];
  /** Messages besides predictions, and closes, in order. */
  readonly told: string[] = [];
  droppedMs = 0;
  #ws: WebSocket;
  #token: string | undefined;
  #id = '';
  #startedMs = 0;
  #sent = 0;
  #isReady = false;
  #isOver = false;
  readonly #port: number;

  constructor(port: number, index: number) {
    this.#port = port;
    this.sound = index % SOUNDS;
    this.#ws = this.#connect();
  }

  /** Id of its stream, once there is one. */
  get id(): string {
    return this.#id;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The connection under the WebSocket. */
  get socket(): Socket {
    return (this.#ws as unknown as { readonly _socket: Socket })._socket;
  }

  /** Sends what is due. */
  tick(): void {
    if (!this.#isReady || this.#ws.readyState !== WebSocket.OPEN) return;
    const due = 2 * Math.floor((performance.now() - this.#startedMs) * BYTES_PER_MS / 2);
    const sound = sounds[this.sound]!;
    while (this.#sent < due) {
      const at = this.#sent % sound.length;
      const piece = sound.subarray(at, Math.min(sound.length, at + due - this.#sent, at + MAX_PIECE_BYTES));
      this.#ws.send(piece);
      this.#sent += piece.length;
    }
  }

  /** Sends half of a frame and cuts the connection. */
  cut(): void {
    this.socket.write(Buffer.from([0x82, 0xfe, 0x10, 0, 1, 2, 3, 4, 5, 6]));
    this.socket.resetAndDestroy();
  }

  #connect(): WebSocket {
    const ws = new WebSocket(`ws://127.0.0.1:${this.#port}/v1/stream`, ['livegenre.v1']);
    ws.on('open', () => ws.send(JSON.stringify({ ...START, ...(this.#token !== undefined && { resume: this.#token }) })));
    ws.on('message', (data) => this.#receive(JSON.parse(String(data)) as ServerMessage));
    ws.on('error', () => {}); // the close follows
    ws.on('close', (code) => this.#closed(code));
    return ws;
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'prediction') {
      this.predictions.push({ seq: message.seq, heard: heardOf(message) });
      this.droppedMs = message.droppedMs;
      return;
    }
    this.told.push(message.type === 'error' ? `error ${message.code}` : message.type);
    if (message.type === 'ready') {
      if (this.#token === undefined) this.#startedMs = performance.now();
      this.#token = message.resumeToken;
      this.#id = message.streamId;
      this.#sent = message.receivedBytes!;
      this.#isReady = true;
    }
    if (message.type === 'summary') this.#isOver = true;
  }

  #closed(code: number): void {
    this.told.push(`close ${code}`);
    this.#isReady = false;
    // Only a lost connection resumes; a refusal has told its reason.
    if (this.#isOver || code !== 1006) {
      this.#isOver = true;
      return;
    }
    setTimeout(() => (this.#ws = this.#connect()), RECONNECT_MS).unref();
  }

  end(): void {
    this.#isOver = true;
    this.#ws.terminate();
  }
}

/** Keeps all clients sending until it is called. */
export function keepSending(clients: readonly ChaosClient[]): () => void {
  const ticks = setInterval(() => {
    for (const client of clients) client.tick();
  }, TICK_MS);
  return () => clearInterval(ticks);
}

/** What an undisturbed stream of a sound hears, for at least so many predictions. */
export function undisturbed(sound: number, predictions: number): readonly Heard[] {
  const clock = new VirtualTimeScheduler();
  const settings = withDefaults();
  const all: Heard[] = [];
  const chunk$ = new Subject<{ bytes: Uint8Array; arrivedAtMs: number }>();
  pipe(chunk$, { format: MONO, model: FAKE_BUNDLE.manifest, engine: new Engine(new FakeClassifier(), settings, clock), settings })
    .subscribe(({ type, json }) => (type === 'prediction' ? all.push(heardOf(JSON.parse(json) as Prediction)) : undefined));
  while (all.length < predictions) {
    chunk$.next({ bytes: sounds[sound]!, arrivedAtMs: 0 });
    clock.flush();
  }
  return all;
}
