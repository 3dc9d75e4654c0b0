import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { stationSchema, type StationConfig } from '../../../server/stations/config.js';
import { StationsFile } from '../../../server/stations/stations-file.js';

const station = (id: string): StationConfig => stationSchema.parse({ id, name: `Radio ${id}`, url: 'https://radio.example/live', webhooks: ['https://hook.example/'] });

async function inFolder(work: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-stations-'));
  try {
    await work(join(folder, 'stations.json'), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function loadError(text: string): Promise<string> {
  let message = '';
  await inFolder(async (path) => {
    writeFileSync(path, text);
    await new StationsFile(path).load().then(() => assert.unreachable('it was loaded'), (error: Error) => (message = error.message.replace(path, 'PATH')));
    assert.is(readFileSync(path, 'utf8'), text, 'the file is left as it is');
  });
  return message;
}

test('without a file there are no stations; saved stations are loaded', () => inFolder(async (path, folder) => {
  const file = new StationsFile(path);
  assert.equal(await file.load(), []);
  assert.equal(readdirSync(folder), []);
  await file.save([station('a'), station('b')]);
  assert.equal(await new StationsFile(path).load(), [station('a'), station('b')]);
  assert.equal(readdirSync(folder), ['stations.json']);
}));

test('a file may omit fields with a default, and begin with a byte order mark', () => inFolder(async (path) => {
  writeFileSync(path, '\uFEFF{"version": 1, "stations": [{"id": "a", "name": "A", "url": "http://a.example/"}]}');
  const [loaded] = await new StationsFile(path).load();
  assert.is(loaded!.enabled, true);
  assert.equal(loaded!.rules.map(({ type }) => type), ['dead-air', 'down']);
}));

test('a broken file is refused with the path, the position and the cause, and left as it is', async () => {
  const tail = '. Fix it, or move it away to start without stations.';
  const head = 'The stations file PATH can not be used: ';
  assert.is(await loadError('{\n  "version": 1,\n  "stations": [\n    {"id": x}\n  ]\n}'), `${head}it is not valid JSON: Unexpected token 'x' in line 4, column 12${tail}`);
  assert.is(await loadError('{"a":}'), `${head}it is not valid JSON: Unexpected token '}' in line 1, column 6${tail}`);
  assert.match(await loadError('{\n "version": 1\n "stations": []}'), /it is not valid JSON: Expected .* in line 3, column 2/);
  assert.match(await loadError(''), 'it is not valid JSON: Unexpected end');
  assert.match(await loadError('{"version": 2, "stations": []}'), 'version: ');
  assert.match(await loadError('[]'), 'can not be used: Invalid input: expected object');
  assert.match(await loadError(JSON.stringify({ version: 1, stations: [station('a'), { ...station('b'), url: 'ftp://b' }] })), 'station "b": stations[1].url: url must be an http://, https:// or file:// address');
  assert.match(await loadError(JSON.stringify({ version: 1, stations: [{ ...station('a'), nmae: 'x' }] })), /station "a": stations\[0\]: .*nmae/);
  assert.match(await loadError(JSON.stringify({ version: 1, stations: [station('a'), station('a')] })), 'two stations have the id "a"');
});

test('a folder in its place is refused', () => inFolder(async (_, folder) => {
  await new StationsFile(folder).load().then(() => assert.unreachable(), (error: Error) => assert.match(error.message, `The stations file ${folder} can not be read: EISDIR`));
}));

test('a failed save throws, and leaves the old file', () => inFolder(async (path, folder) => {
  const file = new StationsFile(path);
  await file.save([station('a')]);
  // A folder that is not empty, where the new file would be written.
  const inTheWay = join(folder, '.stations.json.new');
  mkdirSync(join(inTheWay, 'x'), { recursive: true });
  await file.save([station('b')]).then(() => assert.unreachable(), (error) => {
    assert.instance(error, ProtocolError);
    assert.is((error as ProtocolError).code, 'not-kept');
    assert.match((error as ProtocolError).message, /^The stations could not be saved, so nothing was changed: .*\.$/);
  });
  assert.equal(await file.load(), [station('a')]);
  rmSync(inTheWay, { recursive: true });
  await file.save([station('b')]);
  assert.equal(await file.load(), [station('b')]);
}));

test('the file left by an interrupted save is replaced', () => inFolder(async (path, folder) => {
  writeFileSync(join(folder, '.stations.json.new'), 'half a fi');
  await new StationsFile(path).save([station('a')]);
  assert.equal(readdirSync(folder), ['stations.json']);
}));

test('concurrent saves run one after the other; the last one stays', () => inFolder(async (path) => {
  const file = new StationsFile(path);
  await Promise.all(Array.from({ length: 20 }, (_, index) => file.save([station(`s${index}`)])));
  assert.equal((await file.load()).map(({ id }) => id), ['s19']);
}));

test('a new file is readable by the owner only, an existing one keeps its mode, and a link to it stays a link', () => inFolder(async (path, folder) => {
  const file = new StationsFile(path);
  await file.save([]);
  assert.is(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o644);
  await file.save([station('a')]);
  assert.is(statSync(path).mode & 0o777, 0o644);
  const link = join(folder, 'link.json');
  symlinkSync(path, link);
  await new StationsFile(link).save([station('b')]);
  assert.equal(await file.load(), [station('b')]);
}));

test.run();
