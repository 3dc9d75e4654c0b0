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
import type { StationStore } from './store/stations.js';
import type { Store } from './store/store.js';
import type { StationConfig } from './stations/config.js';
import { History } from './stations/history.js';
import type { Stations } from './stations/stations.js';
import { StationsFile } from './stations/stations-file.js';
import { StationsTable } from './stations/stations-table.js';

export interface Persistence {
  /** The saved stations. */
  readonly stations: readonly StationConfig[];
  /** @throws ProtocolError `not-kept` */
  readonly save: (stations: readonly StationConfig[]) => Promise<void>;
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
  /** Saves an alert event; called before it is delivered. */
  recordAlert(event: AlertEvent): void;
  /** Records the stations' events until `close`. */
  record(stations: Pick<Stations, 'events$' | 'changes$'>): void;
  /** Writes pending rows and closes the database. */
  close(): Promise<void>;
}

/**
 * @throws Error with the reason when the stations file or the database exists but can't be used, PostgreSQL is not there, or the library can't.
 * A full or read-only disk is logged and retried; monitoring continues without it.
 */
export async function openPersistence(settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler): Promise<Persistence> {
  const own = await openOwn(settings, log, scheduler);
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

async function openOwn(settings: Settings, log: Log, scheduler: SchedulerLike): Promise<Omit<Persistence, 'library' | 'listing'>> {
  const place = dataPlaceOf(settings);
  const store = place && await openStore(place, log);
  try {
    const list = store?.stations ? tableOf(store.stations, settings, log) : fileOf(settings);
    const stations = await list.load();
    return { ...keep(store, settings, log, scheduler), stations, save: (all) => list.save(all) };
  } catch (error) {
    await store?.close();
    throw error;
  }
}

/** Where stations are loaded from and saved to. */
interface StationList {
  load(): Promise<StationConfig[]>;
  save(stations: readonly StationConfig[]): Promise<void>;
}

function fileOf({ stations }: Settings): StationList {
  return stations === '' ? { load: async () => [], save: async () => {} } : new StationsFile(stations);
}

function tableOf(store: StationStore, { stations, database }: Settings, log: Log): StationList {
  if (existsSync(stations)) log.warn('stations are kept in PostgreSQL, and the stations file is not read; livegenre move takes its stations there', { file: stations, database: shownPlace({ engine: 'postgres', url: database }) });
  return new StationsTable(store);
}

function keep(store: Store | undefined, settings: Settings, log: Log, scheduler: SchedulerLike): Omit<Persistence, 'library' | 'listing' | 'stations' | 'save'> {
  if (!store) return { store, history: undefined, openAlerts: async () => [], recordAlert() {}, record() {}, close: async () => {} };
  const history = new History({ store: store.history, log, scheduler });
  const running = retain({ store: store.history, keepDays: settings.keepDays, log, scheduler });
  return {
    store, history,
    async openAlerts() {
      const open = await store.history.openAlerts().catch((error: unknown) => {
        log.error('the alerts from before can not be read: those that still hold are raised anew', { reason: String(error) });
        return [];
      });
      return open.map(({ id, station, type, fromMs }) => ({ id, stationId: station.id, stationName: station.name, type, fromMs }));
    },
    recordAlert({ id, station, type, fromMs, toMs, sentence }) {
      // A failed write is retried and reported by the history's status.
      void history.alert({ id, station, type, fromMs, toMs, sentence });
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
