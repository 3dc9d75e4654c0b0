/** Everything that a server keeps, in the embedded SQLite database. */
import type { Store } from '../store.js';
import { Connection } from './connection.js';
import type { Database } from './database.js';
import { SqliteDeliveries } from './deliveries.js';
import { SqliteHistory } from './history.js';
import { SqliteTokens } from './tokens.js';

export class SqliteStore implements Store {
  readonly history: SqliteHistory;
  readonly tokens: SqliteTokens;
  readonly deliveries: SqliteDeliveries;
  readonly #connection: Connection;

  /** @param open opens the database at first use, and is called again if it throws; the store closes it */
  constructor(open: () => Database) {
    this.#connection = new Connection(open);
    this.history = new SqliteHistory(this.#connection);
    this.tokens = new SqliteTokens(this.#connection);
    this.deliveries = new SqliteDeliveries(this.#connection);
  }

  /** @throws StoreError if it can't be opened */
  get database(): Database {
    return this.#connection.database;
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}
