import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anyOf, duration, level, percent } from '../../../server/alerts/format.js';

test('a duration has two units at most', () => {
  assert.equal([0, 400, 15_000, 125_000, 3_600_000, 3_785_000, 187_200_000, 86_400_000, -5].map(duration),
    ['0 s', '0 s', '15 s', '2 min 5 s', '1 h', '1 h 3 min', '2 days 4 h', '1 day', '0 s']);
});

test('levels, shares and lists', () => {
  assert.is(level(-71.6), '-72 dBFS');
  assert.is(percent(0.314), '31 %');
  assert.equal([['a'], ['a', 'b'], ['a', 'b', 'c']].map(anyOf), ['a', 'a or b', 'a, b or c']);
});

test.run();
