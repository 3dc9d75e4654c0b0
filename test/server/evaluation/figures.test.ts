/** The figures of crafted tracks, worked out by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { figuresOf } from '../../../server/evaluation/figures.js';
import type { HeardBlock, HeardTrack } from '../../../server/evaluation/listen.js';

const LABELS = ['a', 'b'];

/** Blocks of half a second; a letter is the shown genre, capital while warming up, '-' silence. */
function blocks(shown: string, p = 0.8): HeardBlock[] {
  return [...shown].map((letter, index) => {
    const leading = letter === '-' ? null : LABELS.indexOf(letter.toLowerCase());
    return {
      atMs: 500 * (index + 1),
      probabilities: Float32Array.from(leading === 1 ? [1 - p, p] : [p, 1 - p]),
      shown: letter === letter.toLowerCase() ? leading : null,
      leading,
      p,
    };
  });
}

const track = (truth: number, shown: string, p?: number): HeardTrack => ({ id: shown, truth, blocks: blocks(shown, p), stretches: [blocks(shown.slice(0, 3), p)] });
const figures = (...heard: HeardTrack[]) => figuresOf(heard, LABELS, { split: 's', source: 'levels' });

test('a track is what its mean log score says, a stretch too', () => {
  const { tracks, trackAccuracy, segmentAccuracy, confusion, perGenre, trackAccuracy95 } = figures(track(0, 'AAbbbbbbbb'), track(1, 'BBbbbbbbbb'), track(0, 'aaaaaaaaaa'));
  assert.is(tracks, 3);
  assert.is(trackAccuracy, 2 / 3);
  assert.is(segmentAccuracy, 1, 'the first three blocks of the first track are mostly right');
  assert.equal(confusion, [[1, 1], [0, 1]]);
  assert.equal(perGenre['b'], { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
  assert.ok(trackAccuracy95[0] > 0.2 && trackAccuracy95[1] < 0.95);
});

test('accuracy after some seconds looks at the block that ends by then', () => {
  const { accuracyAfterS } = figures(track(0, 'BBAabbbb'), track(1, 'BBBbbbbb'));
  assert.is(accuracyAfterS['1'], 0.5);
  assert.is(accuracyAfterS['2'], 1);
  assert.is(accuracyAfterS['3'], 0.5);
  assert.is(accuracyAfterS['30'], 0.5, 'a shorter track counts as at its end');
});

test('the time to the right genre asks it to stay for five seconds', () => {
  assert.is(figures(track(0, 'AAbbaaaaaaaaaaaa')).medianTimeToCorrectMs, 2500);
  assert.is(figures(track(0, 'AAaaabaaaaaaaaaaaaa')).medianTimeToCorrectMs, 3500);
  assert.is(figures(track(0, 'AAaaa')).medianTimeToCorrectMs, null, 'the track ends too soon');
  assert.is(figures(track(0, 'AAaaaaaaaaaaaaa'), track(0, 'bbbbbbbbbbbbbbbb')).medianTimeToCorrectMs, 1500, 'a track got wrong has no time');
});

test('flips are changes of what is shown, also across a silence', () => {
  const heard = track(0, 'ABABaabba--baa');
  assert.ok(Math.abs(figures(heard).flipsPerMinute - 4 / (7 / 60)) < 1e-9);
});

test('calibration compares confidence with how often it is right', () => {
  assert.ok(Math.abs(figures(track(0, 'aaaaaaabbb', 0.7)).ece) < 1e-6);
  assert.ok(Math.abs(figures(track(0, 'bbbbbbbbbb', 0.7)).ece - 0.7) < 1e-6);
});

test.run();
