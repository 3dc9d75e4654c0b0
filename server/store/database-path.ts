/** Path of the database. */
import { basename, dirname, extname, join } from 'node:path';
import type { Settings } from '../settings.js';

/** The setting, or next to the stations file: `radio/stations.db` for `radio/stations.json`. Undefined if neither is set. */
export function databasePath({ database, stations }: Pick<Settings, 'database' | 'stations'>): string | undefined {
  if (database !== '') return database;
  return stations === '' ? undefined : join(dirname(stations), `${basename(stations, extname(stations))}.db`);
}
