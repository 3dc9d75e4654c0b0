import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Segments } from '../../../server/pipe/segments.js';
import type { StreamState } from '../../../server/protocol/messages.js';

const LABELS = ['rock', 'jazz'];

/** One block a second: `w` warming, `s` silence, `t` talk, `u` unknown, `r` rock, `j` jazz. */
function fold(blocks: string, { maxSegments = 100, fromMs = 0, unknownBelow = 0, q = [0.7, 0.3] } = {}): Segments {
  const segments = new Segments(LABELS, maxSegments, { fromMs, unknownBelow });
  [...blocks].forEach((letter, index) => {
    const genre = letter === 'r' ? 'rock' : letter === 'j' ? 'jazz' : null;
    const state: StreamState = ({ w: 'warming', s: 'silence', t: 'speech', u: 'unknown' } as const)[letter] ?? 'music';
    segments.push({ atMs: fromMs + 1000 * (index + 1), state, genre, p: genre === null ? 0 : 0.5 + index / 100, countsAsMusic: state === 'warming' || state === 'music', probabilities: q });
  });
  return segments;
}

const timeline = (segments: Segments, durationMs: number): string[] => segments.summary(durationMs).segments
  .map(({ fromMs, toMs, genre, state }) => `${fromMs}-${toMs} ${genre ?? state}`);

test('a stretch of one genre is one segment; warming up belongs to what follows', () => {
  assert.equal(timeline(fold('wwrrrjj'), 7000), ['0-5000 rock', '5000-7000 jazz']);
});

test('silence is a segment of its own', () => {
  assert.equal(timeline(fold('wrrsswrr'), 8000), ['0-3000 rock', '3000-5000 silence', '5000-8000 rock']);
});

test('speech and what is unknown are segments of their own, and warming up after them belongs to the music', () => {
  assert.equal(timeline(fold('wttuuwrrtt'), 10_000), ['0-3000 speech', '3000-5000 unknown', '5000-8000 rock', '8000-10000 speech']);
  assert.equal(fold('ttt').summary(3000), { type: 'summary', durationMs: 3000, genre: null, p: 0, top: [], segments: [{ fromMs: 0, toMs: 3000, genre: null, p: 0, state: 'speech' }] });
});

test('a whole whose best genre stays below the floor is of no known genre, and says what comes closest', () => {
  const { genre, p, top } = fold('rrr', { unknownBelow: 0.71 }).summary(3000);
  assert.equal({ genre, p, top }, { genre: null, p: 0, top: [['rock', 0.7], ['jazz', 0.3]] });
  assert.is(fold('rrr', { unknownBelow: 0.69 }).summary(3000).genre, 'rock');
});

test('the last segment reaches to the end of the sound, the first from its start', () => {
  assert.equal(timeline(fold('rr', { fromMs: 500 }), 2600), ['500-2600 rock']);
});

test('a stream that ends while warming up says so', () => {
  assert.equal(timeline(fold('ww'), 2000), ['0-2000 warming']);
  assert.is(fold('ww').summary(2000).genre, 'rock', 'the whole still has a best guess');
});

test('p of a segment is the mean of what was shown', () => {
  assert.is(fold('rrr').summary(3000).segments[0]!.p, 0.51);
});

test('the genre of the whole is the argmax of the mean log score, silence left out', () => {
  const segments = new Segments(LABELS, 10);
  const push = (atMs: number, state: StreamState, probabilities: number[]): void => segments.push({ atMs, state, genre: state === 'music' ? 'rock' : null, p: 0, countsAsMusic: state !== 'silence', probabilities });
  push(1, 'warming', [0.9, 0.1]);
  push(2, 'music', [0.9, 0.1]);
  push(3, 'music', [0.001, 0.999]);
  push(4, 'silence', [1, 0]);
  // Mean logs: (2 ln 0.9 + ln 0.001) / 3 against (2 ln 0.1 + ln 0.999) / 3.
  const rock = Math.exp((2 * Math.log(0.9) + Math.log(0.001)) / 3);
  const jazz = Math.exp((2 * Math.log(0.1) + Math.log(0.999)) / 3);
  const { genre, p, top } = segments.summary(4);
  assert.is(genre, 'jazz');
  assert.is(p, Math.round((jazz / (rock + jazz)) * 1e4) / 1e4);
  assert.equal(top?.map(([label]) => label), ['jazz', 'rock']);
});

test('a score of zero is not the end of a genre', () => {
  const segments = new Segments(LABELS, 10);
  for (let second = 0; second < 100; second++) {
    segments.push({ atMs: second, state: 'music', genre: 'rock', p: 1, countsAsMusic: true, probabilities: second === 50 ? [0, 1] : [0.9, 0.1] });
  }
  assert.is(segments.summary(100).genre, 'rock');
});

test('nothing heard, nothing said', () => {
  assert.equal(new Segments(LABELS, 10).summary(40), { type: 'summary', durationMs: 40, genre: null, p: 0, top: [], segments: [] });
  assert.equal(fold('ssss').summary(4000).genre, null);
});

test('of a stream that runs for months the oldest segments are forgotten', () => {
  const { segments } = fold('rj'.repeat(500), { maxSegments: 3 }).summary(1_000_000);
  assert.is(segments.length, 3);
  assert.is(segments.at(-1)!.toMs, 1_000_000);
});

test.run();
