/** Where the database lies. */
import { basename, dirname, extname, join } from 'node:path';
import type { Settings } from '../settings.js';

/** As set, else beside the stations file: of `radio/stations.json`, `radio/stations.db`. Undefined where neither is set. */
export function databasePath({ database, stations }: Pick<Settings, 'database' | 'stations'>): string | undefined {
  if (database !== '') return database;
  return stations === '' ? undefined : join(dirname(stations), `${basename(stations, extname(stations))}.db`);
}
