/** What the page of a library asks for: words, genres, errors and any order. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { listed, type Listed } from '../../../../server/library/browse/listing.js';
import type { ListedRow } from '../../../../server/library/catalogue.js';
import { SORTS } from '../../../../server/protocol/library.js';

const row = (id: number, path: string, more: Partial<ListedRow> = {}): ListedRow => ({ id, path, title: null, artist: null, album: null, durationMs: 1000, state: 'music', genre: 'jazz', p: 0.9, tags: null, mood: null, problem: null, error: null, x: null, y: null, ...more });
const LIBRARY = listed([
  row(4, 'a.mp3', { title: 'Señor Blues', artist: 'Horace Silver', album: 'Six Pieces', p: 0.6, durationMs: 3000 }),
  row(2, 'b/So What.mp3', { artist: 'Miles Davis', durationMs: 9000, tags: [['piano', 0.9], ['60s', 0.5]], mood: { lively: 0.3 } }),
  row(9, 'c.mp3', { genre: null, state: 'speech', p: 0 }),
  row(7, 'd.mp3', { genre: null, state: 'unknown', p: 0, problem: 'empty', error: 'is empty' }),
  row(1, 'e.mp3', { title: 'alpha', genre: 'rock', p: 0.7, tags: [['60s', 0.8]], mood: { lively: 0.5, happy: 0.9 } }),
]);
const ids = (question: Parameters<Listed['find']>[0]): number[] => [...LIBRARY.find(question)].map((index) => LIBRARY.tracks[index]!.id);

test('all words must be found, in any of title, artist, album and path, without case and accents', () => {
  assert.equal(ids({ q: 'senor' }), [4]);
  assert.equal(ids({ q: 'SILVER  six' }), [4]);
  assert.equal(ids({ q: 'so miles' }), [2]);
  assert.equal(ids({ q: 'silver what' }), []);
  assert.equal(ids({ q: ' ' }), [4, 2, 9, 7, 1]);
});

test('by genre, by what has no genre, and by error', () => {
  assert.equal(ids({ genre: 'jazz' }), [4, 2]);
  assert.equal(ids({ state: 'speech' }), [9]);
  assert.equal(ids({ state: 'unknown' }), [], 'a file with an error is no unknown music');
  assert.equal(ids({ errors: true }), [7]);
});

test('by tags and moods, all of them', () => {
  const beside = (tags: string[], moods: ('calm' | 'lively' | 'happy')[] = []): number[] => ids({ beside: { tags, moods } });
  assert.equal([beside(['60s']), beside(['60s', 'piano']), beside(['ska'])], [[2, 1], [2], []]);
  assert.equal([beside([], ['calm']), beside([], ['lively']), beside([], ['happy']), beside(['60s'], ['calm', 'happy'])], [[2], [], [1], []], 'in the middle is neither');
  assert.equal([LIBRARY.tags, LIBRARY.hasMoods], [[['60s', 2], ['piano', 1]], true]);
});

test('sorted either way, what has no value last, equal ones by path', () => {
  assert.equal(ids({ sort: 'p' }), [4, 1, 2, 9, 7]);
  assert.equal(ids({ sort: 'p', descending: true }), [2, 1, 4, 9, 7]);
  assert.equal(ids({ sort: 'artist' }), [4, 2, 9, 7, 1]);
  assert.equal(ids({ sort: 'title' }), [1, 9, 7, 4, 2]);
  assert.equal(ids({ sort: 'durationMs', descending: true }), [2, 4, 9, 7, 1]);
});

test('counts', () => {
  const { genres, states, errors, durationMs } = LIBRARY;
  assert.equal({ genres, states, errors, durationMs }, { genres: [['jazz', 2], ['rock', 1]], states: [['speech', 1]], errors: 1, durationMs: 15_000 });
  assert.is(LIBRARY.byId(9)!.path, 'c.mp3');
  assert.is(LIBRARY.byId(99), undefined);
});

test('any order holds each track once, and a search never finds what the list without it lacks', () => {
  const text = fc.constantFrom(null, 'a', 'B', 'é', 'e');
  const rows = fc.array(fc.record({ title: text, artist: text, album: text, genre: fc.constantFrom(null, 'jazz', 'rock'), p: fc.constantFrom(0, 0.5, 1), durationMs: fc.nat(3) }), { maxLength: 30 });
  fc.assert(fc.property(rows, fc.constantFrom(...SORTS), fc.boolean(), fc.constantFrom('', 'a', 'e'), (parts, sort, descending, q) => {
    const library = listed(parts.map((part, index) => row(index + 1, `${index}.mp3`, part)));
    const all = [...library.find({ sort, descending })];
    assert.equal([...all].sort((a, b) => a - b), [...library.tracks.keys()]);
    const found = library.find({ q, sort, descending });
    assert.equal([...found], all.filter((index) => found.includes(index)));
  }));
});

test.run();
