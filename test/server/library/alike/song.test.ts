import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { artistKey, isSameAlbum, isSameRecording, isSameSong, keysOf, songKey, type SongKeys } from '../../../../server/library/alike/song.js';

const keys = (path: string, title: string, artist: string | null = null, album: string | null = null, durationMs = 200_000, spectrum: Int16Array | null = null): SongKeys => keysOf({ path, title, artist, album, durationMs, spectrum });

test('versions of a song have one key, other songs have others', () => {
  for (const title of ['So What (Live)', 'so what [2011 Remaster]', 'So What - Remastered 2011', 'So What – live at Carnegie Hall', 'Só What', 'So What feat. Somebody', 'So What!']) assert.is(songKey(title), 'so what', title);
  assert.is(songKey('(I Can\'t Get No) Satisfaction'), 'i can t get no satisfaction');
  assert.is(songKey('Blue - Green'), 'blue green', 'a dash alone tells no version');
  assert.is(songKey('Lively'), 'lively');
  assert.is.not(songKey('Part 1'), songKey('Part 2'));
});

test('titles that say nothing have no key', () => {
  for (const title of ['Track 01', '12', 'Titel 3', 'Piste 4', '']) assert.is(songKey(title), undefined, title);
});

test('an artist has one key', () => {
  assert.is(artistKey('The Beatles'), artistKey('beatles'));
  assert.is(artistKey('Simon & Garfunkel'), artistKey('Simon and Garfunkel'));
  assert.is(artistKey('Nina Simone feat. X'), 'nina simone');
  assert.is(artistKey(null), undefined);
});

test('the same title is the same song by one artist only, or, where none is known, at one length', () => {
  const [davis, cover, unknown, long] = [keys('a', 'So What', 'Miles Davis'), keys('b', 'So What', 'Pink'), keys('c', 'So What', null), keys('d', 'So What', null, null, 300_000)];
  assert.ok(isSameSong(davis, keys('e', 'So What (Live)', 'Miles Davis', null, 400_000)));
  assert.not(isSameSong(davis, cover));
  assert.ok(isSameSong(davis, unknown));
  assert.not(isSameSong(unknown, long));
  assert.not(isSameSong(keys('f/01', '01', 'A'), keys('g/01', '01', 'A')));
});

test('a recording is known again by its spectrum and length, whatever it is called and however near the embeddings are', () => {
  const of = (durationMs: number, ...spectrum: readonly number[]): SongKeys => keys('a', 'A', null, null, durationMs, Int16Array.from(spectrum));
  const one = of(200_000, 500, -500, 300, 200);
  assert.ok(isSameRecording(one, of(201_500, 540, -460, 260, 240), 0.85));
  assert.not(isSameRecording(one, of(200_000, 600, -600, 400, 300), 0.999));
  assert.not(isSameRecording(one, of(260_000, 500, -500, 300, 200), 0.999));
});

test('where a spectrum is not known, a recording is known again by its embedding', () => {
  const [one, copy, longer] = [keys('a', 'A'), keys('b', 'B', null, null, 201_500), keys('c', 'C', null, null, 260_000)];
  assert.ok(isSameRecording(one, copy, 0.99));
  assert.not(isSameRecording(one, copy, 0.9));
  assert.not(isSameRecording(one, longer, 0.999));
});

test('albums of one name are one by one artist, or in one folder', () => {
  const hits = (path: string, artist: string): SongKeys => keys(path, 'x', artist, 'Greatest Hits');
  assert.ok(isSameAlbum(hits('a/1', 'Queen'), hits('b/2', 'Queen')));
  assert.not(isSameAlbum(hits('a/1', 'Queen'), hits('b/2', 'ABBA')));
  assert.ok(isSameAlbum(hits('a/1', 'Queen'), hits('a/2', 'ABBA')), 'a compilation');
  assert.not(isSameAlbum(keys('a/1', 'x', 'Queen'), keys('a/2', 'y', 'Queen')), 'without an album there is none');
});

test.run();
