/**
 * The stations of a cluster, in a key-value bucket of NATS: one key for each, changed only if it is as
 * this node knows it. The first node fills the bucket from its stations file. A bucket that is lost is
 * filled again by the nodes that still know its stations.
 */
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { z } from 'zod';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import { stationSchema, type StationConfig } from '../stations/config.js';

export interface SharedStationsOptions {
  readonly connection: NatsConnection;
  readonly bucket: string;
  /** The file of this node: a copy, which fills a bucket that is new. */
  readonly own: { load(): Promise<readonly StationConfig[]>; save(stations: readonly StationConfig[]): Promise<void> };
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

/** A key that no station has: where it is, the bucket is the truth, even if it is empty. */
const FILLED = 'filled';

/**
 * Without direct gets: while another node makes the bucket, nats-server 2.9 drops one without an answer, and a replica
 * may answer one with what is no longer so.
 */
const ALLOW_DIRECT = false;

const entrySchema = z.object({ position: z.number(), station: stationSchema });

interface Known {
  readonly revision: number;
  readonly position: number;
  readonly json: string;
  readonly config: StationConfig;
}

/** An id may end in a dot. */
const keyOf = (id: string): string => `station.${id.replaceAll('.', '=')}`;

export class SharedStations {
  readonly #options: SharedStationsOptions;
  readonly #scheduler: SchedulerLike;
  #known: ReadonlyMap<string, Known> = new Map();
  /** Of the bucket when it was read. */
  #version = '';

  constructor(options: SharedStationsOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
  }

  /**
   * All stations in the order of their addition.
   * @throws Error without an answer
   */
  async load(): Promise<StationConfig[]> {
    const own = await this.#options.own.load();
    const kv = await this.#open();
    if (!await kv.get(FILLED)) await this.#fill(kv, own);
    this.#known = await this.#read(kv);
    return this.#list();
  }

  /**
   * Saves what differs from what is known.
   * @throws ProtocolError `conflict` when another node changed the same station, `not-kept` without an answer
   */
  async save(stations: readonly StationConfig[]): Promise<void> {
    try {
      const kv = await this.#open();
      const ids = new Set(stations.map(({ id }) => id));
      for (const config of stations) await this.#put(kv, config);
      for (const [id, { revision }] of this.#known) {
        if (ids.has(id)) continue;
        await kv.delete(keyOf(id), { previousSeq: revision });
        const left = new Map(this.#known);
        left.delete(id);
        this.#known = left;
      }
      await this.#options.own.save(stations);
    } catch (error) {
      if (isConflict(error)) throw new ProtocolError('conflict', 'Another node changed the same station a moment ago. Look at it again, then repeat the change.');
      throw new ProtocolError('not-kept', `The stations could not be saved, so nothing was changed: ${(error as Error).message}.`);
    }
  }

  /**
   * What other nodes have changed; undefined if nothing. Not at the same time as `save`.
   * @throws Error without an answer
   */
  async changes(): Promise<readonly StationConfig[] | undefined> {
    const kv = await this.#open();
    // Fill it before it is read: an empty one would be taken for the wish to remove all.
    if (!await kv.get(FILLED)) await this.#fill(kv, this.#list());
    const version = await versionOf(kv);
    if (version === this.#version) return undefined;
    const before = this.#known;
    this.#known = await this.#read(kv);
    this.#version = version;
    const isSame = this.#known.size === before.size && [...this.#known].every(([id, { json }]) => before.get(id)?.json === json);
    if (isSame) return undefined;
    await this.#options.own.save(this.#list());
    return this.#list();
  }

  async #open(): Promise<KV> {
    const { Kvm } = await import('@nats-io/kv');
    return new Kvm(this.#options.connection).create(this.#options.bucket, { history: 1, allow_direct: ALLOW_DIRECT });
  }

  async #fill(kv: KV, stations: readonly StationConfig[]): Promise<void> {
    for (const [index, config] of stations.entries()) {
      await kv.create(keyOf(config.id), JSON.stringify({ position: this.#known.get(config.id)?.position ?? index, station: config })).catch((error: unknown) => {
        if (!isConflict(error)) throw error; // Another node was first.
      });
    }
    await kv.put(FILLED, '');
    this.#options.log.info('the stations of the cluster were filled from those that this node knows', { stations: stations.length });
  }

  async #read(kv: KV): Promise<Map<string, Known>> {
    const found = new Map<string, Known>();
    const keys: string[] = [];
    for await (const key of await kv.keys('station.>')) keys.push(key);
    await Promise.all(keys.map(async (key) => {
      const entry = await kv.get(key);
      if (entry?.operation !== 'PUT') return;
      const json = entry.string();
      const parsed = entrySchema.safeParse(JSON.parse(json));
      if (!parsed.success) return this.#options.log.error('a station of the cluster can not be used; it was perhaps written by another version', { key });
      const { position, station } = parsed.data;
      found.set(station.id, { revision: entry.revision, position, json, config: station });
    }));
    return found;
  }

  async #put(kv: KV, config: StationConfig): Promise<void> {
    const before = this.#known.get(config.id);
    const position = before?.position ?? this.#scheduler.now();
    const json = JSON.stringify({ position, station: config });
    if (before?.json === json) return;
    const revision = before ? await kv.update(keyOf(config.id), json, before.revision) : await kv.create(keyOf(config.id), json);
    this.#known = new Map(this.#known).set(config.id, { revision, position, json, config });
  }

  #list(): StationConfig[] {
    return [...this.#known.values()].sort((one, other) => one.position - other.position || (one.config.id < other.config.id ? -1 : 1)).map(({ config }) => config);
  }
}

async function versionOf(kv: KV): Promise<string> {
  const { created, state } = (await kv.status()).streamInfo;
  return `${created} ${state.last_seq}`;
}

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
function isConflict(error: unknown): boolean {
  return [10071, 10164].includes((error as { code?: unknown }).code as number);
}
