/** A real server with real shards and sockets for tests, and a client that remembers what it heard. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { BroadcastChannel } from 'node:worker_threads';
import { WebSocket, type ClientOptions } from 'ws';
import { Log } from '../../server/log.js';
import type { ErrorMessage, Prediction, Ready, ServerMessage, Summary } from '../../server/protocol/messages.js';
import type { RunningServer, ServerParts } from '../../server/assemble.js';
import { startServer } from '../../server/server.js';
import { withDefaults, type Settings } from '../../server/settings.js';
import { PATIENCE_MS } from '../support/until.js';
import { FAKE_BUNDLE, KILL_CHANNEL } from './fake-classifier.js';
import { MONO } from './sound.js';

export const FAKE_CLASSIFIER_URL = new URL('./fake-classifier.js', import.meta.url).href;

/** The dashboard as it was built. Servers of tests have no pages unless they are given these: reading them at each start takes long. */
export const BUILT_PAGES = fileURLToPath(new URL('../../web', import.meta.url));
const NO_PAGES = fileURLToPath(new URL('./no-pages', import.meta.url));

export const START = { type: 'start', version: 1, ...MONO };

/** On a free port of 127.0.0.1, one shard, no pages, no demo, stations on 127.0.0.1 allowed, unless set; on a busy machine sound is scored late, which must drop none of it. */
export function startTestServer(settings: Partial<Settings> = {}, parts: ServerParts = {}): Promise<RunningServer> {
  return startServer(withDefaults({ port: 0, shards: 1, demo: false, closeTimeoutMs: 200, drainTimeoutMs: 2000, maxLagMs: 60_000, allowHosts: ['127.0.0.0/8'], ...settings }), {
    bundle: FAKE_BUNDLE,
    classifier: FAKE_CLASSIFIER_URL,
    log: new Log('error', () => {}),
    dashboard: NO_PAGES,
    ...parts,
  });
}

/** Runs a test's work on a server and closes it, whatever happens. */
export async function withServer(settings: Partial<Settings>, work: (server: RunningServer) => Promise<void>, parts: ServerParts = {}): Promise<void> {
  const server = await startTestServer(settings, parts);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

/** Before the first and after the last test of a file: uvu's `test` has these. */
export interface Hooks {
  before(run: () => Promise<void>): void;
  after(run: () => Promise<void>): void;
}

/** One server for those tests of a file that leave nothing behind that others see. */
export function sharedServer(hooks: Hooks, settings: Partial<Settings> = {}, parts: ServerParts = {}): (work: (server: RunningServer) => Promise<void>) => Promise<void> {
  let server: RunningServer;
  hooks.before(async () => {
    server = await startTestServer(settings, parts);
  });
  hooks.after(() => server.close());
  return (work) => work(server);
}

export class Client {
  readonly ws: WebSocket;
  readonly messages: ServerMessage[] = [];
  closeCode: number | undefined;
  closeReason: string | undefined;
  #changed: (() => void)[] = [];

  constructor(url: string, options: ClientOptions = {}) {
    this.ws = new WebSocket(url, ['livegenre.v1'], options);
    this.ws.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as ServerMessage);
      this.#wake();
    });
    this.ws.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = String(reason);
      this.#wake();
    });
    this.ws.on('error', () => {}); // the close event follows
  }

  tell(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  play(bytes: Uint8Array): void {
    this.ws.send(bytes);
  }

  /** The first message that fits, come or to come; fails when the connection closes before. */
  async heard<T extends ServerMessage>(fits: (message: ServerMessage) => boolean): Promise<T> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found as T;
      if (this.closeCode !== undefined) throw new Error(`closed with ${this.closeCode} ${this.closeReason} after ${JSON.stringify(this.messages.slice(-3))}`);
      await this.#change();
    }
  }

  ready(): Promise<Ready> {
    return this.heard<Ready>(({ type }) => type === 'ready');
  }

  prediction(fits: (prediction: Prediction) => boolean = () => true): Promise<Prediction> {
    return this.heard<Prediction>((message) => message.type === 'prediction' && fits(message));
  }

  summary(): Promise<Summary> {
    return this.heard<Summary>(({ type }) => type === 'summary');
  }

  get predictions(): Prediction[] {
    return this.messages.filter((message): message is Prediction => message.type === 'prediction');
  }

  get error(): ErrorMessage | undefined {
    return this.messages.find((message): message is ErrorMessage => message.type === 'error');
  }

  async closed(): Promise<number> {
    while (this.closeCode === undefined) await this.#change();
    return this.closeCode;
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`nothing came for ${PATIENCE_MS} ms after ${JSON.stringify(this.messages.slice(-3))}`)), PATIENCE_MS);
      this.#changed.push(() => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const each of changed) each();
  }
}

/** Connects to a path of the server. */
export async function connect(server: Pick<RunningServer, 'port'>, path = '/v1/stream', options: ClientOptions = {}): Promise<Client> {
  const client = new Client(`ws://127.0.0.1:${server.port}${path}`, options);
  await once(client.ws, 'open');
  return client;
}

/** Connects and starts a stream. */
export async function stream(server: RunningServer, start: object = {}): Promise<Client & { readonly id: string; readonly token: string }> {
  const client = await connect(server);
  client.tell({ ...START, ...start });
  const { streamId, resumeToken } = await client.ready();
  return Object.assign(client, { id: streamId, token: resumeToken! });
}

/** The HTTP answer to an upgrade that is refused. */
export async function refusedUpgrade(server: RunningServer, path: string, options: ClientOptions = {}): Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }> {
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, options);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    ws.once('unexpected-response', (_, answer) => resolve(answer));
    ws.once('open', () => {
      ws.terminate();
      reject(new Error(`${path} was not refused`));
    });
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> };
}

/** Ends the workers of all shards with the fake classifier. */
export function killShards(): void {
  const channel = new BroadcastChannel(KILL_CHANNEL);
  channel.postMessage('now');
  channel.close();
}
