import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clipsOf } from '../../../server/data-packs/clips.js';

const RATE = 22050;

/** Samples whose values are their positions. */
const counted = (length: number): Float32Array => Float32Array.from({ length }, (_, n) => n);

test('a recording of GTZAN is one clip with ten pieces; what is left over is in the clip alone', () => {
  for (const length of [661_500, 661_794, 31 * RATE]) {
    const { whole, pieces } = clipsOf(counted(length));
    assert.is(whole.length, length);
    assert.equal(pieces.map((piece) => [piece[0], piece.length]), Array.from({ length: 10 }, (_, n) => [n * 66_150, 66_150]));
  }
});

test('of a longer one the first 30 s count', () => {
  for (const length of [31 * RATE + 1, 100 * RATE]) {
    const { whole, pieces } = clipsOf(counted(length));
    assert.equal([whole[0], whole.length, pieces.length], [0, 30 * RATE, 10]);
  }
});

test('a shorter one has as many pieces as fit', () => {
  assert.equal([RATE, 3 * RATE - 1, 3 * RATE, 29 * RATE].map((length) => clipsOf(counted(length)).pieces.length), [0, 0, 1, 9]);
});

test.run();
