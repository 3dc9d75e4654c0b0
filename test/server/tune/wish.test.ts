import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitOf, wishOf, type HeardNow, type Wish } from '../../../server/tune/wish.js';

const KNOWN = { labels: ['jazz', 'blues', 'hiphop'], tags: ['piano', 'calm', 'blues'] };
const wish = (given: Partial<Wish> = {}): Wish => ({ genres: [], tags: [], moods: [], ...given });
const heard = (given: Partial<HeardNow> = {}): HeardNow => ({ heard: 'music', genre: 'jazz', p: 0.7, tags: [['piano', 0.6]], mood: { lively: 0.2 }, ...given });

test('words are genres, then moods, then tags, whatever their case', () => {
  assert.equal(wishOf(['Jazz', ' blues', 'calm', 'PIANO', ''], KNOWN), { wish: { genres: ['jazz', 'blues'], tags: ['piano'], moods: ['calm'] } });
  assert.equal(wishOf(['jazz', 'polka', 'x'], KNOWN), { unknown: ['polka', 'x'] });
});

test('a fit is as sure as the least sure part of the wish', () => {
  assert.is(fitOf(wish({ genres: ['blues', 'jazz'] }), heard()), 0.7);
  assert.is(fitOf(wish({ genres: ['jazz'], tags: ['piano'] }), heard()), 0.6);
  assert.is(fitOf(wish({ genres: ['jazz'], moods: ['calm'] }), heard()), 0.7);
  assert.is(fitOf(wish({ moods: ['lively'] }), heard()), 0.2);
  assert.is(fitOf(wish(), heard({ genre: null, p: 0 })), 1);
});

test('nothing fits speech, silence, another genre, or what the model does not say', () => {
  for (const state of ['speech', 'silence', 'unknown', 'warming', null] as const) assert.is(fitOf(wish({ genres: ['jazz'] }), heard({ heard: state })), 0, String(state));
  assert.is(fitOf(wish({ genres: ['blues'] }), heard()), 0);
  assert.is(fitOf(wish({ tags: ['calm'] }), heard()), 0);
  assert.is(fitOf(wish({ moods: ['happy'] }), heard()), 0);
});

test.run();
