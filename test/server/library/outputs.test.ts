import * as assert from 'uvu/assert';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import type { ModelRow, TrackRow } from '../../../server/library/catalogue.js';
import { writeCsv, writeJson, writeLinks, writePlaylists } from '../../../server/library/outputs.js';
import { judged } from './judged.js';

const MODEL: ModelRow = { id: 1, name: 'm', version: '1', weights: 'abc', labels: ['jazz', 'rock'], wholeAtMs: 1, embedding: null };

function row(path: string, genre: string | null, more: Partial<TrackRow> = {}): TrackRow {
  const { top, segments, p } = judged(genre);
  return { id: 1, path, size: 1, mtimeMs: 1, isQuick: false, durationMs: 61_000, state: 'music', genre, p, top, segments, tags: null, mood: null, note: null, problem: null, error: null, ...more };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-outputs-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('CSV quotes, and defuses formulas', () => inFolder(async (folder) => {
  await writeCsv(join(folder, 'a.csv'), [row('=a, "b".mp3', 'jazz', { top: [{ genre: 'jazz', p: 0.9 }, { genre: 'rock', p: 0.1 }], tags: [['piano', 0.9], ['60s', 0.5]], mood: { happy: 0.7 } }), row('c.mp3', null, { p: 0, problem: 'damaged', error: 'is damaged' })], MODEL);
  assert.equal(readFileSync(join(folder, 'a.csv'), 'utf8').split('\r\n'), [
    'file,genre,p,state,durationMs,second,secondP,tags,lively,happy,quick,problem,error,note,model,version',
    '"\'=a, ""b"".mp3",jazz,0.9,music,61000,rock,0.1,"piano, 60s",,0.7,0,,,,m,1',
    'c.mp3,,0,music,61000,,,,,,0,damaged,is damaged,,m,1',
    '',
  ]);
}));

test('JSON has the model and all tracks', () => inFolder(async (folder) => {
  await writeJson(join(folder, 'a.json'), [row('a.mp3', 'jazz'), row('\udce9.mp3', null, { error: 'is silent', problem: 'nothing-to-judge' })], MODEL);
  const { model, tracks } = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8')) as { model: unknown; tracks: { file: string; genre: string | null; error?: string }[] };
  assert.equal(model, { name: 'm', version: '1', weights: 'abc' });
  assert.equal(tracks.map(({ file, genre, error }) => [file, genre, error]), [['a.mp3', 'jazz', undefined], ['\\xe9.mp3', null, 'is silent']]);
}));

test('a playlist for each genre, surest first, with relative paths', () => inFolder(async (folder) => {
  const rows = [row('one/#a.mp3', 'jazz', { p: 0.6 }), row('b.mp3', 'jazz', { p: 0.8 }), row('c.mp3', 'jazz', { p: 0.4 }), row('\udce9.mp3', 'jazz')];
  await writePlaylists(join(folder, 'lists'), rows, MODEL.labels, { root: folder, minP: 0.5 });
  assert.equal(readdirSync(join(folder, 'lists')).sort(), ['jazz.m3u8', 'rock.m3u8']);
  assert.equal(readFileSync(join(folder, 'lists/jazz.m3u8'), 'utf8').trimEnd().split('\n'), ['#EXTM3U', '#PLAYLIST:jazz', '#EXTINF:61,b', '../b.mp3', '#EXTINF:61,#a', '../one/#a.mp3']);
  assert.is(readFileSync(join(folder, 'lists/rock.m3u8'), 'utf8'), '#EXTM3U\n#PLAYLIST:rock\n');
  await writePlaylists(folder, [row('#a.mp3', 'jazz')], MODEL.labels, { root: folder, minP: 0.5 });
  assert.match(readFileSync(join(folder, 'jazz.m3u8'), 'utf8'), '\n./#a.mp3\n');
}));

test('links follow the answers and leave other files alone', () => inFolder(async (folder) => {
  const [root, links] = [join(folder, 'music'), join(folder, 'by genre')];
  for (const name of ['a.mp3', 'x/a.mp3', 'b.mp3']) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), name);
  }
  mkdirSync(join(links, 'jazz'), { recursive: true });
  writeFileSync(join(links, 'jazz/mine.txt'), 'mine');
  assert.is(await writeLinks(links, [row('a.mp3', 'jazz'), row('x/a.mp3', 'jazz'), row('b.mp3', 'jazz', { p: 0.1 })], MODEL.labels, { root, minP: 0.5 }), 2);
  assert.equal(readdirSync(join(links, 'jazz')).sort(), ['a (2).mp3', 'a.mp3', 'mine.txt']);
  assert.is(readFileSync(join(links, 'jazz/a (2).mp3'), 'utf8'), 'x/a.mp3');
  await writeLinks(links, [row('a.mp3', 'rock')], MODEL.labels, { root, minP: 0.5 });
  assert.equal(readdirSync(join(links, 'jazz')), ['mine.txt']);
  assert.is(resolve(join(links, 'rock'), readlinkSync(join(links, 'rock/a.mp3'))), join(root, 'a.mp3'));
  assert.ok(existsSync(join(root, 'x/a.mp3')) && !lstatSync(join(root, 'a.mp3')).isSymbolicLink());
  // A file in the place of a link stays.
  rmSync(join(links, 'rock/a.mp3'));
  writeFileSync(join(links, 'rock/a.mp3'), 'a file');
  assert.is(await writeLinks(links, [row('a.mp3', 'rock')], MODEL.labels, { root, minP: 0.5 }), 0);
  assert.is(readFileSync(join(links, 'rock/a.mp3'), 'utf8'), 'a file');
}));

test.run();
