/** Schema migrations of the library's database. Never change a released one; add another. */

/**
 * A track keeps its id for as long as its file is there; what a model says of it is a row of its own, so that
 * the answers of the model before stay until those of the new one are whole.
 */
const TRACKS = `
  -- root: the folder of music, relative to the database's own
  CREATE TABLE library (root TEXT NOT NULL) STRICT;
  CREATE TABLE models (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, weights TEXT NOT NULL, labels TEXT NOT NULL,
    wholeAtMs INTEGER,
    UNIQUE (name, version, weights)
  ) STRICT;
  -- path: relative to the root, with slashes, as people read it; bytes: the same as Latin-1 where it is not UTF-8
  CREATE TABLE tracks (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, bytes TEXT
  ) STRICT;
  -- top, segments: JSON; embedding: float32 or int8 of the network, not computed yet
  CREATE TABLE results (
    track INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    size INTEGER NOT NULL, mtimeMs REAL NOT NULL, isQuick INTEGER NOT NULL, doneAtMs INTEGER NOT NULL,
    durationMs REAL NOT NULL, state TEXT NOT NULL, genre TEXT, p REAL NOT NULL,
    top TEXT NOT NULL, segments TEXT NOT NULL, note TEXT, problem TEXT, error TEXT,
    embedding BLOB,
    PRIMARY KEY (track, model)
  ) STRICT;
  CREATE INDEX resultsByGenre ON results (model, genre);
`;

/** Journal of written tags. A row is written before the file is replaced, so that undo knows of every change. */
const TAG_WRITES = `
  -- path, bytes: as of tracks; before, after: JSON {genre, own}; copy: what takes the file's place
  CREATE TABLE tagWrites (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, atMs INTEGER NOT NULL,
    path TEXT NOT NULL, bytes TEXT, copy TEXT NOT NULL,
    before TEXT NOT NULL, after TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'undone', 'failed'))
  ) STRICT;
  CREATE INDEX tagWritesByState ON tagWrites (state, run);
`;

/**
 * What music is alike. A result's embedding is float32, little-endian, of length 1; empty where there is no music, NULL
 * where it was not computed with the embedding of `models` (its SHA-256).
 */
const ALIKE = `
  ALTER TABLE models ADD COLUMN embedding TEXT;
  ALTER TABLE tracks ADD COLUMN title TEXT;
  ALTER TABLE tracks ADD COLUMN artist TEXT;
  ALTER TABLE tracks ADD COLUMN album TEXT;
`;

/** The map: where tracks lie, -1 to 1, by the embedding whose SHA-256 it names. `tracks` is how many there were when all were laid out. */
const MAP = `
  CREATE TABLE map (embedding TEXT NOT NULL, tracks INTEGER NOT NULL) STRICT;
  CREATE TABLE places (
    track INTEGER PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
    x REAL NOT NULL, y REAL NOT NULL, isLandmark INTEGER NOT NULL, atMs INTEGER NOT NULL
  ) STRICT;
`;

/** What music has beside its genre. tags: JSON, a list of [name, p], empty where there is no music, NULL where it was not asked; lively, happy: the axes of mood, 0 to 1. */
const TAGS = `
  ALTER TABLE results ADD COLUMN tags TEXT;
  ALTER TABLE results ADD COLUMN lively REAL;
  ALTER TABLE results ADD COLUMN happy REAL;
`;

/** What copies are known by: `spectrum.ts`, int16, little-endian; NULL where all is silent, or it was heard before there was any. */
const SPECTRUM = 'ALTER TABLE results ADD COLUMN spectrum BLOB;';

export const MIGRATIONS: readonly string[] = [TRACKS, TAG_WRITES, ALIKE, MAP, TAGS, SPECTRUM];
