/**
 * The connections to a PostgreSQL server: a small pool, opened as needed and again after the server was away.
 * A query that gets no answer fails, so that a server that is cut off holds nobody up for ever.
 */
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { StoreError } from '../store.js';

const CONNECTIONS = 4;
const CONNECT_MS = 5000;
/** A query is ended by the server after this time, and given up by the client a little later. */
const QUERY_MS = 30_000;
const ANSWER_MS = QUERY_MS + 5000;

/** Object identifiers of types (https://www.postgresql.org/docs/current/catalog-pg-type.html). */
const INT8 = 20;

/** A connection within a transaction. */
export interface Client {
  /** @throws StoreError */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** An error that PostgreSQL answered with; the code is an SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
interface AnsweredError extends Error {
  readonly code: string;
  readonly severity: string;
}

export class Connection {
  readonly #pool: Pool;

  private constructor(pool: Pool) {
    this.#pool = pool;
    // Of a connection that nobody uses, when the server ends it: the next query opens another.
    pool.on('error', ignore);
  }

  /** Connects at the first query. */
  static async to(url: string): Promise<Connection> {
    const { default: pg } = await import('pg');
    return new Connection(new pg.Pool({
      connectionString: url,
      application_name: 'livegenre',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: QUERY_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      // Times fit a number until the year 287,396.
      types: { getTypeParser: (oid, format) => (Number(oid) === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never },
    }));
  }

  /** @throws StoreError */
  async query<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.run<Row>(sql, values)).rows;
  }

  /** @throws StoreError */
  async run<Row extends QueryResultRow>(sql: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    try {
      return await this.#pool.query<Row>(sql, [...values]);
    } catch (error) {
      throw storeError(error);
    }
  }

  /**
   * Runs `work` in a transaction, which is undone if it throws.
   * @param onCommit told the transaction's number before it is committed: if the answer is lost, `wasCommitted` knows
   * @throws StoreError, whose cause is the error of PostgreSQL if it answered, or what `work` throws
   */
  async transaction<T>(work: (client: Client) => Promise<T>, onCommit?: (transaction: string) => void): Promise<T> {
    const connected = await this.#pool.connect().catch((error: unknown) => {
      throw storeError(error);
    });
    // The connection ends between two statements: the next one fails.
    connected.on('error', ignore);
    const client = clientOf(connected);
    try {
      await client.query('BEGIN');
      const result = await work(client);
      if (onCommit) onCommit((await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id')).rows[0]!.id);
      await client.query('COMMIT');
      connected.release();
      return result;
    } catch (error) {
      // Without an answer the state of the connection is unknown.
      const isAnswer = !(error instanceof StoreError) || sqlState(error) !== undefined;
      const isUsable = isAnswer && await client.query('ROLLBACK').then(() => true, () => false);
      connected.release(!isUsable);
      throw error;
    } finally {
      connected.off('error', ignore);
    }
  }

  /**
   * Whether a transaction whose answer was lost has been committed.
   * @throws StoreError when that is not known yet
   */
  async wasCommitted(transaction: string): Promise<boolean> {
    const [row] = await this.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [transaction]).catch((error: StoreError) => {
      // The server was restored from an older copy, which has not come to this number yet.
      if (sqlState(error) === INVALID_VALUE) return [{ status: null }];
      throw error;
    });
    if (row?.status === 'in progress') throw new StoreError('PostgreSQL is still writing the rows before these');
    return row?.status === 'committed';
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

const INVALID_VALUE = '22023';
const ignore = (): void => {};

/** The SQLSTATE of the error that PostgreSQL answered with; undefined if it did not. */
export function sqlState(error: unknown): string | undefined {
  const { cause } = error as Error;
  return isAnswered(cause) ? cause.code : isAnswered(error) ? error.code : undefined;
}

function clientOf(connected: PoolClient): Client {
  return {
    query: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
      try {
        return await connected.query<Row>(sql, [...values]);
      } catch (error) {
        throw storeError(error);
      }
    },
  };
}

function isAnswered(error: unknown): error is AnsweredError {
  return error instanceof Error && 'severity' in error && 'code' in error;
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  // A host with several addresses fails with one error for each, and no message of its own.
  const { message, code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly Error[] };
  return new StoreError(`PostgreSQL: ${message || errors?.[0]?.message || code || String(error)}`, { cause: error });
}
