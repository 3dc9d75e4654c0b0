/** Where a server's data is: an SQLite file or a PostgreSQL database. */
import { basename, dirname, extname, join } from 'node:path';
import type { Settings } from '../settings.js';

export type Place =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string };

const POSTGRES = /^postgres(?:ql)?:\/\//i;

/** The setting, or next to the stations file: `radio/stations.db` for `radio/stations.json`. Undefined if neither is set. */
export function dataPlaceOf({ database, stations }: Pick<Settings, 'database' | 'stations'>): Place | undefined {
  if (POSTGRES.test(database)) return { engine: 'postgres', url: database };
  if (database !== '') return { engine: 'sqlite', path: database };
  return stations === '' ? undefined : { engine: 'sqlite', path: join(dirname(stations), `${basename(stations, extname(stations))}.db`) };
}

/** A place for people: the address has no password and no parameters. */
export function shownPlace(place: Place): string {
  if (place.engine === 'sqlite') return place.path;
  const { host, pathname, searchParams } = new URL(place.url);
  return `PostgreSQL at ${host || searchParams.get('host') || 'the local socket'}, database ${decodeURIComponent(pathname.slice(1))}`;
}
