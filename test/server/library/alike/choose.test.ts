/** The rules of lists, as properties of any library. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mostAlike, pathBetween, similarityOf, walk } from '../../../../server/library/alike/choose.js';
import type { Tracks } from '../../../../server/library/alike/library.js';
import { isSameAlbum, isSameArtist, isSameRecording, isSameSong } from '../../../../server/library/alike/song.js';
import { library, libraryWithRow } from './random-library.js';

const RUNS = { numRuns: 300 };
const perArtist = fc.integer({ min: 1, max: 3 });

const isCopy = ({ keys, matrix }: Tracks, a: number, b: number): boolean => a === b || isSameSong(keys[a]!, keys[b]!) || isSameRecording(keys[a]!, keys[b]!, matrix.cosine(a, b));

/** No track twice, as itself, as a copy or as another version; at most `most` of an artist. */
function checkRules(tracks: Tracks, rows: readonly number[], most: number): void {
  rows.forEach((row, index) => {
    for (const other of rows.slice(0, index)) assert.not(isCopy(tracks, row, other), `${row} is ${other} again`);
    assert.ok(rows.filter((other) => isSameArtist(tracks.keys[row]!, tracks.keys[other]!)).length <= most, 'too many of an artist');
  });
}

const seedOf = ({ matrix, keys }: Tracks, row: number) => ({ row, vector: matrix.row(row), keys: keys[row]! });

test('the most alike: nearest first, no copy or version of the seed or of another, at most n an artist, and none left out without a reason', () => {
  fc.assert(fc.property(libraryWithRow, perArtist, fc.integer({ min: 1, max: 50 }), ([tracks, row], most, count) => {
    const rows = mostAlike(tracks, seedOf(tracks, row), count, { perArtist: most });
    checkRules(tracks, rows, most);
    const near = rows.map((other) => tracks.matrix.cosine(row, other));
    assert.ok(near.every((cosine, index) => index === 0 || cosine <= near[index - 1]! + 1e-6));
    assert.ok(rows.every((other) => !isCopy(tracks, other, row)));
    assert.ok(rows.length <= count);
    const last = near.at(-1) ?? -Infinity;
    for (let other = 0; other < tracks.matrix.rows; other++) {
      if (rows.includes(other) || isCopy(tracks, other, row) || (rows.length === count && tracks.matrix.cosine(row, other) <= last + 1e-6)) continue;
      const isOut = rows.some((chosen) => isCopy(tracks, other, chosen)) || rows.filter((chosen) => isSameArtist(tracks.keys[other]!, tracks.keys[chosen]!)).length >= most;
      assert.ok(isOut, `${other} is missing`);
    }
  }), RUNS);
});

test('a walk: begins with the seed, keeps the rules, no album twice in a row, and each next track is the nearest to both seed and last', () => {
  fc.assert(fc.property(libraryWithRow, perArtist, fc.integer({ min: 1, max: 20 }), ([tracks, row], most, length) => {
    const { matrix, keys } = tracks;
    const rows = walk(tracks, seedOf(tracks, row), (soFar) => soFar.length >= length, { perArtist: most });
    assert.is(rows[0], row);
    assert.ok(rows.length <= length);
    checkRules(tracks, rows, most);
    const score = (other: number, last: number): number => Math.min(matrix.cosine(row, other), matrix.cosine(last, other));
    const mayFollow = (other: number, before: readonly number[]): boolean => !isSameAlbum(keys[other]!, keys[before.at(-1)!]!)
      && before.every((chosen) => !isCopy(tracks, other, chosen)) && before.filter((chosen) => isSameArtist(keys[other]!, keys[chosen]!)).length < most;
    for (let index = 1; index <= rows.length; index++) {
      const before = rows.slice(0, index);
      const next = rows[index];
      if (next === undefined && rows.length === length) break;
      if (next !== undefined) assert.ok(mayFollow(next, before), `${next} may not follow`);
      for (let other = 0; other < matrix.rows; other++) {
        if (!mayFollow(other, before)) continue;
        assert.ok(next !== undefined, `the walk ends though ${other} could follow`);
        assert.ok(score(next, before.at(-1)!) >= score(other, before.at(-1)!) - 1e-6, `${other} is nearer than ${next}`);
      }
    }
  }), RUNS);
});

test('only what is allowed is chosen', () => {
  fc.assert(fc.property(library, (tracks) => {
    const allows = (row: number): boolean => tracks.tracks[row]!.genre === 'jazz';
    const seed = { vector: Float32Array.of(1, 0, 0) };
    for (const rows of [mostAlike(tracks, seed, 50, { perArtist: 9, allows }), walk(tracks, seed, () => false, { perArtist: 9, allows })]) assert.ok(rows.every(allows));
  }), RUNS);
});

test('a path: from the one to the other, within the count, by the rules', () => {
  fc.assert(fc.property(libraryWithRow, fc.nat(), perArtist, fc.integer({ min: 1, max: 12 }), ([tracks, from], other, most, count) => {
    const to = other % tracks.matrix.rows;
    const rows = pathBetween(tracks, from, to, count, { perArtist: most });
    assert.equal([rows[0], rows.at(-1)], [from, to]);
    assert.ok(rows.length <= Math.max(count, from === to ? 1 : 2));
    assert.is(new Set(rows).size, rows.length);
    checkRules(tracks, rows.slice(1, -1), most);
    for (const row of rows.slice(1, -1)) assert.not(isCopy(tracks, row, from) || isCopy(tracks, row, to));
  }), RUNS);
});

test('similarity goes from 0 to 1', () => {
  assert.equal([-1, 0, 1, 1.0000001].map(similarityOf), [0, 0.5, 1, 1]);
});

test.run();
