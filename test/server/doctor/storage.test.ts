/** Stations, database and disk: in real folders, left as they were. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../../server/doctor/finding.js';
import { checkDatabase, checkDisk, checkStations } from '../../../server/doctor/storage.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';

interface Place {
  readonly folder: string;
}

const test = suite<Place>('storage');
const PLACES = { stations: '', stationFiles: '', database: '', keepDays: 30, allowHosts: [] };
const ONE_STATION = JSON.stringify({ version: 1, stations: [{ id: 'one', name: 'One', url: 'http://example.org/one' }] });

test.before.each(async (context) => {
  Object.assign(context, { folder: await mkdtemp(join(tmpdir(), 'livegenre-doctor-')) });
});

test.after.each(({ folder }) => rm(folder, { recursive: true }));

function is(finding: Finding, mark: Finding['mark'], found: string | RegExp): void {
  assert.is(finding.mark, mark, finding.found);
  assert.match(finding.found, found);
}

test('nothing that is kept is well', async () => {
  is(await checkStations(PLACES), 'ok', 'no stations file');
  is(await checkDatabase(PLACES), 'ok', 'no history');
  is(await checkDatabase({ ...PLACES, database: ':memory:' }), 'ok', 'in memory');
  is(await checkDisk(PLACES), 'ok', 'nothing is written');
});

test('files that are not there yet are not made, nor their folder', async ({ folder }) => {
  const places = { ...PLACES, stations: join(folder, 'radio/stations.json') };
  is(await checkStations(places), 'ok', '0 stations');
  is(await checkDatabase(places), 'ok', /radio\/stations\.db will be made/);
  is(await checkDisk(places), 'ok', `free in ${folder}`);
  assert.equal(await readdir(folder), []);
});

test('a stations file: counted, and told what is wrong in it', async ({ folder }) => {
  const stations = join(folder, 'stations.json');
  await writeFile(stations, ONE_STATION);
  is(await checkStations({ ...PLACES, stations }), 'ok', '1 station in');
  await writeFile(stations, '{ "version": 1, "stations": [{ "id": "one" }] }');
  is(await checkStations({ ...PLACES, stations }), 'problem', 'station "one"');
  await writeFile(stations, ONE_STATION.replace(/"url": ?"[^"]*"/, '"url": "http://127.0.0.1:0/"'));
  is(await checkStations({ ...PLACES, stations }), 'note', /1 station in .*; an address can never work of one/);
  await writeFile(stations, ONE_STATION.replace(/"url": ?"[^"]*"/, '"url": "http://192.168.1.7:8000/"'));
  const refused = await checkStations({ ...PLACES, stations, allowHosts: ['*.lan'] });
  is(refused, 'note', /1 of the hosts are not on the public internet/);
  assert.match(JSON.stringify(refused), '--allow-hosts *.lan,192.168.1.7');
  is(await checkStations({ ...PLACES, stations, allowHosts: ['192.168.1.7'] }), 'ok', '1 station in');
  await writeFile(stations, '{ no json');
  is(await checkStations({ ...PLACES, stations }), 'problem', 'line 1');
});

test('a folder of files for stations that is not there', async ({ folder }) => {
  is(await checkStations({ ...PLACES, stationFiles: join(folder, 'music') }), 'problem', 'There is no folder');
  is(await checkStations({ ...PLACES, stationFiles: folder }), 'ok', '');
});

test('places that can not be written', async ({ folder }) => {
  await writeFile(join(folder, 'file'), '');
  is(await checkDatabase({ ...PLACES, database: join(folder, 'file/history.db') }), 'problem', /file\/history\.db can't be written \(ENOTDIR/);
  is(await checkStations({ ...PLACES, stations: join(folder, 'file/stations.json') }), 'problem', 'ENOTDIR');
  // With a database elsewhere nobody makes the folder of the stations.
  is(await checkStations({ ...PLACES, stations: join(folder, 'nowhere/stations.json'), database: join(folder, 'history.db') }), 'problem', 'ENOENT');
  if (process.getuid?.() === 0) return; // root may write everywhere
  await mkdir(join(folder, 'closed'), { mode: 0o500 });
  is(await checkDatabase({ ...PLACES, database: join(folder, 'closed/history.db') }), 'problem', 'EACCES');
});

test('a database: its version, while a server has it open too', async ({ folder }) => {
  const database = join(folder, 'history.db');
  const opened = openDatabase(database);
  try {
    const finding = await checkDatabase({ ...PLACES, database });
    is(finding, 'ok', /history\.db, tables of version \d+$/);
    assert.is(finding.facts['version'], finding.facts['newest']);
    opened.exec('PRAGMA user_version = 1');
    is(await checkDatabase({ ...PLACES, database }), 'ok', 'tables of version 1; the next start brings them to');
    // It only looked.
    assert.is((opened.prepare('PRAGMA user_version').get() as { user_version: number }).user_version, 1);
    opened.exec('PRAGMA user_version = 999');
    is(await checkDatabase({ ...PLACES, database }), 'problem', 'newer livegenre');
  } finally {
    opened.close();
  }
});

test('a database that is none', async ({ folder }) => {
  const database = join(folder, 'history.db');
  await writeFile(database, 'This is a letter, and quite a long one. '.repeat(50));
  is(await checkDatabase({ ...PLACES, database }), 'problem', 'is not an SQLite database');
});

test('a disk without space, or with too little for the stations', async ({ folder }) => {
  // A file system that has no space at all.
  if (existsSync('/proc/self')) is(await checkDisk({ ...PLACES, database: '/proc/history.db' }), 'problem', '0 bytes free in /proc');
  const stations = join(folder, 'stations.json');
  await writeFile(stations, ONE_STATION);
  is(await checkDisk({ ...PLACES, stations, keepDays: 1e12 }), 'note', '1 stations over');
});

test.run();
