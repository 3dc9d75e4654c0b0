/** Tags beside the genre: means, which are named and for how long, and the axes derived from them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import type { ModelTag } from '../../../models/manifest.js';
import { moodOf } from '../../../server/pipe/mood.js';
import { Tags } from '../../../server/pipe/tags.js';

const BLOCK_MS = 348.3;
const tag = (name: string, usual = 0.1, kind: ModelTag['kind'] = 'sound'): ModelTag => ({ name, kind, usual });
const PIANO_DRUMS_SITAR = [tag('piano'), tag('drums'), tag('sitar', 0.01)];

/** Pushes the same probabilities for some blocks; returns the names after each. */
function named(subject: Tags, blocks: number, probabilities: readonly number[], from = 1): string[] {
  return Array.from({ length: blocks }, (_, index) => {
    subject.push(probabilities, from + index);
    return subject.name().tags.map(([name]) => name).join(' ');
  });
}

test('the mean is a plain one at first, an exponential one later', () => {
  const subject = new Tags([tag('piano')], 5, BLOCK_MS);
  subject.push([0.9], 1);
  subject.push([0.7], 2);
  assert.equal(subject.name().tags, [['piano', 0.8]]);
  named(subject, 300, [0.8], 3);
  subject.push([0], 303);
  assert.equal(subject.name().tags, [['piano', Math.round(800 * Math.exp(-BLOCK_MS / 8000)) / 1000]]);
});

test('tags are named from 0.5 on, until their mean is below 0.35', () => {
  const subject = new Tags([tag('piano')], 5, BLOCK_MS);
  assert.equal(named(subject, 3, [0.49]), ['', '', '']);
  assert.is(named(subject, 300, [0.51], 4).at(-1), 'piano');
  assert.is(named(subject, 300, [0.36], 304).at(-1), 'piano');
  assert.is(named(subject, 300, [0.3], 604).at(-1), '');
  assert.is(named(subject, 300, [0.45], 904).at(-1), '');
});

test('a rare tag comes before a common one that is as sure, and no more are named than asked for', () => {
  assert.is(named(new Tags(PIANO_DRUMS_SITAR, 5, BLOCK_MS), 1, [0.8, 0.9, 0.8])[0], 'sitar drums piano');
  assert.is(named(new Tags(PIANO_DRUMS_SITAR, 2, BLOCK_MS), 1, [0.8, 0.9, 0.8])[0], 'sitar drums');
  assert.is(named(new Tags(PIANO_DRUMS_SITAR, 0, BLOCK_MS), 1, [0.8, 0.9, 0.8])[0], '');
});

test('a word stays, and in its place, until another leads clearly', () => {
  const subject = new Tags([tag('piano'), tag('drums')], 1, BLOCK_MS);
  assert.is(named(subject, 1, [0.7, 0.6])[0], 'piano');
  assert.is(named(subject, 300, [0.6, 0.7], 2).at(-1), 'piano');
  assert.is(named(subject, 300, [0.6, 0.8], 302).at(-1), 'drums');
  const both = new Tags([tag('piano'), tag('drums')], 2, BLOCK_MS);
  named(both, 1, [0.7, 0.6]);
  assert.is(named(both, 300, [0.6, 0.7], 2).at(-1), 'piano drums');
  assert.is(named(both, 300, [0.6, 0.8], 302).at(-1), 'drums piano');
});

test('whatever comes, a word that goes does not come back within a second', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 40, maxLength: 120 }), (blocks) => {
    const subject = new Tags([tag('piano'), tag('drums')], 2, BLOCK_MS);
    const words = blocks.map((block, index) => {
      subject.push(block, index + 24); // past the plain mean
      return new Set(subject.name().tags.map(([name]) => name));
    });
    for (const name of ['piano', 'drums']) {
      let goneAt = -Infinity;
      words.forEach((set, index) => {
        if (index > 0 && words[index - 1]!.has(name) && !set.has(name)) goneAt = index;
        if (index > 0 && !words[index - 1]!.has(name) && set.has(name)) assert.ok(index - goneAt >= 3);
      });
    }
  }));
});

test('after a reset the tags before it are forgotten, but not for the summary', () => {
  const subject = new Tags(PIANO_DRUMS_SITAR, 3, BLOCK_MS);
  named(subject, 30, [0.9, 0, 0]);
  assert.is(named(subject, 1, [0.2, 0.9, 0])[0], 'drums');
  named(subject, 29, [0.2, 0.9, 0], 2);
  assert.equal(subject.summary().tags, [['piano', 0.55], ['drums', 0.45]]);
});

test('no music and no tags', () => {
  assert.equal(new Tags(PIANO_DRUMS_SITAR, 3, BLOCK_MS).summary(), { tags: [] });
  const none = new Tags([], 20, BLOCK_MS);
  none.push([], 1);
  assert.equal([none.name(), none.summary()], [{ tags: [] }, { tags: [] }]);
});

test('the axes: half where all is as usual, towards the end whose tags are above it', () => {
  const tags = ['calm', 'exciting', 'sad', 'happy'].map((name) => tag(name));
  assert.equal(moodOf(tags, [0.1, 0.1, 0.1, 0.1]), { lively: 0.5, happy: 0.5 });
  // Log odds of 0.5 less those of 0.1: ln 9; halved in the logistic function: 3 / (3 + 1).
  assert.equal(moodOf(tags, [0.1, 0.5, 0.5, 0.1]), { lively: 0.75, happy: 0.25 });
  const extreme = moodOf(tags, [0, 1, 1, 0])!;
  assert.equal(extreme, { lively: 0.953, happy: 0.047 }, 'limited to 3 on either side');
});

test('an axis that has no tag at one end is left out', () => {
  assert.equal(moodOf([tag('happy'), tag('sad'), tag('calm')], [0.1, 0.1, 0.9]), { happy: 0.5 });
  assert.is(moodOf([tag('happy'), tag('piano')], [0.9, 0.9]), undefined);
});

test.run();
