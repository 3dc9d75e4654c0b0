/** A group of clients that are opened and stopped together, with their statistics. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientOptions, type ClientEvents } from './client.js';
import type { SendSchedule } from './send-schedule.js';

/** Statistics of a group; cumulative except `lagsMs`. */
export interface GroupStats {
  /** Lag of each prediction since the last call of `look`. */
  readonly lagsMs: readonly number[];
  /** From first sound to first prediction, one for each client that got one. */
  readonly firstsMs: readonly number[];
  readonly ready: number;
  /** Audio sent to the server. */
  readonly leftMs: number;
  readonly droppedMs: number;
  /** Largest amount of audio of one stream neither scored nor reported as dropped. */
  readonly uncountedMs: number;
  /** Number of refusals by answer. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Unexpected closes, by close code and reason. */
  readonly losses: Readonly<Record<string, number>>;
}

/** 250 new clients per second. */
const OPEN_EVERY_MS = 4;
/** Slot offset between neighbours: the golden ratio spreads any number of clients evenly. */
const APART = (Math.sqrt(5) - 1) / 2;
/** Clients without an answer by then count as refused. */
const READY_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5000;

export class ClientGroup implements ClientEvents {
  readonly #options: Omit<ClientOptions, 'from'>;
  readonly #schedule: SendSchedule<Client>;
  readonly #retries: boolean;
  readonly #clients: Client[] = [];
  readonly #again = new Set<NodeJS.Timeout>();
  readonly #refusals: Record<string, number> = {};
  readonly #losses: Record<string, number> = {};
  #lagsMs: number[] = [];

  /** @param retries whether refused clients retry after Retry-After */
  constructor(options: Omit<ClientOptions, 'from'>, schedule: SendSchedule<Client>, retries: boolean) {
    this.#options = options;
    this.#schedule = schedule;
    this.#retries = retries;
  }

  /** One after the other; resolves when all are ready or refused. */
  async open(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.#enter();
      await sleep(OPEN_EVERY_MS);
    }
    const timeout = setTimeout(() => this.#clients.forEach((client) => client.isReady || client.cut()), READY_TIMEOUT_MS);
    await Promise.all(this.#clients.map(({ settled }) => settled));
    clearTimeout(timeout);
  }

  look(): GroupStats {
    const lagsMs = this.#lagsMs;
    this.#lagsMs = [];
    const sum = (of: (client: Client) => number): number => this.#clients.reduce((total, client) => total + of(client), 0);
    return {
      lagsMs,
      firstsMs: this.#clients.flatMap(({ firstMs }) => firstMs ?? []),
      ready: sum(({ isReady }) => Number(isReady)),
      leftMs: sum(({ leftMs }) => leftMs),
      droppedMs: sum(({ droppedMs }) => droppedMs),
      uncountedMs: Math.max(0, ...this.#clients.map(({ uncountedMs }) => uncountedMs)),
      refusals: this.#refusals,
      losses: this.#losses,
    };
  }

  /** Stream ids of the ready clients. */
  get streamIds(): string[] {
    return this.#clients.flatMap(({ isReady, streamId }) => (isReady && streamId !== undefined ? [streamId] : []));
  }

  /** Stops all clients; resolves when the server has closed them, or terminates them on timeout. */
  async stop(): Promise<void> {
    for (const timeout of this.#again) clearTimeout(timeout);
    for (const client of this.#clients) {
      this.#schedule.leave(client);
      client.stop();
    }
    await Promise.race([Promise.all(this.#clients.map(({ over }) => over)), sleep(STOP_TIMEOUT_MS)]);
    for (const client of this.#clients) client.cut();
  }

  ready(client: Client): void {
    this.#schedule.join(client, (this.#clients.indexOf(client) * APART) % 1);
  }

  prediction(lagMs: number): void {
    this.#lagsMs.push(lagMs);
  }

  refused(answer: string, retryAfterS: number | undefined): void {
    this.#refusals[answer] = (this.#refusals[answer] ?? 0) + 1;
    if (!this.#retries || retryAfterS === undefined) return;
    const timeout = setTimeout(() => {
      this.#again.delete(timeout);
      this.#enter();
    }, Math.max(1, retryAfterS) * 1000);
    this.#again.add(timeout);
  }

  lost(reason: string): void {
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
  }

  #enter(): void {
    const { frames } = this.#options.sound;
    this.#clients.push(new Client({ ...this.#options, from: Math.floor(frames.length * ((this.#clients.length * APART) % 1)) }, this));
  }
}
