/** A node of several that are one service: its leases, the stations and streams of all, and how it joins and leaves. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { interval, Subscription, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import type { Settings } from '../settings.js';
import type { StationConfig } from '../stations/config.js';
import type { Stations } from '../stations/stations.js';
import type { Elsewhere } from '../streams/elsewhere.js';
import type { Streams } from '../streams/streams.js';
import { NatsBus } from './bus.js';
import { Glances } from './glances.js';
import { heardGlances, ownGlance } from './lease-glances.js';
import type { Leases } from './lease.js';
import { connectToNats } from './nats-connection.js';
import { NatsLeases } from './nats-leases.js';
import { Ownership } from './ownership.js';
import { openPostgresLeases } from './postgres-leases.js';
import { PublishedStreams } from './published-streams.js';
import { RemoteStreams } from './remote-streams.js';
import { SharedStations } from './shared-stations.js';
import { stationTurns, type AlertTurns, type Records } from './station-turns.js';
import { streamSubjects } from './stream-subjects.js';

/** Where the list of stations is that all nodes share. */
export interface StationList {
  load(): Promise<readonly StationConfig[]>;
  /** What other nodes have changed; undefined if nothing. */
  changes(): Promise<readonly StationConfig[] | undefined>;
  /** @throws ProtocolError `conflict` or `not-kept` */
  save(stations: readonly StationConfig[]): Promise<void>;
}

export interface ClusterParts {
  readonly stations: Stations;
  readonly list: StationList;
  readonly records: Records | undefined;
  readonly alerts: AlertTurns;
  /** Load of the busiest thread, 0 to 1. */
  readonly load: () => number;
}

export interface Cluster {
  readonly node: string;
  /** The list of stations in NATS; undefined with a database that has it. */
  list(own: StationList): StationList;
  /** Fencing number of a station, while this node may write of it. */
  number(station: string): number | undefined;
  /** Other nodes can go on with what this one ends. */
  readonly hasOthers: boolean;
  /** What travels between the nodes for viewers; undefined where nodes can not watch each other's streams. */
  readonly bus: { readonly received: number; readonly published: number; readonly ignored: number } | undefined;
  /** Streams of the other nodes; to be called once. */
  elsewhere(streams: Streams): Elsewhere;
  /** Joins: from now on this node listens to its share of the stations. */
  start(parts: ClusterParts): void;
  /** Gives the stations away, one after the other, and leaves. */
  leave(timeoutMs: number): Promise<void>;
}

/** First part of the names of buckets and subjects. */
const PREFIX = 'livegenre';
/** How often it is asked whether another node has changed the stations. */
const CHANGES_EVERY_MS = 3000;

/** Streams of this node for others, and the other way round. */
interface StreamsOfNodes extends Elsewhere {
  readonly counts: NonNullable<Cluster['bus']>;
  close(): void;
}

/** Without a bus: viewers of other nodes' streams are refused, senders go on at once. */
const NO_STREAMS: Elsewhere = { watch: async () => undefined, follow: () => undefined, takeOver: async () => {}, list: async () => [], info: async () => undefined };

/** What differs with the engine of the leases. */
interface Engine {
  readonly leases: Leases;
  readonly list?: (own: StationList) => StationList;
  /** Tells the others how this node's stations are, and hears of theirs. */
  readonly glances?: (parts: { readonly node: string; readonly stations: Stations; readonly number: (station: string) => number | undefined; readonly scheduler: SchedulerLike }) => { close(): void };
  /** With a bus. */
  readonly elsewhere?: (streams: Streams, others: () => number) => StreamsOfNodes;
  close(): Promise<void>;
}

/**
 * @returns undefined for a node that is alone
 * @throws Error with the reason
 */
export async function openCluster(settings: Settings, log: Log, scheduler: SchedulerLike): Promise<Cluster | undefined> {
  const node = settings.node || `${hostname().replace(/[^\w-]+/g, '-').slice(0, 40)}-${randomBytes(2).toString('hex')}`;
  const engine = await openEngine(settings, node, log, scheduler);
  if (!engine) return undefined;
  const { leases } = engine;
  const running = new Subscription();
  let ownership: Ownership | undefined;
  let elsewhere: StreamsOfNodes | undefined;
  const others = (): number => Math.max(0, (ownership?.members.length ?? 0) - 1);
  const held = (station: string): number | undefined => {
    const lease = ownership?.lease(station);
    return lease?.isHeld ? lease.number : undefined;
  };
  return {
    node,
    list: (own) => engine.list?.(own) ?? own,
    number: held,
    get hasOthers() {
      return others() > 0;
    },
    get bus() {
      return elsewhere?.counts;
    },
    elsewhere(streams) {
      elsewhere = engine.elsewhere?.(streams, others);
      return elsewhere ?? NO_STREAMS;
    },
    start({ stations, list, records, alerts, load }) {
      const started = ownership = new Ownership({
        node, leases, load, log, scheduler,
        weight: settings.shards,
        listening: stationTurns({ node, stations, records, alerts, log, now: () => scheduler.now() }),
        // Without a bus the leases themselves say how their stations are.
        ...(!engine.glances && { value: (station) => ownGlance(stations, station), onValues: (values) => heardGlances(stations, values) }),
      });
      const glances = engine.glances?.({ node, stations, number: held, scheduler });
      running.add(() => glances?.close());
      running.add(stations.changes$.subscribe(() => void started.look()));
      running.add(interval(CHANGES_EVERY_MS, scheduler).subscribe(followChanges(stations, list, log)));
      started.start();
      log.info('this node is one of a cluster', { node });
    },
    async leave(timeoutMs) {
      await ownership?.leave(timeoutMs);
      running.unsubscribe();
      elsewhere?.close();
      await leases.close();
      await engine.close();
    },
  };
}

async function openEngine(settings: Settings, node: string, log: Log, scheduler: SchedulerLike): Promise<Engine | undefined> {
  if (settings.nats.length > 0) {
    const connection = await connectToNats(settings.nats, node, log);
    const bus = new NatsBus(connection, log);
    return {
      leases: new NatsLeases({ connection, bucket: `${PREFIX}-leases` }),
      ...(!isPostgres(settings) && { list: (own) => new SharedStations({ connection, bucket: `${PREFIX}-stations`, log, scheduler, own }) }),
      glances: (parts) => new Glances({ ...parts, bus, subject: `${PREFIX}.glances` }),
      elsewhere: (streams, others) => streamsOfNodes({ bus, streams, others, scheduler, session: `${node}-${randomBytes(4).toString('hex')}`, searchMs: settings.resumeWindowMs }),
      close: () => connection.close(),
    };
  }
  return settings.node !== '' && isPostgres(settings) ? openPostgresLeases(settings.database) : undefined;
}

function streamsOfNodes(parts: { readonly bus: NatsBus; readonly streams: Streams; readonly others: () => number; readonly scheduler: SchedulerLike; readonly session: string; readonly searchMs: number }): StreamsOfNodes {
  const subjects = streamSubjects(PREFIX);
  const remote = new RemoteStreams({ ...parts, subjects });
  const published = new PublishedStreams({ ...parts, subjects, onTaken: (id, session) => remote.taken(id, session) });
  return {
    watch: (id) => remote.watch(id),
    follow: (before) => remote.follow(before),
    takeOver: (id) => remote.takeOver(id),
    list: (clients) => remote.list(clients),
    info: (id) => remote.info(id),
    counts: { get received() { return remote.size; }, get published() { return published.size; }, get ignored() { return parts.bus.ignored; } },
    close() {
      published.close();
      remote.close();
    },
  };
}

const isPostgres = ({ database }: Settings): boolean => /^postgres(?:ql)?:\/\//i.test(database);

/** Reads the list anew, one time after the other; a failure is logged once. */
function followChanges(stations: Stations, list: StationList, log: Log): () => Promise<void> {
  let isReading = false;
  let isFailing = false;
  return async () => {
    if (isReading) return;
    isReading = true;
    try {
      await stations.adopt(() => list.changes());
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn('the stations of the cluster can not be read; those that are known stay', { reason: (error as Error).message });
      isFailing = true;
    } finally {
      isReading = false;
    }
  };
}
