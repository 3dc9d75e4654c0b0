/**
 * The tables, as steps from an empty file to today's. A step that was released is never changed:
 * files out there have taken it. Add another.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: history.
  '',
  // 2: what webhooks have to deliver, and what became of it.
  `CREATE TABLE deliveries (
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
  CREATE INDEX deliveriesDone ON deliveries (doneAtMs);`,
];
