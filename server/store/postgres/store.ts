/** Everything that a server keeps, in PostgreSQL. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.js';
import { shownPlace, type Place } from '../place.js';
import { StoreError, type Store } from '../store.js';
import { Connection, sqlState } from './connection.js';
import { PostgresDeliveries } from './deliveries.js';
import { PostgresHistory } from './history.js';
import { migrate } from './migrations.js';
import { PostgresSigningKeys } from './signing-keys.js';
import { PostgresStations } from './stations.js';
import { PostgresTokens } from './tokens.js';

export interface PostgresStore extends Store {
  readonly connection: Connection;
  readonly stations: PostgresStations;
  readonly signingKeys: PostgresSigningKeys;
}

/** A database server that starts together with this one gets this time to come up. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 1000;
/** SQLSTATE classes that time does not change: wrong password, no such database, no permission. */
const LASTING = /^(?:28|3D|42)/;

/**
 * Connects and brings the tables up to date.
 * @param log of a server that waits up to 30 s for PostgreSQL to be there; without one, it is not waited for
 * @throws WrongDatabaseError if the tables are those of a newer livegenre, or PostgreSQL is too old
 * @throws StoreError with the reason
 */
export async function openPostgres(place: Extract<Place, { engine: 'postgres' }>, log?: Log): Promise<PostgresStore> {
  const connection = await Connection.to(place.url);
  const shown = shownPlace(place);
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await migrate(connection, shown);
      break;
    } catch (error) {
      const isLasting = !(error instanceof StoreError) || LASTING.test(sqlState(error) ?? '');
      if (log && !isLasting && performance.now() < deadlineMs) {
        if (isFirst) log.warn('the database can not be reached; waiting for it', { database: shown, reason: error.message });
        await sleep(RETRY_MS);
        continue;
      }
      await connection.close();
      throw error instanceof StoreError ? new StoreError(`${shown} can't be used: ${error.message.replace(/^PostgreSQL: /, '')}`, { cause: error.cause }) : error;
    }
  }
  return {
    connection,
    history: new PostgresHistory(connection),
    deliveries: new PostgresDeliveries(connection),
    tokens: new PostgresTokens(connection),
    stations: new PostgresStations(connection),
    signingKeys: new PostgresSigningKeys(connection),
    close: () => connection.close(),
  };
}
