/** Persistent data: the stations, the database, and free disk space. */
import { stat, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addressProblem, placeOf, STATION_ADDRESS, WEBHOOK_ADDRESS } from '../network/address.js';
import { createGuard } from '../network/guard/guard.js';
import type { Settings } from '../settings.js';
import type { StationConfig } from '../stations/config.js';
import { StationsFile } from '../stations/stations-file.js';
import { dataPlaceOf, shownPlace, type Place } from '../store/place.js';
import { databaseVersion } from '../store/sqlite/database.js';
import { WrongDatabaseError } from '../store/store.js';
import { nearestFolder, tryToWrite } from './folder.js';
import { note, ok, problem, reasonOf, size, type Finding } from './finding.js';

type Places = Pick<Settings, 'stations' | 'stationFiles' | 'database' | 'keepDays' | 'allowHosts'>;

/** SQLite's name for a database in memory. */
const IN_MEMORY = ':memory:';
const ADVICE = 'Name another file, or make the folder and allow this user to write there.';

export async function checkStations({ stations: path, stationFiles, database, allowHosts }: Places): Promise<Finding> {
  const facts = { path: path || null, stationFiles: stationFiles || null, stations: 0 };
  if (stationFiles !== '' && !await stat(stationFiles).then((found) => found.isDirectory(), () => false)) {
    return problem(`There is no folder ${stationFiles}`, 'Name another one with --station-files, or leave it out: then no files may be stations.', facts);
  }
  const place = dataPlaceOf({ stations: path, database });
  if (place?.engine === 'postgres') return ok('in PostgreSQL', { ...facts, path: null });
  if (path === '') return ok('none are kept: no stations file is set', facts);
  let stations: readonly StationConfig[];
  try {
    stations = await new StationsFile(path).load();
  } catch (error) {
    return problem(reasonOf(error).replace(/\. Mend it.*|\.$/, ''), 'Mend the file, or move it away to start without stations.', facts);
  }
  const count = stations.length;
  try {
    // A database next to it creates the folder.
    await tryToWrite(path, database === '');
  } catch (error) {
    return problem(`${path} can't be written (${reasonOf(error)})`, `Changes of stations would be lost. ${ADVICE}`, { ...facts, stations: count });
  }
  const found = `${count} ${count === 1 ? 'station' : 'stations'} in ${path}`;
  const hopeless = stations.filter(isHopeless).map(({ id }) => id);
  if (hopeless.length > 0) return note(`${found}; an address can never work of ${hopeless.join(', ')}`, 'Edit them on the page /stations: it says what is wrong.', { ...facts, stations: count, hopeless });
  const refused = [...new Set(stations.flatMap((station) => refusedHosts(station, allowHosts)))];
  if (refused.length > 0) return note(`${found}; ${refused.length} of the hosts are not on the public internet`, `Start the server with --allow-hosts ${[...allowHosts, ...refused].join(',')}, or it makes no connections to them.`, { ...facts, stations: count, refused });
  return ok(found, { ...facts, stations: count });
}

/** Those given as addresses; the others would have to be resolved. */
function refusedHosts({ url, webhooks }: StationConfig, allowHosts: readonly string[]): string[] {
  const guard = createGuard({ allowHosts });
  const places = [url, ...webhooks].map((each) => placeOf(new URL(each))).filter((place) => place !== undefined);
  return places.filter((place) => guard.refusedKind(place) !== undefined).map(({ host }) => (host.includes(':') ? `[${host}]` : host));
}

function isHopeless({ url, webhooks }: StationConfig): boolean {
  return addressProblem(url, STATION_ADDRESS) !== undefined || webhooks.some((webhook) => addressProblem(webhook, WEBHOOK_ADDRESS) !== undefined);
}

export async function checkDatabase(settings: Places): Promise<Finding> {
  const place = dataPlaceOf(settings);
  if (place === undefined) return ok('none: no history is stored, because neither a stations file nor a database is set', { path: null });
  if (place.engine === 'postgres') return checkPostgres(place);
  const { path } = place;
  if (path === IN_MEMORY) return ok('in memory: history is gone at the end', { path });
  const facts = { path: resolve(path) };
  try {
    await tryToWrite(path, true);
    const found = databaseVersion(path);
    if (!found) return ok(`${path} will be made at the first start`, facts);
    const { version, newest } = found;
    const versions = { ...facts, version, newest };
    return ok(version === newest ? `${path}, tables of version ${version}` : `${path}, tables of version ${version}; the next start brings them to ${newest}`, versions);
  } catch (error) {
    if (error instanceof WrongDatabaseError) return problem(error.message.replace(/\. Use .*/, ''), 'Use another file with --database, or the livegenre that wrote this one.', facts);
    return problem(`${path} can't be written (${reasonOf(error)})`, `History and alerts would not be kept. ${ADVICE}`, facts);
  }
}

async function checkPostgres(place: Extract<Place, { engine: 'postgres' }>): Promise<Finding> {
  const { Connection } = await import('../store/postgres/connection.js');
  const { versionsOf } = await import('../store/postgres/migrations.js');
  const shown = shownPlace(place);
  const connection = await Connection.to(place.url);
  try {
    const { server, version, newest } = await versionsOf(connection);
    const facts = { path: null, server, version, newest };
    const found = `${shown}, version ${server}`;
    if (version > newest) return problem(`${found}, tables of version ${version}, and this livegenre supports ${newest}`, 'Use another database, or the livegenre that wrote this one.', facts);
    if (version === 0) return ok(`${found}; its tables will be made at the first start`, facts);
    return ok(version === newest ? `${found}, tables of version ${version}` : `${found}, tables of version ${version}; the next start brings them to ${newest}`, facts);
  } catch (error) {
    return problem(`${shown} can't be used (${reasonOf(error).replace(/^PostgreSQL: /, '')})`, 'The server waits 30 s for it at the start and ends then. Check that it runs, and the user, password and name of the database.', { path: null });
  } finally {
    await connection.close();
  }
}

/** Database size per station and day (`migrations.ts`). */
const BYTES_PER_STATION_DAY = 165_000;
/** Below this the disk may fill up soon. */
const LEAST_BYTES = 100_000_000;

export async function checkDisk(settings: Places): Promise<Finding> {
  const stations = settings.stations === '' ? [] : await new StationsFile(settings.stations).load().catch(() => []);
  return checkSpace(settings, stations.length);
}

/** The disk of the database, for a number of stations. */
export async function checkSpace(settings: Pick<Settings, 'database' | 'stations' | 'keepDays'>, stations: number): Promise<Finding> {
  const place = dataPlaceOf(settings);
  if (place?.engine === 'postgres') return ok('nothing is written here: the data is in PostgreSQL', { folder: null });
  if (place === undefined || place.path === IN_MEMORY) return ok('nothing is written', { folder: null });
  const folder = await nearestFolder(place.path);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = stations * settings.keepDays * BYTES_PER_STATION_DAY;
  const facts = { folder, freeBytes: free, neededBytes: needed };
  const found = `${size(free)} free in ${folder}`;
  if (free < LEAST_BYTES) return problem(found, 'Free some, or keep the database and the stations elsewhere (--database, --stations).', facts);
  if (free < needed) return note(`${found}; ${stations} stations over ${settings.keepDays} days take up to ${size(needed)}`, 'Free some, or keep history for fewer days (--keep-days).', facts);
  return ok(found, facts);
}
