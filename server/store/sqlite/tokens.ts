/** The API tokens in the embedded SQLite database. */
import type { StoredToken, TokenStore } from '../tokens.js';
import type { Connection } from './connection.js';

interface TokenRow extends Omit<StoredToken, 'stations' | 'origins'> {
  readonly stations: string | null;
  readonly origins: string | null;
}

export class SqliteTokens implements TokenStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async add({ stations, origins, ...rest }: StoredToken): Promise<void> {
    this.#connection.run(
      'INSERT INTO tokens VALUES (:id, :hash, :name, :role, :stations, :origins, :createdAtMs, :usedAtMs)',
      { ...rest, stations: stations && JSON.stringify(stations), origins: origins && JSON.stringify(origins) },
    );
  }

  async get(id: string): Promise<StoredToken | undefined> {
    return this.#connection.all<TokenRow>('SELECT * FROM tokens WHERE id = :id', { id }).map(storedToken)[0];
  }

  async list(): Promise<StoredToken[]> {
    return this.#connection.all<TokenRow>('SELECT * FROM tokens ORDER BY createdAtMs, id').map(storedToken);
  }

  async markUsed(id: string, atMs: number): Promise<void> {
    this.#connection.run('UPDATE tokens SET usedAtMs = :atMs WHERE id = :id', { id, atMs });
  }

  async remove(id: string): Promise<boolean> {
    return this.#connection.run('DELETE FROM tokens WHERE id = :id', { id }) > 0;
  }
}

function storedToken({ stations, origins, ...rest }: TokenRow): StoredToken {
  return { ...rest, stations: listOf(stations), origins: listOf(origins) };
}

function listOf(json: string | null): readonly string[] | null {
  return json === null ? null : JSON.parse(json) as string[];
}
