/** The webhook deliveries in PostgreSQL. */
import type { Delivery, DeliveryStore } from '../deliveries.js';
import type { Client, Connection } from './connection.js';
import { quoted, upsert, type OnRefused, type Row, type Table } from './rows.js';

const DELIVERIES: Table = {
  name: 'deliveries',
  columns: ['eventId', 'target', 'alertId', 'stationId', 'body', 'createdAtMs', 'attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'] satisfies (keyof Delivery)[],
  key: ['eventId', 'target'],
  replaced: ['attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'],
};

/** Adds deliveries; those that are there stay as they are. */
export function addDeliveries(client: Client, deliveries: readonly Delivery[], onRefused?: OnRefused): Promise<void> {
  return upsert(client, { ...DELIVERIES, replaced: [] }, deliveries as readonly (Delivery & Row)[], onRefused && ((row, reason) => onRefused({ ...row, station: row.stationId }, reason)));
}

export class PostgresDeliveries implements DeliveryStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async pending(station?: string): Promise<Delivery[]> {
    const ofStation = station === undefined ? '' : 'AND "stationId" = $1';
    return this.#connection.query<Delivery & Row>(`SELECT ${quoted(DELIVERIES.columns)} FROM deliveries WHERE "doneAtMs" IS NULL ${ofStation} ORDER BY "createdAtMs", "eventId"`, station === undefined ? [] : [station]);
  }

  async write(deliveries: readonly Delivery[]): Promise<void> {
    await this.#connection.transaction((client) => upsert(client, DELIVERIES, deliveries as readonly (Delivery & Row)[]));
  }

  async deleteDone(beforeMs: number): Promise<void> {
    await this.#connection.query('DELETE FROM deliveries WHERE "doneAtMs" < $1', [beforeMs]);
  }
}
