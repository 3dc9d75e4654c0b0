import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namesOf } from '../../../server/library/names.js';
import { readNames } from '../../../server/library/read-names.js';

const NONE = { title: null, artist: null, album: null };
const of = (path: string, tags = {}): (string | null)[] => {
  const { title, artist, album } = namesOf(path, { ...NONE, ...tags });
  return [title, artist, album];
};

test('tags come first', () => {
  assert.equal(of('x/01 - a - b.mp3', { title: 'T', artist: 'A', album: 'L' }), ['T', 'A', 'L']);
});

test('without tags the name of the file says what it can', () => {
  assert.equal(of('Miles Davis - So What.mp3'), ['So What', 'Miles Davis', null]);
  assert.equal(of('Miles Davis/Kind of Blue/01 So What.flac'), ['So What', 'Miles Davis', 'Kind of Blue']);
  assert.equal(of('a/b/03 - Nina Simone - Feeling Good.mp3'), ['Feeling Good', 'Nina Simone', 'b']);
  assert.equal(of('7 Seconds.mp3'), ['7 Seconds', null, null]);
  assert.equal(of('Nena/7. Leuchtturm.mp3'), ['Leuchtturm', null, null]);
});

test('a folder alone is no artist and no album', () => {
  assert.equal(of('blues/blues.00001.flac'), ['blues.00001', null, null]);
  assert.equal(of('Music/jazz/some_song.mp3'), ['some song', null, null]);
  assert.equal(of('99.mp3'), ['99', null, null]);
});

test('a file without tags, or without anything, has none', async () => {
  assert.is(await readNames('/nowhere/at all.mp3'), undefined);
});

test.run();
