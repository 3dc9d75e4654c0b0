import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boundText, listOf, usedText } from '../../../client/dashboard/model/tokens.js';

test('what a token is bound to', () => {
  assert.is(boundText({ stations: null, origins: null }), '');
  assert.is(boundText({ stations: ['one', 'two'], origins: ['https://a.example'] }), ', for one, two, pages of https://a.example');
});

test('when it was last used', () => {
  const nowMs = Date.parse('2026-11-30T12:00:00Z');
  assert.equal([null, '2026-11-30T11:59:00Z', '2026-11-29T12:00:00Z', '2026-11-20T12:00:00Z'].map((at) => usedText(at, nowMs)), ['never used', 'used within a day', 'used 1 day ago', 'used 10 days ago']);
});

test('a field with commas', () => {
  assert.equal(listOf(' radio-one,, radio-two ,'), ['radio-one', 'radio-two']);
  assert.equal(listOf('  '), []);
});

test.run();
