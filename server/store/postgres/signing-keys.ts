/** The keys in PostgreSQL, by its clock. */
import { randomBytes } from 'node:crypto';
import { KEPT_FOR_H, SIGNS_FOR_H, type SigningKeyStore } from '../signing-keys.js';
import type { Connection } from './connection.js';

export class PostgresSigningKeys implements SigningKeyStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  keys(): Promise<readonly string[]> {
    return this.#connection.transaction(async (client) => {
      await client.query(`DELETE FROM signing_keys WHERE "madeAt" < now() - interval '${KEPT_FOR_H} hours'`);
      await client.query(
        `INSERT INTO signing_keys (key) SELECT $1 WHERE NOT EXISTS (SELECT FROM signing_keys WHERE "madeAt" > now() - interval '${SIGNS_FOR_H} hours')`,
        [randomBytes(32).toString('base64url')],
      );
      return (await client.query<{ key: string }>('SELECT key FROM signing_keys ORDER BY "madeAt" DESC, key')).rows.map(({ key }) => key);
    });
  }
}
