/**
 * What one client may take: requests a minute, streams and viewers at once, bytes a minute and seconds of
 * sound a second. A client is a token, else an address of the public internet: one of IPv4, 64 bits of
 * one of IPv6, which is what a customer gets. Addresses of this machine and of private networks are not
 * counted: they are programs and people of the operator, or a reverse proxy behind which everybody would
 * be one client.
 */
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { parseAddress, specialKind } from '../network/guard/special-address.js';
import type { Settings } from '../settings.js';
import { Allowance } from './allowance.js';

const WINDOW_S = 60;
/** Clients that are remembered; the one that was seen first is forgotten before one more comes. Those with nothing to remember are forgotten sooner. */
const MAX_CLIENTS = 10_000;
/** Sound that may come at once: what waited while a connection was lost. */
const SOUND_BURST_S = 10;

type ClientSettings = Pick<Settings, 'maxRequestsPerMinute' | 'maxStreamsPerClient' | 'maxViewersPerClient' | 'maxBytesPerMinute' | 'maxSoundPerSecond'>;

/** What a client sends counts against both; each returns how long it must wait before it sends more, ms. */
export interface Flow {
  bytes(count: number): number;
  /** @param ms of sound for a live stream */
  sound(ms: number): number;
}

/** What is remembered of a client. */
interface Client {
  readonly bytes: Allowance;
  readonly sound: Allowance;
  seenMs: number;
}

/** What a client has several of at once. */
export type Kind = 'stream' | 'viewer';

/** @returns undefined for an address that is not counted */
export function clientKey(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (!parsed || specialKind(parsed) !== undefined) return undefined;
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${new ipaddr.IPv6([...parsed.toByteArray().slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}

export class ClientLimits {
  readonly #settings: ClientSettings;
  readonly #maxClients: number;
  readonly #now: () => number;
  readonly #requests: RateLimiterMemory;
  /** The one that was seen first before the others. */
  readonly #clients = new Map<string, Client>();
  #forgotMs: number;
  /** How many each client has open; as many entries as there are connections, at most. */
  readonly #open: Readonly<Record<Kind, Map<string, number>>> = { stream: new Map(), viewer: new Map() };

  /** @param now a clock that never goes back, ms */
  constructor(settings: ClientSettings, maxClients: number = MAX_CLIENTS, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#maxClients = maxClients;
    this.#now = now;
    this.#forgotMs = now();
    this.#requests = new RateLimiterMemory({ points: settings.maxRequestsPerMinute, duration: WINDOW_S });
  }

  /** Number of remembered clients. */
  get size(): number {
    return this.#clients.size;
  }

  /** The most that a client may have open. */
  most(kind: Kind): number {
    return kind === 'stream' ? this.#settings.maxStreamsPerClient : this.#settings.maxViewersPerClient;
  }

  /** Counts a request. @returns the time to wait if it is one too many, ms */
  async request(key: string): Promise<number | undefined> {
    this.#client(key);
    try {
      await this.#requests.consume(key);
      return undefined;
    } catch (refused) {
      return (refused as RateLimiterRes).msBeforeNext;
    }
  }

  /** Of all connections of the client together. */
  flow(key: string): Flow {
    return { bytes: (count) => this.#client(key).bytes.take(count), sound: (ms) => this.#client(key).sound.take(ms) };
  }

  #client(key: string): Client {
    const nowMs = this.#now();
    const known = this.#clients.get(key);
    if (known) {
      known.seenMs = nowMs;
      return known;
    }
    this.#forget(nowMs);
    const { maxBytesPerMinute, maxSoundPerSecond } = this.#settings;
    const bytes = new Allowance({ perMs: maxBytesPerMinute / 60_000, burst: maxBytesPerMinute, now: this.#now });
    const sound = new Allowance({ perMs: maxSoundPerSecond, burst: 1000 * maxSoundPerSecond * SOUND_BURST_S, now: this.#now });
    const client = { bytes, sound, seenMs: nowMs };
    this.#clients.set(key, client);
    return client;
  }

  /** Makes room: once a window those go that would be the same if they were new, and if there are still too many, the one that was seen first. */
  #forget(nowMs: number): void {
    if (nowMs - this.#forgotMs > 1000 * WINDOW_S) {
      this.#forgotMs = nowMs;
      for (const [key, { bytes, sound, seenMs }] of this.#clients) {
        // Its requests of the last window are counted elsewhere, for no longer than that.
        if (nowMs - seenMs > 1000 * WINDOW_S && bytes.isFull && sound.isFull) this.#clients.delete(key);
      }
    }
    if (this.#clients.size < this.#maxClients) return;
    const [oldest] = this.#clients.keys();
    this.#clients.delete(oldest!);
    void this.#requests.delete(oldest!);
  }

  /** @returns what ends the counting, or undefined if it is one too many */
  open(kind: Kind, key: string): (() => void) | undefined {
    const all = this.#open[kind];
    const count = all.get(key) ?? 0;
    if (count >= this.most(kind)) return undefined;
    all.set(key, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = all.get(key)! - 1;
      if (left > 0) all.set(key, left);
      else all.delete(key);
    };
  }
}
