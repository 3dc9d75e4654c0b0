/** The stations in PostgreSQL. */
import type { StationDifference, StationDocument, StationStore } from '../stations.js';
import type { Connection } from './connection.js';

export class PostgresStations implements StationStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async load(): Promise<StationDocument[]> {
    return (await this.#connection.query<{ config: StationDocument }>('SELECT config FROM stations ORDER BY position')).map(({ config }) => config);
  }

  async change({ added, changed, removed }: StationDifference): Promise<void> {
    await this.#connection.transaction(async (client) => {
      if (removed.length > 0) await client.query('DELETE FROM stations WHERE id = ANY($1)', [removed]);
      if (changed.length > 0) await client.query(`UPDATE stations SET config = value FROM json_array_elements($1) WHERE id = value->>'id'`, [JSON.stringify(changed)]);
      if (added.length > 0) await client.query(`INSERT INTO stations (id, config) SELECT value->>'id', value FROM json_array_elements($1)`, [JSON.stringify(added)]);
    });
  }
}
