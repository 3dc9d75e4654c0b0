/**
 * Leases as keys of a NATS key-value bucket. The answers of `create` and of `update` with a revision
 * decide; a listing of the keys is how others learn of it.
 *
 * The bucket has the time to live, not the key: that of a key is dropped by its first update, and a
 * key without one stays for ever. The listing is asked for, not watched: a watch says nothing of
 * keys that expire, and each renewal would go to every node.
 */
import { randomUUID } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { Subject, type Observable } from 'rxjs';
import { Lease, LEASE_TIMES, type Leases, type LeaseTimes, type Monotonic } from './lease.js';
import { listKeys, type Listed } from './nats-listing.js';

export interface NatsLeasesOptions {
  /** Not closed by the leases. */
  readonly connection: NatsConnection;
  /** Letters, digits, dashes and underscores. */
  readonly bucket: string;
  /** Copies of the bucket in a cluster of NATS servers, 1 to 5. */
  readonly replicas?: number;
  readonly times?: LeaseTimes;
  readonly now?: Monotonic;
}

/** A bucket that is younger than this, by clocks that may differ, was perhaps made anew while leases of the one before still ran. */
const YOUNG_MS = 60_000;
/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const WRONG_LAST_SEQUENCE: readonly number[] = [10071, 10164];

interface OpenBucket {
  readonly kv: KV;
  /** Added to revisions to make numbers of them. */
  readonly base: number;
  /** On the monotonic clock: no new leases before. */
  readonly fromMs: number;
}

/** Before each value stands the UUID of its acquisition. */
const TOKEN_CHARS = 36;

/** Only the dot after the kind is one in the key: dots there may neither stand at the end nor follow one another. */
const keyOf = (name: string): string => name.replaceAll('.', '=').replace('=', '.');
const nameOf = (key: string): string => key.replaceAll('=', '.');

export class NatsLeases implements Leases {
  readonly released$: Observable<string>;
  readonly #released = new Subject<string>();
  readonly #options: Required<NatsLeasesOptions>;
  readonly #hints: { unsubscribe(): void };
  readonly #subject: string;
  #bucket: Promise<OpenBucket> | undefined;
  /** Of the bucket that was opened last: opened again it is as old as it was. */
  #last: { readonly createdMs: number; readonly fromMs: number } | undefined;
  #isConnected = true;
  /** Highest revision seen in the bucket. A lower one in a later answer comes from another bucket of the same name. */
  #newest = 0;

  constructor({ replicas = 1, times = LEASE_TIMES, now = () => performance.now(), ...options }: NatsLeasesOptions) {
    this.#options = { ...options, replicas, times, now };
    this.released$ = this.#released;
    this.#subject = `${options.bucket}.released`;
    this.#hints = options.connection.subscribe(this.#subject, { callback: (error, message) => {
      if (!error) this.#released.next(message.string());
    } });
    void this.#follow();
  }

  async acquire(name: string, value = '', lost?: Lease): Promise<Lease | undefined> {
    const { connection, times, now } = this.#options;
    const opened = this.#open();
    const { kv, base, fromMs } = await opened;
    if (now() < fromMs && !(lost?.name === name && lost.isInTime)) return undefined;
    const key = keyOf(name);
    const token = randomUUID();
    const sentAtMs = now();
    const newest = this.#newest;
    let revision = await this.#decided(kv.create(key, `${token} ${value}`));
    if (revision === undefined) return undefined;
    if (this.#bucket !== opened || revision <= newest) {
      // The bucket is another one by now: neither its age nor the numbers of it are what they were taken for.
      this.#bucket = undefined;
      await this.#answered(kv.delete(key, { previousSeq: revision }));
      return undefined;
    }
    const update = async (text: string, after: number): Promise<boolean> => {
      const next = await this.#decided(kv.update(key, `${token} ${text}`, after));
      if (next !== undefined) revision = next;
      return next !== undefined;
    };
    const remove = async (after: number): Promise<boolean> => await this.#decided(kv.delete(key, { previousSeq: after }).then(() => after)) !== undefined;
    return new Lease({
      name, value, number: base + revision, sentAtMs, holdMs: times.holdMs, now,
      engine: {
        renew: async (text) => {
          await this.#open(); // Throws while there is no connection.
          if (await update(text, revision!)) return true;
          // An earlier update may have arrived though its answer did not.
          const found = await this.#answered(kv.get(key));
          return found?.operation === 'PUT' && found.string().startsWith(token) && update(text, found.revision);
        },
        release: async () => {
          await this.#open();
          if (!await remove(revision!)) {
            const found = await this.#answered(kv.get(key));
            if (found?.operation !== 'PUT' || !found.string().startsWith(token) || !await remove(found.revision)) return;
          }
          connection.publish(this.#subject, name);
        },
      },
    });
  }

  async names(kind: string): Promise<ReadonlySet<string>> {
    return new Set((await this.#listed(kind, false)).map(({ key }) => nameOf(key)));
  }

  async values(kind: string): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#listed(kind, true)).map(({ key, value }) => [nameOf(key), value.slice(TOKEN_CHARS + 1)]));
  }

  async #listed(kind: string, withValues: boolean): Promise<Listed[]> {
    const { connection, bucket, times: { answerMs } } = this.#options;
    await this.#open();
    return this.#answered(listKeys(connection, bucket, `${kind}.>`, { withValues, answerMs }));
  }

  async close(): Promise<void> {
    this.#hints.unsubscribe();
    this.#released.complete();
  }

  /** The new revision; undefined if another one was there. */
  async #decided(request: Promise<number>): Promise<number | undefined> {
    try {
      const revision = await this.#answered(request);
      this.#newest = Math.max(this.#newest, revision);
      return revision;
    } catch (error) {
      if (WRONG_LAST_SEQUENCE.includes((error as { code?: unknown }).code as number)) return undefined;
      throw error;
    }
  }

  /** A server that was away may come back without its data. */
  async #follow(): Promise<void> {
    for await (const { type } of this.#options.connection.status()) {
      if (type === 'reconnect') this.#isConnected = true;
      if (type !== 'disconnect') continue;
      this.#isConnected = false;
      this.#bucket = undefined;
    }
  }

  async #answered<T>(request: Promise<T>): Promise<T> {
    const { answerMs } = this.#options.times;
    let timeout: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([request, new Promise<never>((_, reject) => {
        timeout = setTimeout(() => reject(new Error(`NATS did not answer within ${answerMs} ms`)), answerMs);
      })]);
    } catch (error) {
      if (!WRONG_LAST_SEQUENCE.includes((error as { code?: unknown }).code as number)) this.#bucket = undefined; // It may be gone with all of the server's data; look again.
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  #open(): Promise<OpenBucket> {
    // What is sent now would wait for the connection, and arrive when it means something else.
    if (!this.#isConnected) return Promise.reject(new Error('NATS is not connected'));
    return (this.#bucket ??= this.#answered(this.#make()));
  }

  async #make(): Promise<OpenBucket> {
    const { connection, bucket, replicas, times, now } = this.#options;
    const { Kvm } = await import('@nats-io/kv');
    const kv = await new Kvm(connection).create(bucket, { ttl: times.ttlMs, replicas, history: 1 });
    const createdMs = Date.parse((await kv.status()).streamInfo.created);
    this.#newest = 0;
    if (this.#last?.createdMs !== createdMs) this.#last = { createdMs, fromMs: Date.now() - createdMs < YOUNG_MS ? now() + times.holdMs : -Infinity };
    // Microseconds: revisions can not overtake the clock, so those of a bucket made later are higher, too.
    return { kv, base: 1000 * createdMs, fromMs: this.#last.fromMs };
  }
}
