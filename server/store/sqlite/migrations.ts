/**
 * Schema migrations, from an empty file to the current tables. Never change a released migration,
 * because existing files have applied it; add another.
 */

/**
 * History, clustered by station and time, so that an hour of one station is contiguous. Open rows are
 * rewritten every two seconds and have tables of their own, one row per station; otherwise each write
 * would touch a page per station: 2.5 GB per hour were written for 200 stations, and 0.2 GB this way.
 *
 * A day of one station takes 165 KB, measured with a song every 3.7 minutes and speech after every
 * third: 1,440 minutes, 860 segments, 390 titles. 200 stations over 30 days take 1 GB.
 */
const HISTORY = `
  CREATE TABLE segments (
    station TEXT NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL,
    state TEXT NOT NULL, genre TEXT, p REAL NOT NULL, nowPlaying TEXT,
    PRIMARY KEY (station, fromMs)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE states (
    station TEXT NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT,
    PRIMARY KEY (station, fromMs)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE titles (
    station TEXT NOT NULL, atMs INTEGER NOT NULL, title TEXT,
    PRIMARY KEY (station, atMs)
  ) STRICT, WITHOUT ROWID;
  -- shares: JSON, ms by label or state
  CREATE TABLE minutes (
    station TEXT NOT NULL, minute INTEGER NOT NULL, shares TEXT NOT NULL,
    PRIMARY KEY (station, minute)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE open_segments (
    station TEXT PRIMARY KEY NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL,
    state TEXT NOT NULL, genre TEXT, p REAL NOT NULL, nowPlaying TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE open_states (
    station TEXT PRIMARY KEY NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE open_minutes (
    station TEXT PRIMARY KEY NOT NULL, minute INTEGER NOT NULL, shares TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alerts (
    id TEXT PRIMARY KEY NOT NULL, station TEXT NOT NULL, stationName TEXT NOT NULL,
    type TEXT NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER, sentence TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alerts_by_station ON alerts (station, fromMs);
  CREATE INDEX alerts_by_time ON alerts (fromMs);
  CREATE INDEX alerts_open ON alerts (station) WHERE toMs IS NULL;
`;

/** Webhook deliveries, pending and done. */
const DELIVERIES = `
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    eventId TEXT NOT NULL,
    alertId TEXT NOT NULL,
    stationId TEXT NOT NULL,
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    createdAtMs INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    nextAtMs INTEGER NOT NULL,
    doneAtMs INTEGER,
    outcome TEXT,
    failure TEXT
  ) STRICT;
  CREATE INDEX deliveriesDone ON deliveries (doneAtMs);
`;

/** Tags of segments, as JSON [[name, p], …], and their mood; about 100 bytes a segment more. */
const TAGS = ['segments', 'open_segments'].map((table) => `
  ALTER TABLE ${table} ADD COLUMN tags TEXT;
  ALTER TABLE ${table} ADD COLUMN lively REAL;
  ALTER TABLE ${table} ADD COLUMN happy REAL;
`).join('');

/** API tokens; `stations` and `origins` are JSON lists. The id is the beginning of the hash, and finds a token without comparing hashes. */
const TOKENS = `
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
    stations TEXT, origins TEXT, createdAtMs INTEGER NOT NULL, usedAtMs INTEGER
  ) STRICT, WITHOUT ROWID;
`;

/** A delivery is identified by its event and target, not by a number that each process counts for itself. */
const DELIVERIES_BY_EVENT = `
  CREATE TABLE deliveriesByEvent (
    eventId TEXT NOT NULL, target TEXT NOT NULL, alertId TEXT NOT NULL, stationId TEXT NOT NULL, body TEXT NOT NULL,
    createdAtMs INTEGER NOT NULL, attempts INTEGER NOT NULL, nextAtMs INTEGER NOT NULL,
    doneAtMs INTEGER, outcome TEXT, failure TEXT,
    PRIMARY KEY (eventId, target)
  ) STRICT;
  INSERT OR REPLACE INTO deliveriesByEvent
    SELECT eventId, target, alertId, stationId, body, createdAtMs, attempts, nextAtMs, doneAtMs, outcome, failure FROM deliveries ORDER BY id;
  DROP TABLE deliveries;
  ALTER TABLE deliveriesByEvent RENAME TO deliveries;
  CREATE INDEX deliveriesDone ON deliveries (doneAtMs);
`;

/**
 * Of several nodes: the highest fencing number of each station, and that under which each row was
 * written; 0 for a node that is alone. An alert of a station is one, whoever raises it.
 */
const FENCES = `
  CREATE TABLE fences (station TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  ${['segments', 'open_segments', 'states', 'open_states', 'titles', 'alerts'].map((table) => `ALTER TABLE ${table} ADD COLUMN number INTEGER NOT NULL DEFAULT 0;`).join('\n  ')}
  DELETE FROM alerts WHERE EXISTS (
    SELECT 1 FROM alerts AS other WHERE other.station = alerts.station AND other.type = alerts.type AND other.fromMs = alerts.fromMs AND other.id < alerts.id
  );
  CREATE UNIQUE INDEX alerts_once ON alerts (station, type, fromMs);
`;

export const MIGRATIONS: readonly string[] = [
  HISTORY,
  DELIVERIES,
  TAGS,
  TOKENS,
  DELIVERIES_BY_EVENT,
  FENCES,
];
