/** What chaos compares with: the predictions of an undisturbed stream. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { undisturbed } from './clients.js';

test('an undisturbed stream hears the same each time, and each sound something else', () => {
  const first = undisturbed(0, 90);
  assert.ok(first.length >= 90);
  assert.equal(undisturbed(0, 90), first);
  const other = undisturbed(1, 90);
  assert.is(first.filter((heard, index) => heard === other[index]).length, 0);
});

test.run();
