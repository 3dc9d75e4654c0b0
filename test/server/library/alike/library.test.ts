/** A library in memory: read from its database, again when it has changed, and its tracks found by path. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findLibrary } from '../../../../server/library/alike/find-library.js';
import { AlikeLibrary } from '../../../../server/library/alike/library.js';
import { Catalogue } from '../../../../server/library/catalogue.js';
import { judged } from '../judged.js';

const MODEL = { name: 'm', version: '1', weights: { sha256: 'a'.repeat(64) }, labels: ['jazz', 'rock'], embedding: { size: 2, sha256: 'b'.repeat(64) } };

async function withLibrary(paths: readonly string[], work: (library: AlikeLibrary, add: (path: string) => void, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-alike-'));
  const file = join(folder, '.livegenre/library.db');
  const catalogue = Catalogue.open(file, folder);
  const add = (path: string): void => catalogue.write(catalogue.model(MODEL), [{ path, stamp: { size: 1, mtimeMs: 1 }, judgement: judged('jazz', { embedding: Float32Array.of(0.6, 0.8) }) }], 1);
  paths.forEach(add);
  const library = AlikeLibrary.open(file);
  try {
    await work(library, add, folder);
  } finally {
    library.close();
    catalogue.close();
    rmSync(folder, { recursive: true });
  }
}

test('tracks come with names and vectors, and new ones are seen', () => withLibrary(['Artist - Song.mp3'], async (library, add) => {
  const before = await library.tracks();
  assert.equal(before.tracks.map(({ title, artist, genre, p }) => [title, artist, genre, p]), [['Song', 'Artist', 'jazz', 0.9]]);
  assert.equal([...before.matrix.row(0)], [...Float32Array.of(0.6, 0.8)]);
  assert.is(before.model?.embedding, MODEL.embedding.sha256);
  add('Other.mp3');
  // Not at once: reading takes at most a tenth of the time.
  let after = before;
  while (after === before) after = await library.tracks();
  assert.equal(after.tracks.map(({ path }) => path), ['Artist - Song.mp3', 'Other.mp3']);
}));

test('a track is found by its path here, and by that of another server where it can mean only one', () => withLibrary(['A/Hits/01 Song.mp3', 'B/Hits/01 Song.mp3', 'A/Live/01 Song.mp3', 'C/only.mp3'], async (library, _add, folder) => {
  const tracks = await library.tracks();
  const found = (path: string): string | undefined => {
    const row = tracks.rowOfPath(path);
    return row === undefined ? undefined : tracks.tracks[row]!.path;
  };
  assert.is(found('A/Hits/01 Song.mp3'), 'A/Hits/01 Song.mp3');
  assert.is(found(join(folder, 'B/Hits/01 Song.mp3')), 'B/Hits/01 Song.mp3');
  assert.is(found('/music/B/Hits/01 Song.mp3'), 'B/Hits/01 Song.mp3');
  assert.is(found('Live/01 Song.mp3'), 'A/Live/01 Song.mp3');
  assert.is(found('Hits/01 Song.mp3'), undefined, 'two end so');
  assert.is(found('only.mp3'), 'C/only.mp3');
  assert.is(found('/elsewhere/only.mp3'), undefined, 'one name alone may be another file');
  assert.is(found('nothing.mp3'), undefined);
}));

test('the library is the one that is named, or the one around the file', () => withLibrary([], async (_library, _add, folder) => {
  const file = join(folder, '.livegenre/library.db');
  const deep = join(folder, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'song.mp3'), '');
  assert.is(findLibrary(undefined, [join(deep, 'song.mp3')]), file, 'a file has no folder in it');
  assert.is(findLibrary(undefined, [join(deep, 'no such song.mp3')]), file);
  assert.is(findLibrary(folder, []), file);
  assert.is(findLibrary(file, []), file);
  assert.is(findLibrary('', [join(tmpdir(), 'song.mp3')]), undefined);
}));

test.run();
