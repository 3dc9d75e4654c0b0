import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { Catalogue, type NewResult } from '../../../server/library/catalogue.js';
import type { Judgement } from '../../../server/library/judge.js';
import { openDatabase } from '../../../server/store/database.js';
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
  assert.equal(a, { id: a!.id, path: 'a/a.mp3', size: 10, mtimeMs: 1.5, isQuick: false, durationMs: 1000, state: 'music', genre: 'jazz', p: 0.9, top: [{ genre: 'jazz', p: 0.9 }], segments: judged('jazz').segments, note: null, problem: null, error: null });
  assert.equal([b!.state, b!.problem, b!.error, b!.note], ['speech', 'nothing-to-judge', 'is silent', 'n']);
  assert.equal([...catalogue.rows('errors')].map(({ path }) => path), ['b.mp3']);
  assert.equal(catalogue.heard(model).get('a/a.mp3'), { size: 10, mtimeMs: 1.5, isQuick: false });
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
