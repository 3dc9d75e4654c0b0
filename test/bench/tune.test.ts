/** The arithmetic of `bench:tune`: what hindsight does, and what is counted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestStation, byDial, figuresOf, hindsight, surestNow, truthOf, type Timeline } from './tune/dial-figures.js';

/** A station by the second: j is jazz, r rock, s speech; what is said is what is true. */
function timeline(id: string, text: string): Timeline {
  const truth = [...text].map((letter) => ({ j: 'jazz', r: 'rock', s: 'speech' })[letter]!);
  return { truth, said: truth.map((each) => ({ id, state: 'live', heard: each === 'speech' ? 'speech' : 'music', genre: each === 'speech' ? null : each, p: each === 'speech' ? 0 : 0.8 })) };
}

test('truth by the second follows the parts', () => {
  assert.equal(truthOf([{ fromMs: 0, toMs: 1500, truth: 'jazz' }, { fromMs: 1500, toMs: 9000, truth: 'speech' }], 4), ['jazz', 'jazz', 'speech', 'speech']);
});

test('hindsight has all there is with the fewest hops', () => {
  const stations = [timeline('a', 'jjssrrrrjj'), timeline('b', 'rjjjsssssr'), timeline('c', 'rrrrrjjjrr')];
  const choice = hindsight(stations, 'jazz');
  assert.equal(choice, [0, 0, 1, 1, 1, 2, 2, 2, 0, 0]);
  assert.equal(figuresOf(choice, stations, 'jazz'), { wished: 0.9, speech: 0.1, hopsPerMinute: 18 });
  assert.equal(bestStation(stations, 'jazz'), Array(10).fill(0));
});

test('the dial and the surest station listen to what is said', () => {
  const stations = [timeline('a', `${'j'.repeat(20)}${'s'.repeat(40)}`), timeline('b', `r${'j'.repeat(59)}`)];
  assert.equal(figuresOf(surestNow(stations, 'jazz'), stations, 'jazz').speech, 0);
  const dial = figuresOf(byDial({ speechMs: 6000 })(stations, 'jazz'), stations, 'jazz');
  assert.equal([dial.hopsPerMinute, Math.round(60 * dial.speech)], [1, 5]);
});

test.run();
