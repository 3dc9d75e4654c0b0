import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { Catalogue, type NewResult } from '../../../server/library/catalogue.js';
import type { Judgement } from '../../../server/library/judge.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { judged } from './judged.js';

const MODEL = { name: 'm', version: '1', weights: { sha256: 'a'.repeat(64) }, labels: ['jazz', 'rock'] };
const NEXT = { ...MODEL, version: '2', weights: { sha256: 'b'.repeat(64) } };

const result = (path: string, judgement: Judgement, stamp = { size: 10, mtimeMs: 1.5 }): NewResult => ({ path, stamp, judgement });

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-library-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withCatalogue(work: (catalogue: Catalogue) => void): void {
  inFolder((folder) => {
    const catalogue = Catalogue.open(join(folder, 'library.db'), folder);
    try {
      work(catalogue);
    } finally {
      catalogue.close();
    }
  });
}

const genres = (catalogue: Catalogue): (string | null)[][] => [...catalogue.rows()].map(({ path, genre }) => [path, genre]);

test('answers come back as they were written, ordered by path', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  assert.is(catalogue.model(MODEL), model);
  catalogue.write(model, [result('b.mp3', judged(null, { error: 'is silent', problem: 'nothing-to-judge', note: 'n' })), result('a/a.mp3', judged('jazz'))], 5);
  const [a, b] = [...catalogue.rows()];
  assert.equal(a, { id: a!.id, path: 'a/a.mp3', size: 10, mtimeMs: 1.5, isQuick: false, durationMs: 1000, state: 'music', genre: 'jazz', p: 0.9, top: [{ genre: 'jazz', p: 0.9 }], segments: judged('jazz').segments, tags: null, mood: null, note: null, problem: null, error: null });
  assert.equal([b!.state, b!.problem, b!.error, b!.note], ['speech', 'nothing-to-judge', 'is silent', 'n']);
  assert.equal([...catalogue.rows('errors')].map(({ path }) => path), ['b.mp3']);
  assert.equal(catalogue.heard(model).get('a/a.mp3'), { size: 10, mtimeMs: 1.5, isQuick: false, isEmbedded: false, isTagged: false });
}));

test('tags and moods come back as they were written, in each of the lists', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  const beside = { tags: [['piano', 0.8]] as const, mood: { happy: 0.7 } };
  catalogue.write(model, [result('a.mp3', judged('jazz', { ...beside, embedding: Float32Array.of(1) })), result('b.mp3', judged(null, { tags: [], embedding: Float32Array.of(1) })), result('c.mp3', judged('jazz', { embedding: Float32Array.of(1) }))], 1);
  const wanted = [beside, { tags: [], mood: null }, { tags: null, mood: null }];
  for (const rows of [[...catalogue.rows()], [...catalogue.listed()].flat(), [...catalogue.embedded()].flat()]) assert.equal(rows.map(({ tags, mood }) => ({ tags, mood })), wanted);
  assert.equal([...catalogue.heard(model).values()].map(({ isTagged }) => isTagged), [true, true, false]);
}));

test('embeddings, spectra and names come back as they were written; those of another embedding are forgotten', () => withCatalogue((catalogue) => {
  const first = { ...MODEL, embedding: { size: 3, sha256: 'c'.repeat(64) } };
  const model = catalogue.model(first);
  const names = { title: 'T', artist: 'A', album: null };
  catalogue.write(model, [
    result('a.mp3', judged('jazz', { embedding: Float32Array.of(0.6, 0, -0.8), spectrum: Int16Array.of(-1234, 5), names })),
    result('b.mp3', judged(null, { embedding: new Float32Array(0) })),
    result('c.mp3', judged('rock')),
  ], 1);
  const embedded = (): unknown[] => [...catalogue.embedded()].flat().map(({ path, embedding, spectrum, title, artist, album }) => [path, [...embedding], [...spectrum ?? []], title, artist, album]);
  assert.equal(embedded(), [['a.mp3', [...Float32Array.of(0.6, 0, -0.8)], [-1234, 5], 'T', 'A', null]]);
  assert.equal([...catalogue.heard(model)].map(([path, { isEmbedded }]) => [path, isEmbedded]).sort(), [['a.mp3', true], ['b.mp3', true], ['c.mp3', false]], 'without music there is nothing to compute');
  assert.is(catalogue.model(first), model);
  assert.is(embedded().length, 1);
  assert.is(catalogue.model({ ...first, embedding: { size: 3, sha256: 'd'.repeat(64) } }), model, 'the answers stay');
  assert.equal(embedded(), []);
  assert.is([...catalogue.rows()].length, 3);
  assert.ok([...catalogue.heard(model).values()].every(({ isEmbedded }) => !isEmbedded));
}));

test('a reader opens the library of whatever folder, and sees when it changes', () => inFolder((folder) => {
  const file = join(folder, 'kept', 'library.db');
  assert.throws(() => Catalogue.read(file), 'There is no library');
  const writer = Catalogue.open(file, folder);
  const reader = Catalogue.read(file);
  assert.is(reader.root(file), folder);
  const before = reader.dataVersion;
  assert.is(reader.dataVersion, before);
  writer.write(writer.model(MODEL), [result('a.mp3', judged('jazz'))], 1);
  assert.is.not(reader.dataVersion, before);
  assert.is(reader.size, 1);
  reader.close();
  writer.close();
}));

test('rows come in order over all pages, while they are written to', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  const paths = Array.from({ length: 1203 }, (_, index) => `${String(index).padStart(5, '0')}.mp3`);
  catalogue.write(model, paths.map((path) => result(path, judged('jazz', index(path) % 3 === 0 ? { error: 'is silent' } : {}))), 1);
  const seen: string[] = [];
  for (const { path, size, mtimeMs } of catalogue.rows()) {
    catalogue.touch(path, { size, mtimeMs }, { size, mtimeMs: 9 });
    seen.push(path);
  }
  assert.equal(seen, paths);
  assert.is(catalogue.heard(model).get(paths[700]!)?.mtimeMs, 9);
  assert.is([...catalogue.rows('errors')].length, 401);
}));

const index = (path: string): number => Number(path.slice(0, 5));

test('answers of the old model stay until those of the new one are whole', () => withCatalogue((catalogue) => {
  const old = catalogue.model(MODEL);
  catalogue.write(old, [result('a.mp3', judged('jazz')), result('b.mp3', judged('jazz'))], 1);
  catalogue.complete(old, new Set(['a.mp3', 'b.mp3']), 1);
  const ids = [...catalogue.rows()].map(({ id }) => id);
  const next = catalogue.model(NEXT);
  catalogue.write(next, [result('a.mp3', judged('rock'))], 2);
  assert.equal(genres(catalogue), [['a.mp3', 'jazz'], ['b.mp3', 'jazz']]);
  assert.is(catalogue.shown()?.version, '1');
  catalogue.write(next, [result('b.mp3', judged('rock'))], 3);
  catalogue.complete(next, new Set(['a.mp3', 'b.mp3']), 3);
  assert.equal(genres(catalogue), [['a.mp3', 'rock'], ['b.mp3', 'rock']]);
  assert.is(catalogue.shown()?.version, '2');
  assert.equal([...catalogue.rows()].map(({ id }) => id), ids, 'a track keeps its id');
  assert.is((catalogue.database.prepare('SELECT count(*) AS n FROM results').get() as { n: number }).n, 2);
}));

test('tracks of files that are gone are forgotten when the run is whole', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  catalogue.write(model, [result('a.mp3', judged('jazz')), result('b.mp3', judged('jazz'))], 1);
  catalogue.complete(model, new Set(['b.mp3']), 1);
  assert.equal(genres(catalogue), [['b.mp3', 'jazz']]);
}));

test('names that are not UTF-8 come back', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  catalogue.write(model, [result('\udce9t\udce9.mp3', judged('jazz'))], 1);
  assert.equal([...catalogue.heard(model).keys()], ['\udce9t\udce9.mp3']);
  catalogue.complete(model, new Set(['\udce9t\udce9.mp3']), 1);
  assert.equal(genres(catalogue), [['\udce9t\udce9.mp3', 'jazz']]);
}));

test('files that could not be read are heard again', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  catalogue.write(model, [result('a.mp3', judged(null, { error: 'no permission to read it', problem: 'not-readable' })), result('b.mp3', judged(null, { error: 'is damaged', problem: 'damaged' }))], 1);
  assert.equal([...catalogue.heard(model).keys()], ['b.mp3']);
}));

test('an answer that can\'t be stored takes the others of its batch back', () => withCatalogue((catalogue) => {
  const model = catalogue.model(MODEL);
  assert.throws(() => catalogue.write(model, [result('a.mp3', judged('jazz')), result('b.mp3', judged('jazz', { p: NaN }))], 1));
  assert.equal(genres(catalogue), []);
}));

test('the database of another folder, or of something else, is refused', () => inFolder((folder) => {
  const file = join(folder, 'library.db');
  Catalogue.open(file, join(folder, 'one')).close();
  Catalogue.open(file, join(folder, 'one')).close();
  assert.throws(() => Catalogue.open(file, join(folder, 'two')), /is the library of .*one/);
  openDatabase(join(folder, 'history.db')).close();
  assert.throws(() => Catalogue.open(join(folder, 'history.db'), folder), /newer livegenre|something else/);
}));

test.run();
