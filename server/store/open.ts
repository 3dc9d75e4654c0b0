/** Opens a server's data, whichever engine keeps it. PostgreSQL's client is loaded only where it is asked for. */
import type { Log } from '../log.js';
import type { Place } from './place.js';
import { openDatabase } from './sqlite/database.js';
import { SqliteStore } from './sqlite/store.js';
import { WrongDatabaseError, type Store } from './store.js';

/**
 * @param log of a server, which goes on without an SQLite file that can't be opened now, and retries
 * @throws WrongDatabaseError if a retry would not help
 * @throws StoreError with the reason
 */
export async function openStore(place: Place, log?: Log): Promise<Store> {
  if (place.engine === 'postgres') return (await import('./postgres/store.js')).openPostgres(place, log);
  const store = new SqliteStore(() => openDatabase(place.path));
  try {
    void store.database;
  } catch (error) {
    const { cause, message } = error as Error;
    if (cause instanceof WrongDatabaseError) throw cause;
    if (!log) throw error;
    log.error('the database can not be opened; retrying', { path: place.path, reason: message });
  }
  return store;
}
