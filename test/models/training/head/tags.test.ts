import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tagsFor } from '../../../../models/training/head/tags.js';

const TAGS = ['rock', 'Hip-Hop', 'jazz', 'classic rock', 'blues', 'classic', 'House'];

test('a tag matches a label of the same name in any spelling', () => {
  assert.equal(tagsFor('hiphop', TAGS), [1]);
  assert.equal(tagsFor('Hip Hop', TAGS), [1]);
  assert.equal(tagsFor('jazz', TAGS), [2]);
  assert.equal(tagsFor('hiphop', ['Music', 'Hip hop music', 'Pop music']), [1]);
});

test('some tags match a label with another name', () => {
  assert.equal(tagsFor('rock', TAGS), [0, 3]);
  assert.equal(tagsFor('classical', TAGS), [5]);
  assert.equal(tagsFor('rap', TAGS), [1]);
});

test('a label without a matching tag has no tags', () => {
  assert.equal(tagsFor('reggae', TAGS), []);
  assert.equal(tagsFor('', TAGS), []);
});

test.run();
