import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GenreChanged } from '../../../../server/alerts/rules/genre-changed.js';
import { genreChangedSchema } from '../../../../server/stations/config.js';
import { pushSeconds, times } from '../station-events.js';

const RULE = genreChangedSchema.parse({ type: 'genre-changed' });
const JAZZ = { genre: 'jazz' };
const ROCK = { genre: 'rock', p: 0.81 };
const SPEECH = { state: 'speech' } as const;

test('is emitted when another genre has lasted, but not for the first genre', () => {
  const found = pushSeconds(new GenreChanged(RULE), 0, [...times(100, JAZZ), ...times(100, ROCK)]);
  assert.equal(found, [{ kind: 'happened', atMs: 120_000, fromMs: 100_000, toMs: 100_000, sentence: 'rock now (81 % sure), jazz before.', details: { from: 'jazz', to: 'rock', p: 0.81 } }]);
});

test('a genre that does not last is no change', () => {
  assert.equal(pushSeconds(new GenreChanged(RULE), 0, [...times(30, JAZZ), ...times(20, [...times(19, ROCK), JAZZ]).flat()]), []);
});

test('speech in between is ignored: the same genre after it is no change, another one is', () => {
  const rule = new GenreChanged(RULE);
  assert.equal(pushSeconds(rule, 0, [...times(30, JAZZ), ...times(60, SPEECH), ...times(30, JAZZ)]), []);
  assert.is(pushSeconds(rule, 120_000, [...times(10, ROCK), ...times(60, SPEECH), ...times(10, ROCK)]).length, 1);
});

test('with `forS` 0 it is emitted at once', () => {
  assert.equal(pushSeconds(new GenreChanged({ ...RULE, forS: 0 }), 0, [JAZZ, ROCK, JAZZ]).map(({ atMs }) => atMs), [2000, 3000]);
});

test.run();
