/** A radio server for tests: real HTTP on 127.0.0.1, its pages set by the test; and encoded sound for it to send. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Subscription } from 'rxjs';
import { findOperatorsFfmpeg } from '../../../../server/sources/ffmpeg.js';
import { openSource, type SourceOptions } from '../../../../server/sources/station/source-connection.js';
import { eventually, PATIENCE_MS } from '../../../support/until.js';
import { childProcesses } from '../recordings.js';
import type { SourceEvent, SourceFault } from '../../../../server/sources/station/source-event.js';
import { LOOPBACK } from '../../../support/loopback.js';

/** Stations decode with no other FFmpeg than the system's. Looked for and not started, which costs 0.2 s of CPU in each process. */
export const HAS_FFMPEG = hasFfmpeg();

function hasFfmpeg(): boolean {
  try {
    findOperatorsFfmpeg();
    return true;
  } catch {
    return false;
  }
}

export type Page = (request: IncomingMessage, response: ServerResponse) => void;

export class Radio {
  /** By path. */
  readonly pages = new Map<string, Page>();
  readonly requests: IncomingMessage[] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(request);
    const page = this.pages.get(request.url!.split('?')[0]!);
    if (page) page(request, response);
    else response.writeHead(404).end();
  });

  static async start(): Promise<Radio> {
    const radio = new Radio();
    radio.#server.on('connection', (socket) => {
      radio.sockets.add(socket);
      socket.on('close', () => radio.sockets.delete(socket));
    });
    await once(radio.#server.listen(0, '127.0.0.1'), 'listening');
    return radio;
  }

  url(path: string, user = ''): string {
    return `http://${user && `${user}@`}127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** A page with this body, whole. */
  serve(path: string, contentType: string, body: Uint8Array | string, headers: Record<string, string> = {}): string {
    this.pages.set(path, (_, response) => response.writeHead(200, { 'Content-Type': contentType, ...headers }).end(body));
    return this.url(path);
  }

  /** A page that sends this, and then nothing for ever. */
  begin(path: string, contentType: string, body: Uint8Array, headers: Record<string, string> = {}): string {
    this.pages.set(path, (_, response) => void response.writeHead(200, { 'Content-Type': contentType, ...headers }).write(body));
    return this.url(path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** What was heard of one connection to a station. */
export class Heard {
  readonly events: SourceEvent[] = [];
  isOver = false;
  fault: SourceFault | undefined;
  readonly subscription: Subscription;
  #wake = (): void => {};

  constructor(url: string, settings: Partial<SourceOptions['settings']> = {}) {
    const end = (fault?: SourceFault): void => {
      this.fault = fault;
      this.isOver = true;
      this.#wake();
    };
    this.subscription = openSource(url, { settings: { stallAfterMs: 10_000, stationFiles: '', ...settings }, guard: LOOPBACK }).subscribe({
      next: (event) => {
        this.events.push(event);
        this.#wake();
      },
      error: end,
      complete: end,
    });
  }

  of<T extends SourceEvent['type']>(type: T): Extract<SourceEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<SourceEvent, { type: T }> => event.type === type);
  }

  /** Sound so far, s16le. */
  get sound(): Int16Array {
    const bytes = Buffer.concat(this.of('audio').map((event) => event.bytes));
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  get seconds(): number {
    return this.of('audio').reduce((sum, { bytes }) => sum + bytes.length, 0) / 88_200;
  }

  /** Waits until something is so; fails with the fault where it ends before. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.isOver) throw this.fault ?? new Error(`ended after ${this.seconds} s`);
      await this.#change();
    }
  }

  /** Waits for so many seconds of sound. */
  hear(seconds: number): Promise<void> {
    return this.until(() => this.seconds >= seconds);
  }

  /** Waits for the end; the fault, if it was one. */
  async over(): Promise<SourceFault | undefined> {
    while (!this.isOver) await this.#change();
    return this.fault;
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`nothing came for ${PATIENCE_MS} ms after ${this.seconds} s of sound`)), PATIENCE_MS);
      this.#wake = () => {
        clearTimeout(patience);
        resolve();
      };
    });
  }
}

/** Process ids of the FFmpegs that this process started. */
export function ffmpegs(): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(process.pid), '-x', 'ffmpeg'], { encoding: 'utf8' }).trim().split('\n').map(Number);
  } catch {
    // Its exit code is 1 where there are none.
    return [];
  }
}

/** Waits until no FFmpeg runs. */
export async function gone(): Promise<void> {
  await eventually('no child process', async () => await childProcesses() === 0, { everyMs: 1 });
}

/** Root mean square of samples, 0 to 1. */
export function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / samples.length);
}
