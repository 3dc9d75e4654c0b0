import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Segments } from '../../../server/pipe/segments.js';
import type { StreamState } from '../../../server/protocol/messages.js';

const LABELS = ['rock', 'jazz'];

/** Pushes blocks of one second: `w` warming, `s` silence, `t` talk, `u` unknown, `o` music of none of the labels, `r` rock, `j` jazz. */
function segmentsOf(blocks: string, { maxSegments = 100, fromMs = 0, unknownBelow = 0, q = [0.7, 0.3] } = {}): Segments {
  const segments = new Segments(LABELS, maxSegments, { fromMs, unknownBelow });
  [...blocks].forEach((letter, index) => {
    const genre = letter === 'r' ? 'rock' : letter === 'j' ? 'jazz' : null;
    const state: StreamState = ({ w: 'warming', s: 'silence', t: 'speech', u: 'unknown', o: 'unknown' } as const)[letter] ?? 'music';
    segments.push({ atMs: fromMs + 1000 * (index + 1), state, genre, p: genre === null ? 0 : 0.5 + index / 100, countsAsMusic: state === 'warming' || state === 'music' || letter === 'o', isOutside: letter === 'o', probabilities: q });
  });
  return segments;
}

const timeline = (segments: Segments, durationMs: number): string[] => segments.summary(durationMs).segments
  .map(({ fromMs, toMs, genre, state }) => `${fromMs}-${toMs} ${genre ?? state}`);

test('consecutive blocks of one genre are one segment; warm-up is part of the next segment', () => {
  assert.equal(timeline(segmentsOf('wwrrrjj'), 7000), ['0-5000 rock', '5000-7000 jazz']);
});

test('silence is a separate segment', () => {
  assert.equal(timeline(segmentsOf('wrrsswrr'), 8000), ['0-3000 rock', '3000-5000 silence', '5000-8000 rock']);
});

test('speech and unknown sound are separate segments, and warm-up after them is part of the music', () => {
  assert.equal(timeline(segmentsOf('wttuuwrrtt'), 10_000), ['0-3000 speech', '3000-5000 unknown', '5000-8000 rock', '8000-10000 speech']);
  assert.equal(segmentsOf('ttt').summary(3000), { type: 'summary', durationMs: 3000, genre: null, p: 0, top: [], segments: [{ fromMs: 0, toMs: 3000, genre: null, p: 0, state: 'speech' }] });
});

test('if the best genre is below unknownBelow, the summary has no genre but still lists the labels', () => {
  const { genre, p, top } = segmentsOf('rrr', { unknownBelow: 0.71 }).summary(3000);
  assert.equal({ genre, p, top }, { genre: null, p: 0, top: [['rock', 0.7], ['jazz', 0.3]] });
  assert.is(segmentsOf('rrr', { unknownBelow: 0.69 }).summary(3000).genre, 'rock');
});

test('where most of the music is of none of the labels the summary has no genre but still lists the labels', () => {
  const none = { genre: null, p: 0, top: [['rock', 0.7], ['jazz', 0.3]] };
  for (const blocks of ['ooo', 'wooorr', 'rrooo', 'wwoor', 'otttt']) {
    const { genre, p, top } = segmentsOf(blocks).summary(9000);
    assert.equal({ genre, p, top }, none, blocks);
  }
  for (const blocks of ['rroo', 'wrroo', 'wwroo']) assert.is(segmentsOf(blocks).summary(9000).genre, 'rock', blocks);
  assert.equal(timeline(segmentsOf('wwooorr'), 7000), ['0-5000 unknown', '5000-7000 rock']);
});

test('the ranking of music of known genres is not that of the rest', () => {
  const segments = new Segments(LABELS, 10);
  const push = (atMs: number, isOutside: boolean, probabilities: number[]): void => segments.push({ atMs, state: isOutside ? 'unknown' : 'music', genre: isOutside ? null : 'rock', p: 0, countsAsMusic: true, isOutside, probabilities });
  push(1, false, [0.9, 0.1]);
  push(2, false, [0.9, 0.1]);
  push(3, true, [0.1, 0.9]);
  assert.equal(segments.summary(3).top, [['rock', 0.9], ['jazz', 0.1]]);
  push(4, true, [0.1, 0.9]);
  push(5, true, [0.1, 0.9]);
  assert.is(segments.summary(5).top![0]![0], 'jazz');
});

test('the first segment begins at the start of the sound, the last ends at its end', () => {
  assert.equal(timeline(segmentsOf('rr', { fromMs: 500 }), 2600), ['500-2600 rock']);
});

test('a stream that ends while warming up says so', () => {
  assert.equal(timeline(segmentsOf('ww'), 2000), ['0-2000 warming']);
  assert.equal([segmentsOf('ww').summary(2000).genre, segmentsOf('ww').summary(2000).top], [null, []]);
});

test('the p of a segment is the mean of its blocks\' p', () => {
  assert.is(segmentsOf('rrr').summary(3000).segments[0]!.p, 0.51);
});

test('the genre of the stream is the argmax of the mean log probability, without silence', () => {
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

test('the genre of the whole comes only from time that was shown as music, and its warm-up', () => {
  const segments = new Segments(LABELS, 10);
  let atMs = 0;
  const push = (state: StreamState, probabilities: number[]): void => segments.push({ atMs: atMs += 1000, state, genre: state === 'music' ? 'rock' : null, p: 0, countsAsMusic: true, probabilities });
  for (const state of ['warming', 'unknown', 'speech', 'unknown'] as const) push(state, [0.01, 0.99]);
  assert.equal([segments.summary(atMs).genre, segments.summary(atMs).top], [null, []]);
  push('warming', [0.6, 0.4]);
  push('music', [0.6, 0.4]);
  push('unknown', [0.01, 0.99]);
  push('warming', [0.01, 0.99]);
  assert.equal(segments.summary(atMs).top, [['rock', 0.6], ['jazz', 0.4]]);
});

test('a score of zero is not the end of a genre', () => {
  const segments = new Segments(LABELS, 10);
  for (let second = 0; second < 100; second++) {
    segments.push({ atMs: second, state: 'music', genre: 'rock', p: 1, countsAsMusic: true, probabilities: second === 50 ? [0, 1] : [0.9, 0.1] });
  }
  assert.is(segments.summary(100).genre, 'rock');
});

test('without blocks the summary is empty', () => {
  assert.equal(new Segments(LABELS, 10).summary(40), { type: 'summary', durationMs: 40, genre: null, p: 0, top: [], segments: [] });
  assert.equal(segmentsOf('ssss').summary(4000).genre, null);
});

test('the oldest segments are discarded above maxSegments', () => {
  const { segments } = segmentsOf('rj'.repeat(500), { maxSegments: 3 }).summary(1_000_000);
  assert.is(segments.length, 3);
  assert.is(segments.at(-1)!.toMs, 1_000_000);
});

test.run();
