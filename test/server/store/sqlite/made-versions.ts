/**
 * Made the databases in `versions/`, one for each version of the schema before the newest, in small pages. After a
 * new migration run it once, before the migration is released: node dist/test/server/store/sqlite/made-versions.js
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../../../server/store/sqlite/database.js';
import { MIGRATIONS } from '../../../../server/store/sqlite/migrations.js';

const FOLDER = fileURLToPath(new URL('../../../../../test/server/store/sqlite/versions/', import.meta.url));

mkdirSync(FOLDER, { recursive: true });
for (let version = 1; version < MIGRATIONS.length; version++) {
  const path = `${FOLDER}${version}.db`;
  // Files are kept as they were written.
  if (existsSync(path)) continue;
  const database = openDatabase(`${path}.wide`, MIGRATIONS.slice(0, version));
  database.exec(`
    INSERT INTO segments (station, fromMs, toMs, state, genre, p, nowPlaying) VALUES ('one', 1000, 2000, 'music', 'rock', 0.5, 'x');
    INSERT INTO open_segments (station, fromMs, toMs, state, genre, p, nowPlaying) VALUES ('one', 2000, 3000, 'music', 'jazz', 0.5, 'x');
    INSERT INTO alerts VALUES ('alert', 'one', 'Radio One', 'down', 1000, NULL, 'Radio One is down.');
    INSERT INTO minutes VALUES ('one', 0, '{"rock":1000}');
    PRAGMA page_size = 512;`);
  database.prepare('VACUUM INTO ?').run(path);
  database.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}.wide${ending}`, { force: true });
}
