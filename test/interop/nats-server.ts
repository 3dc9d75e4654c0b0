/** A real nats-server with JetStream, which may die and lose its data. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../support/until.js';
import { freePort, type Bench, type Running } from './programs.js';

export class NatsServer {
  readonly url: string;
  readonly #bench: Bench;
  readonly #port: number;
  readonly #folder: string;
  #running: Running | undefined;

  constructor(bench: Bench, port: number) {
    this.#bench = bench;
    this.#port = port;
    this.#folder = join(bench.folder, `nats-${port}`);
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(bench: Bench): Promise<NatsServer> {
    const server = new NatsServer(bench, await freePort());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const running = this.#running = this.#bench.start('nats-server', ['-js', '-sd', this.#folder, '-a', '127.0.0.1', '-p', String(this.#port)]);
    await eventually('nats-server listens', () => isListening(this.#port), { log: () => running.log });
  }

  /** CPU time since it was started, ms. */
  get cpuMs(): number {
    return this.#running!.cpuMs;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  /** Removes all data of a stopped server. */
  empty(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Resolves when all of its threads stand still. */
  async pause(): Promise<void> {
    const { child } = this.#running!;
    child.kill('SIGSTOP');
    const tasks = `/proc/${child.pid}/task`;
    await eventually('nats-server stands still', () => readdirSync(tasks).every((task) => /\) T /.test(readFileSync(join(tasks, task, 'stat'), 'utf8'))));
  }

  resume(): void {
    this.#running?.child.kill('SIGCONT');
  }

  connect(): Promise<NatsConnection> {
    return connect({ servers: this.url, maxReconnectAttempts: -1, reconnectTimeWait: 50, ignoreClusterUpdates: true });
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
