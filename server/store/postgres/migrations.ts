/**
 * Schema migrations of PostgreSQL, as those of SQLite: never change a released one, add another. Columns have
 * SQLite's names, so that rows are the same in both.
 */
import { WrongDatabaseError } from '../store.js';
import type { Connection } from './connection.js';

/** Lowest version of the server: `pg_xact_status` knows 64-bit numbers since then. */
const LEAST_SERVER = 13;
/** Any number that other programs are unlikely to lock. */
const LOCK = 5_483_927_104;

/** Open rows are rewritten every two seconds: half-empty pages keep the new versions of a row in its page. */
const REWRITTEN = 'WITH (fillfactor = 50)';

const TABLES = `
  CREATE TABLE segments (
    station text NOT NULL, "fromMs" bigint NOT NULL, "toMs" bigint NOT NULL,
    state text NOT NULL, genre text, p double precision NOT NULL, "nowPlaying" text,
    tags jsonb, lively double precision, happy double precision,
    PRIMARY KEY (station, "fromMs")
  );
  CREATE TABLE states (
    station text NOT NULL, "fromMs" bigint NOT NULL, "toMs" bigint NOT NULL,
    state text NOT NULL, reason text,
    PRIMARY KEY (station, "fromMs")
  );
  CREATE TABLE titles (
    station text NOT NULL, "atMs" bigint NOT NULL, title text,
    PRIMARY KEY (station, "atMs")
  );
  CREATE TABLE minutes (
    station text NOT NULL, minute bigint NOT NULL, shares jsonb NOT NULL,
    PRIMARY KEY (station, minute)
  );
  -- To delete what is old.
  CREATE INDEX segments_by_time ON segments ("fromMs");
  CREATE INDEX states_by_time ON states ("fromMs");
  CREATE INDEX titles_by_time ON titles ("atMs");
  CREATE INDEX minutes_by_time ON minutes (minute);

  -- writer: the process that writes the row; another one closes it before it writes its own.
  CREATE TABLE open_segments (LIKE segments, writer text NOT NULL, PRIMARY KEY (station)) ${REWRITTEN};
  CREATE TABLE open_states (LIKE states, writer text NOT NULL, PRIMARY KEY (station)) ${REWRITTEN};
  CREATE TABLE open_minutes (LIKE minutes, writer text NOT NULL, PRIMARY KEY (station)) ${REWRITTEN};

  CREATE TABLE alerts (
    id text PRIMARY KEY, station text NOT NULL, "stationName" text NOT NULL,
    type text NOT NULL, "fromMs" bigint NOT NULL, "toMs" bigint, sentence text NOT NULL
  );
  CREATE INDEX alerts_by_station ON alerts (station, "fromMs");
  CREATE INDEX alerts_by_time ON alerts ("fromMs");
  CREATE INDEX alerts_open ON alerts (station) WHERE "toMs" IS NULL;

  CREATE TABLE deliveries (
    "eventId" text NOT NULL, target text NOT NULL, "alertId" text NOT NULL, "stationId" text NOT NULL, body text NOT NULL,
    "createdAtMs" bigint NOT NULL, attempts integer NOT NULL, "nextAtMs" bigint NOT NULL,
    "doneAtMs" bigint, outcome text, failure text,
    PRIMARY KEY ("eventId", target)
  );
  CREATE INDEX deliveries_done ON deliveries ("doneAtMs");
  CREATE INDEX deliveries_pending ON deliveries ("createdAtMs") WHERE "doneAtMs" IS NULL;

  CREATE TABLE tokens (
    id text PRIMARY KEY, hash text NOT NULL, name text NOT NULL, role text NOT NULL,
    stations jsonb, origins jsonb, "createdAtMs" bigint NOT NULL, "usedAtMs" bigint
  );

  -- config: as in the stations file; position: the order of addition
  CREATE TABLE stations (id text PRIMARY KEY, position bigint GENERATED ALWAYS AS IDENTITY, config json NOT NULL);
`;

/** As in SQLite: fencing numbers of several nodes, and one alert for each station, rule and time. */
const FENCES = `
  CREATE TABLE fences (station text PRIMARY KEY, number bigint NOT NULL);
  ${['segments', 'open_segments', 'states', 'open_states', 'titles', 'alerts'].map((table) => `ALTER TABLE ${table} ADD COLUMN number bigint NOT NULL DEFAULT 0;`).join('\n  ')}
  DELETE FROM alerts USING alerts AS other WHERE other.station = alerts.station AND other.type = alerts.type AND other."fromMs" = alerts."fromMs" AND other.id < alerts.id;
  CREATE UNIQUE INDEX alerts_once ON alerts (station, type, "fromMs");
`;

/** With which all nodes sign tokens of pages; each is deleted after a day. */
const SIGNING_KEYS = `
  CREATE TABLE signing_keys (key text PRIMARY KEY, "madeAt" timestamptz NOT NULL DEFAULT now());
`;

export const MIGRATIONS: readonly string[] = [
  TABLES,
  FENCES,
  SIGNING_KEYS,
];

export interface Versions {
  /** Of the tables; 0 if there are none yet. */
  readonly version: number;
  readonly newest: number;
  /** Of the server, such as 15.18. */
  readonly server: string;
}

/** @throws StoreError */
export async function versionsOf(connection: Connection): Promise<Versions> {
  const [{ server, hasTable }] = await connection.query<{ server: string; hasTable: boolean }>(
    `SELECT current_setting('server_version') AS server, to_regclass('livegenre_version') IS NOT NULL AS "hasTable"`,
  ) as [{ server: string; hasTable: boolean }];
  const [row] = hasTable ? await connection.query<{ version: number }>('SELECT version FROM livegenre_version') : [];
  return { version: row?.version ?? 0, newest: MIGRATIONS.length, server: server.split(' ')[0]! };
}

/**
 * Brings the tables up to date. All steps are one transaction under a lock, so that of several servers that start
 * at once one does it, and the others find it done.
 * @throws WrongDatabaseError if a newer livegenre wrote them, or the server is too old
 * @throws StoreError
 */
export async function migrate(connection: Connection, shown: string): Promise<void> {
  const { version, newest, server } = await versionsOf(connection);
  if (Number.parseInt(server, 10) < LEAST_SERVER) throw new WrongDatabaseError(`${shown} is version ${server}; livegenre needs ${LEAST_SERVER} or later.`);
  if (version === newest) return;
  await connection.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS livegenre_version (version integer NOT NULL)');
    const { rows: [row] } = await client.query<{ version: number }>('SELECT version FROM livegenre_version');
    if (!row) await client.query('INSERT INTO livegenre_version VALUES (0)');
    const before = row?.version ?? 0;
    if (before > newest) throw new WrongDatabaseError(`${shown} was written by a newer livegenre (schema version ${before}; this one supports ${newest}). Use the newer livegenre, or another database.`);
    for (const sql of MIGRATIONS.slice(before)) await client.query(sql);
    await client.query('UPDATE livegenre_version SET version = $1', [newest]);
  });
}
