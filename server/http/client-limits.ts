/**
 * What one client may take: requests a minute, and streams at once. A client is a token, else an
 * address of the public internet: one of IPv4, 64 bits of one of IPv6, which is what a customer gets.
 * Addresses of this machine and of private networks are not counted: they are programs and people of the
 * operator, or a reverse proxy behind which everybody would be one client.
 */
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { parseAddress, specialKind } from '../network/guard/special-address.js';
import type { Settings } from '../settings.js';

const WINDOW_S = 60;
/** Clients that are remembered; the one that was seen first is forgotten before one more comes. */
const MAX_CLIENTS = 10_000;

/** @returns undefined for an address that is not counted */
export function clientKey(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (!parsed || specialKind(parsed) !== undefined) return undefined;
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${new ipaddr.IPv6([...parsed.toByteArray().slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}

export class ClientLimits {
  readonly #settings: Pick<Settings, 'maxRequestsPerMinute' | 'maxStreamsPerClient'>;
  readonly #maxClients: number;
  readonly #requests: RateLimiterMemory;
  /** Clients with requests in the last minutes, oldest first. */
  readonly #seen = new Set<string>();
  readonly #streams = new Map<string, number>();

  constructor(settings: Pick<Settings, 'maxRequestsPerMinute' | 'maxStreamsPerClient'>, maxClients: number = MAX_CLIENTS) {
    this.#settings = settings;
    this.#maxClients = maxClients;
    this.#requests = new RateLimiterMemory({ points: settings.maxRequestsPerMinute, duration: WINDOW_S });
  }

  /** Number of remembered clients. */
  get size(): number {
    return this.#seen.size;
  }

  /** Counts a request. @returns the time to wait if it is one too many, ms */
  async request(key: string): Promise<number | undefined> {
    if (!this.#seen.has(key) && this.#seen.size >= this.#maxClients) {
      const [oldest] = this.#seen;
      this.#seen.delete(oldest!);
      await this.#requests.delete(oldest!);
    }
    this.#seen.add(key);
    try {
      await this.#requests.consume(key);
      return undefined;
    } catch (refused) {
      return (refused as RateLimiterRes).msBeforeNext;
    }
  }

  /** @returns what ends the stream's counting, or undefined if it is one too many */
  openStream(key: string): (() => void) | undefined {
    const count = this.#streams.get(key) ?? 0;
    if (count >= this.#settings.maxStreamsPerClient) return undefined;
    this.#streams.set(key, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = this.#streams.get(key)! - 1;
      if (left > 0) this.#streams.set(key, left);
      else this.#streams.delete(key);
    };
  }
}
