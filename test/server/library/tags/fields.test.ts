import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { test } from 'uvu';
import { genreName, ownText, readOwn, wantedFields, type Fields } from '../../../../server/library/tags/fields.js';

const JAZZ = { genre: 'Jazz', confidence: 0.83, model: 'genre-v1', version: '1.0.0' };
const ROCK = { ...JAZZ, genre: 'Rock', version: '2.0.0' };
const NONE: Fields = { genre: [], own: undefined };
const genreOf = (before: Fields, answer = JAZZ, mode: 'if-empty' | 'replace' | 'add' = 'if-empty'): readonly string[] => wantedFields(before, answer, mode).genre;

test('our field says what we said, who said it, and whether the genre is ours', () => {
  const text = ownText({ ...JAZZ, isWritten: true });
  assert.is(text, 'genre=Jazz; confidence=0.83; model=genre-v1; version=1.0.0; tag=written');
  assert.equal(readOwn(text), { ...JAZZ, isWritten: true });
  assert.is(readOwn(undefined), undefined);
  assert.is(readOwn('something of another program'), undefined);
});

test('any answer is read as it was written', () => {
  const word = fc.stringMatching(/^[\w.-]{1,12}$/);
  fc.assert(fc.property(word, word, word, fc.integer({ min: 0, max: 100 }), fc.boolean(), (genre, model, version, percent, isWritten) => {
    const answer = { genre, model, version, confidence: percent / 100, isWritten };
    assert.equal(readOwn(ownText(answer)), answer);
  }));
});

test('an empty genre gets ours, another stays unless it is asked for', () => {
  assert.equal(genreOf(NONE), ['Jazz']);
  const blues = { genre: ['Blues'], own: undefined };
  assert.equal(genreOf(blues), ['Blues']);
  assert.equal(genreOf(blues, JAZZ, 'replace'), ['Jazz']);
  assert.equal(genreOf(blues, JAZZ, 'add'), ['Blues', 'Jazz']);
  assert.equal(genreOf({ genre: ['jazz'], own: undefined }, JAZZ, 'add'), ['jazz']);
});

test('a genre that we wrote is ours to change; one that was there, or was changed since, is not', () => {
  const written = wantedFields(NONE, JAZZ, 'if-empty');
  assert.equal(genreOf(written, ROCK), ['Rock']);
  assert.equal(wantedFields(written, JAZZ, 'if-empty'), written, 'a second run changes nothing');
  const theirs = wantedFields({ genre: ['Jazz'], own: undefined }, JAZZ, 'if-empty');
  assert.equal(genreOf(theirs, ROCK), ['Jazz']);
  assert.equal(genreOf({ ...written, genre: ['Blues'] }, ROCK), ['Blues']);
  const added = wantedFields({ genre: ['Blues'], own: undefined }, JAZZ, 'add');
  assert.equal(genreOf(added, ROCK), ['Blues', 'Rock']);
  assert.equal(wantedFields(added, JAZZ, 'add'), added);
});

test('labels as people write them', () => {
  assert.equal(['hiphop', 'jazz', 'drum and bass'].map(genreName), ['Hip-Hop', 'Jazz', 'Drum and bass']);
});

test.run();
