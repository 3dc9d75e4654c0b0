/** The webhook deliveries in the embedded SQLite database. */
import type { Delivery, DeliveryStore } from '../deliveries.js';
import type { Connection } from './connection.js';

const COLUMNS = ['eventId', 'target', 'alertId', 'stationId', 'body', 'createdAtMs', 'attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'] as const satisfies readonly (keyof Delivery)[];

const INSERT = `INSERT INTO deliveries (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((column) => `:${column}`).join(', ')})`;

/** Adds a delivery; one that is there stays as it is. */
export function addDelivery(connection: Connection, delivery: Delivery): void {
  connection.run(`${INSERT} ON CONFLICT DO NOTHING`, { ...delivery });
}

export class SqliteDeliveries implements DeliveryStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async pending(station?: string): Promise<Delivery[]> {
    const ofStation = station === undefined ? '' : 'AND stationId = :station';
    return this.#connection.all<Delivery>(`SELECT ${COLUMNS.join(', ')} FROM deliveries WHERE doneAtMs IS NULL ${ofStation} ORDER BY createdAtMs, rowid`, station === undefined ? {} : { station });
  }

  async write(deliveries: readonly Delivery[]): Promise<void> {
    this.#connection.transaction(() => {
      for (const delivery of deliveries) {
        this.#connection.run(`${INSERT}
          ON CONFLICT DO UPDATE SET attempts = excluded.attempts, nextAtMs = excluded.nextAtMs, doneAtMs = excluded.doneAtMs, outcome = excluded.outcome, failure = excluded.failure`,
        { ...delivery });
      }
    });
  }

  async deleteDone(beforeMs: number): Promise<void> {
    this.#connection.run('DELETE FROM deliveries WHERE doneAtMs < :beforeMs', { beforeMs });
  }
}
