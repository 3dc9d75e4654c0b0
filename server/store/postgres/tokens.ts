/** The API tokens in PostgreSQL. */
import type { StoredToken, TokenStore } from '../tokens.js';
import type { Connection } from './connection.js';
import type { Row } from './rows.js';

export class PostgresTokens implements TokenStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async add({ id, hash, name, role, stations, origins, createdAtMs, usedAtMs }: StoredToken): Promise<void> {
    await this.#connection.query(
      'INSERT INTO tokens VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
      [id, hash, name, role, stations && JSON.stringify(stations), origins && JSON.stringify(origins), createdAtMs, usedAtMs],
    );
  }

  async get(id: string): Promise<StoredToken | undefined> {
    return (await this.#connection.query<StoredToken & Row>('SELECT * FROM tokens WHERE id = $1', [id]))[0];
  }

  async list(): Promise<StoredToken[]> {
    return this.#connection.query<StoredToken & Row>('SELECT * FROM tokens ORDER BY "createdAtMs", id');
  }

  async markUsed(id: string, atMs: number): Promise<void> {
    await this.#connection.query('UPDATE tokens SET "usedAtMs" = $2 WHERE id = $1', [id, atMs]);
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#connection.query('DELETE FROM tokens WHERE id = $1 RETURNING id', [id])).length > 0;
  }
}
