/** Persistent data: the stations in a file or the database, the database of history and alerts, and a library of music, which is only read. */
import { existsSync } from 'node:fs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { AlertEvent, OpenAlert } from './alerts/event.js';
import { findLibrary } from './library/alike/find-library.js';
import { AlikeLibrary } from './library/alike/library.js';
import { LibraryListing } from './library/browse/listing.js';
import type { Log } from './log.js';
import type { Settings } from './settings.js';
import { openStore } from './store/open.js';
import { dataPlaceOf, shownPlace } from './store/place.js';
import { retain } from './store/retention.js';
import type { StationList } from './cluster/cluster.js';
import type { Records } from './cluster/station-turns.js';
import type { Delivery } from './store/deliveries.js';
import type { StationStore } from './store/stations.js';
import type { AlertRecord, Store } from './store/store.js';
import type { StationConfig } from './stations/config.js';
import { History } from './stations/history.js';
import type { Stations } from './stations/stations.js';
import { StationsFile } from './stations/stations-file.js';
import { StationsTable } from './stations/stations-table.js';

/** Of several nodes: under which number this one may write of a station; undefined while it may not. */
export type FencingNumber = (station: string) => number | undefined;

export interface Persistence {
  /** The saved stations. */
  readonly stations: readonly StationConfig[];
  /** Where they were loaded from, and are saved to. */
  readonly list: StationList;
  /** Undefined if no database is set. */
  readonly store: Store | undefined;
  /** Writes history; undefined if none is kept. */
  readonly history: History | undefined;
  /** Undefined if none is named. */
  readonly library: AlikeLibrary | undefined;
  /** All tracks of the same library, to be looked through. */
  readonly listing: LibraryListing | undefined;
  /** Alerts still active when the server stopped; none if they can't be read. */
  openAlerts(): Promise<readonly OpenAlert[]>;
  /** Saves an alert event with its webhook deliveries; called before they are sent. False: another node writes of the station. */
  recordAlert(event: AlertEvent, deliveries: readonly Delivery[]): Promise<boolean>;
  /** For a node of several; undefined without a database. */
  readonly records: Records | undefined;
  /** Records the stations' events until `close`. */
  record(stations: Pick<Stations, 'events$' | 'changes$'>): void;
  /** Writes pending rows and closes the database. */
  close(): Promise<void>;
}

/**
 * @param number of several nodes: the fencing number under which this one may write of a station
 * @throws Error with the reason when the stations file or the database exists but can't be used, PostgreSQL is not there, or the library can't.
 * A full or read-only disk is logged and retried; monitoring continues without it.
 */
export async function openPersistence(settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler, number?: FencingNumber): Promise<Persistence> {
  const own = await openOwn(settings, log, scheduler, number);
  try {
    const file = settings.library === '' ? undefined : findLibrary(settings.library, []);
    const library = file === undefined ? undefined : AlikeLibrary.open(file);
    const listing = file === undefined ? undefined : LibraryListing.open(file);
    return {
      ...own, library, listing,
      async close() {
        library?.close();
        listing?.close();
        await own.close();
      },
    };
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function openOwn(settings: Settings, log: Log, scheduler: SchedulerLike, number: FencingNumber | undefined): Promise<Omit<Persistence, 'library' | 'listing'>> {
  const place = dataPlaceOf(settings);
  const store = place && await openStore(place, log);
  try {
    const list = store?.stations ? tableOf(store.stations, settings, log) : fileOf(settings);
    const stations = await list.load();
    return { ...keep(store, settings, log, scheduler, number), stations, list };
  } catch (error) {
    await store?.close();
    throw error;
  }
}

function fileOf({ stations: path }: Settings): StationList {
  const file = path === '' ? undefined : new StationsFile(path);
  return { load: async () => file?.load() ?? [], changes: async () => undefined, save: async (stations) => file?.save(stations) };
}

function tableOf(store: StationStore, { stations, database }: Settings, log: Log): StationList {
  if (existsSync(stations)) log.warn('stations are kept in PostgreSQL, and the stations file is not read; livegenre move takes its stations there', { file: stations, database: shownPlace({ engine: 'postgres', url: database }) });
  return new StationsTable(store);
}

function keep(store: Store | undefined, settings: Settings, log: Log, scheduler: SchedulerLike, number: FencingNumber | undefined): Omit<Persistence, 'library' | 'listing' | 'stations' | 'list'> {
  if (!store) return { store, history: undefined, openAlerts: async () => [], recordAlert: async ({ station }) => number === undefined || number(station.id) !== undefined, records: undefined, record() {}, close: async () => {} };
  const history = new History({ store: store.history, log, scheduler, ...(number && { number }) });
  const running = retain({ store: store.history, keepDays: settings.keepDays, log, scheduler });
  return {
    store, history,
    async openAlerts() {
      const open = await store.history.openAlerts().catch((error: unknown) => {
        log.error('the alerts from before can not be read: those that still hold are raised anew', { reason: String(error) });
        return [];
      });
      return open.map(openAlert);
    },
    // A failed write is retried and reported by the history's status.
    recordAlert: ({ id, station, type, fromMs, toMs, sentence }, deliveries) => history.alert({ id, station, type, fromMs, toMs, sentence }, deliveries),
    records: {
      async claim(station, claimed) {
        const untilMs = await history.claim(station, claimed);
        // Of SQLite each node has a file of its own: what others recorded of the station is not in it.
        return { untilMs: store.stations ? untilMs : null, alerts: (await store.history.openAlerts(station)).map(openAlert) };
      },
      handOver: (station) => history.handOver(station),
    },
    record({ events$, changes$ }) {
      running.add(events$.subscribe(({ station, event }) => history.record(station.id, event)));
      running.add(changes$.subscribe(({ type, station }) => {
        if (type === 'removed') history.forget(station.id);
      }));
    },
    async close() {
      running.unsubscribe();
      await history.close();
      await store.close();
    },
  };
}

function openAlert({ id, station, type, fromMs }: AlertRecord): OpenAlert {
  return { id, stationId: station.id, stationName: station.name, type, fromMs };
}
