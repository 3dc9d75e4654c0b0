/** What outlives the process: the stations in their file, and what was heard of them in the database. */
import { basename, dirname, extname, join } from 'node:path';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { AlertEvent, OpenAlert } from './alerts/event.js';
import type { Log } from './log.js';
import type { Settings } from './settings.js';
import { openDatabase, WrongDatabaseError, type Database } from './store/database.js';
import { retain } from './store/retention.js';
import { SqliteStore } from './store/sqlite.js';
import type { HistoryStore } from './store/store.js';
import type { StationConfig } from './stations/config.js';
import { History } from './stations/history.js';
import type { Stations } from './stations/stations.js';
import { StationsFile } from './stations/stations-file.js';

export interface Persistence {
  /** What was saved before. */
  readonly stations: readonly StationConfig[];
  /** @throws ProtocolError `not-kept` */
  readonly save: (stations: readonly StationConfig[]) => Promise<void>;
  /** Undefined where none is set, or it can't be opened now. */
  readonly database: Database | undefined;
  /** Where history is read; undefined where none is kept. */
  readonly store: HistoryStore | undefined;
  /** Where it is written; undefined where none is kept. */
  readonly history: History | undefined;
  /** Alerts that were not over when the server stopped; none where they can't be read. */
  openAlerts(): Promise<readonly OpenAlert[]>;
  /** Keeps what happens to an alert, before anybody is told of it. */
  recordAlert(event: AlertEvent): void;
  /** Records what happens to the stations, until it is closed. */
  record(stations: Pick<Stations, 'events$' | 'changes$'>): void;
  /** Writes what is left and closes the database. */
  close(): Promise<void>;
}

/**
 * @throws Error with the reason when the stations file or the database is there and can't be used.
 * A disk that is full or read-only is told of, and tried again: listening goes on without it.
 */
export async function openPersistence(settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler): Promise<Persistence> {
  const file = settings.stations === '' ? undefined : new StationsFile(settings.stations);
  const stations = await file?.load() ?? [];
  const save = file ? (all: readonly StationConfig[]) => file.save(all) : async () => {};
  const path = databasePath(settings);
  if (path === undefined) return { stations, save, database: undefined, store: undefined, history: undefined, openAlerts: async () => [], recordAlert() {}, record() {}, close: async () => {} };

  const store = new SqliteStore(() => openDatabase(path));
  let database: Database | undefined;
  try {
    database = store.database;
  } catch (error) {
    const { cause, message } = error as Error;
    if (cause instanceof WrongDatabaseError) throw cause;
    log.error('the database can not be opened; it is tried again', { path, reason: message });
  }
  const history = new History({ store, log, scheduler });
  const running = retain({ store, keepDays: settings.keepDays, log, scheduler });
  return {
    stations, save, database, store, history,
    async openAlerts() {
      const open = await store.openAlerts().catch((error: unknown) => {
        log.error('the alerts from before can not be read: those that still hold are raised anew', { reason: String(error) });
        return [];
      });
      return open.map(({ id, station, type, fromMs }) => ({ id, stationId: station.id, stationName: station.name, type, fromMs }));
    },
    recordAlert({ id, station, type, fromMs, toMs, sentence }) {
      // What can't be written now is told by the history's status and tried again.
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
      store.close();
    },
  };
}

/** Beside the stations file unless set: of `radio/stations.json`, `radio/stations.db`. */
function databasePath({ database, stations }: Settings): string | undefined {
  if (database !== '') return database;
  return stations === '' ? undefined : join(dirname(stations), `${basename(stations, extname(stations))}.db`);
}
