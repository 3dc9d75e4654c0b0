/**
 * Leases as rows of a PostgreSQL table, timed by the server's clock. No advisory locks: those end
 * with a connection, not with time, and connection pools share them.
 *
 * A row stays when it is released, because its number must never come again. Numbers are the
 * microseconds of the server's clock, or one more than the row's last: they grow even if the clock is
 * set back, and can be compared with those of `NatsLeases`.
 */
import type { Pool } from 'pg';
import { NEVER } from 'rxjs';
import { Lease, LEASE_TIMES, type Leases, type LeaseTimes, type Monotonic } from './lease.js';

export interface PostgresLeasesOptions {
  /** Not closed by the leases. Its queries must fail after a time without an answer (`query_timeout`). */
  readonly pool: Pick<Pool, 'query'>;
  readonly times?: LeaseTimes;
  readonly now?: Monotonic;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS leases (
    name text PRIMARY KEY, number bigint NOT NULL, until timestamptz NOT NULL, value text NOT NULL
  )`;
/** `now()` is the time at which the statement began: one that had to wait for a lock gets a shorter lease, never a longer one. */
const UNTIL = `now() + $1 * interval '1 millisecond'`;
const MICROSECONDS = '(extract(epoch FROM now()) * 1000000)::bigint';

const ACQUIRE = `
  INSERT INTO leases AS held (name, number, until, value) VALUES ($2, ${MICROSECONDS}, ${UNTIL}, $3)
  ON CONFLICT (name) DO UPDATE SET number = greatest(held.number + 1, excluded.number), until = excluded.until, value = excluded.value
    WHERE held.until <= now()
  RETURNING number`;
const RENEW = `
  UPDATE leases SET until = ${UNTIL}, value = mine.value
  FROM unnest($2::text[], $3::bigint[], $4::text[]) AS mine (name, number, value)
  WHERE leases.name = mine.name AND leases.number = mine.number AND leases.until > now()
  RETURNING leases.name`;
const RELEASE = 'UPDATE leases SET until = now() WHERE name = $1 AND number = $2';

interface Renewal {
  readonly name: string;
  readonly number: number;
  readonly value: string;
  readonly settle: { resolve(isHeld: boolean): void; reject(error: unknown): void };
}

export class PostgresLeases implements Leases {
  /** None: a released row is found by looking. */
  readonly released$ = NEVER;
  readonly #options: Required<PostgresLeasesOptions>;
  #ready: Promise<unknown> | undefined;
  /** Renewals of the same turn of the event loop, which are one statement. */
  #renewals: Renewal[] = [];

  constructor({ times = LEASE_TIMES, now = () => performance.now(), ...options }: PostgresLeasesOptions) {
    this.#options = { ...options, times, now };
  }

  async acquire(name: string, value = ''): Promise<Lease | undefined> {
    const { times: { ttlMs, holdMs }, now } = this.#options;
    await this.#prepare();
    const sentAtMs = now();
    const [row] = await this.#query<{ number: string }>(ACQUIRE, [ttlMs, name, value]);
    if (!row) return undefined;
    const number = Number(row.number);
    return new Lease({
      name, value, number, sentAtMs, holdMs, now,
      engine: {
        renew: (text) => new Promise((resolve, reject) => {
          if (this.#renewals.push({ name, number, value: text, settle: { resolve, reject } }) === 1) setImmediate(() => void this.#renewAll());
        }),
        release: async () => void await this.#query(RELEASE, [name, number]),
      },
    });
  }

  async names(kind: string): Promise<ReadonlySet<string>> {
    return new Set((await this.values(kind)).keys());
  }

  async values(kind: string): Promise<ReadonlyMap<string, string>> {
    await this.#prepare();
    const rows = await this.#query<{ name: string; value: string }>('SELECT name, value FROM leases WHERE until > now() AND starts_with(name, $1)', [`${kind}.`]);
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  async close(): Promise<void> {}

  async #renewAll(): Promise<void> {
    const all = this.#renewals;
    this.#renewals = [];
    try {
      const rows = await this.#query<{ name: string }>(RENEW, [this.#options.times.ttlMs, all.map(({ name }) => name), all.map(({ number }) => number), all.map(({ value }) => value)]);
      const held = new Set(rows.map(({ name }) => name));
      for (const { name, settle } of all) settle.resolve(held.has(name));
    } catch (error) {
      for (const { settle } of all) settle.reject(error);
    }
  }

  #prepare(): Promise<unknown> {
    return (this.#ready ??= this.#makeTable().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    }));
  }

  async #makeTable(): Promise<void> {
    try {
      await this.#query(TABLE, []);
    } catch (error) {
      // Two nodes made it at the same time; `IF NOT EXISTS` does not help there.
      const { code } = error as { code?: unknown };
      if (code !== UNIQUE_VIOLATION && code !== DUPLICATE_TABLE) throw error;
    }
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#options.pool.query<Row>(text, [...values]);
    return rows;
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505';
const DUPLICATE_TABLE = '42P07';

const CONNECTIONS = 4;

/** @param url of the database, `postgres://…` */
export async function openPostgresLeases(url: string, times: LeaseTimes = LEASE_TIMES): Promise<{ readonly leases: PostgresLeases; close(): Promise<void> }> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, application_name: 'livegenre leases', max: CONNECTIONS, connectionTimeoutMillis: times.answerMs, query_timeout: times.answerMs, keepAlive: true });
  // Of a connection that nobody uses, when the server ends it: the next query opens another.
  pool.on('error', () => {});
  return { leases: new PostgresLeases({ pool, times }), close: () => pool.end() };
}
