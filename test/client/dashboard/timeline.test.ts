/** Predictions as stretches, and their layout on the ribbon. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import type { Prediction } from '../../../server/protocol/messages.js';
import { History, LONGEST_SPAN_MS } from '../../../client/dashboard/model/history.js';
import { agoMarks, layOut, stretchSentence } from '../../../client/dashboard/model/ribbon.js';

const BLOCK_MS = 350;

function predicted(block: number, genre: string | null, fields: Partial<Prediction> = {}): Prediction {
  return { type: 'prediction', seq: block, atMs: block * BLOCK_MS, state: genre === null ? 'silence' : 'music', genre, p: 0.5, top: [], music: 1, level: -20, peak: -10, lagMs: 1, droppedMs: 0, ...fields };
}

test('consecutive predictions of one genre are one stretch with their mean confidence', () => {
  const history = new History(BLOCK_MS);
  history.push(predicted(1, null, { state: 'warming' }));
  for (const [block, p] of [[2, 0.4], [3, 0.6], [4, 0.8]] as const) history.push(predicted(block, 'rock', { p }));
  history.push(predicted(5, 'jazz'));
  assert.equal(history.stretches.map(({ content, genre, fromMs, toMs }) => [content, genre, fromMs, toMs]), [
    ['warming', null, 0, 350], ['music', 'rock', 350, 1400], ['music', 'jazz', 1400, 1750],
  ]);
  assert.ok(Math.abs(history.stretches[1]!.p - 0.6) < 1e-12);
  assert.is(history.currentMs, 350);
});

test('speech, noise and music of an unknown genre are separate stretches', () => {
  const history = new History(BLOCK_MS);
  history.push(predicted(1, null, { state: 'speech' }));
  history.push(predicted(2, null, { state: 'unknown' }));
  history.push(predicted(3, null, { state: 'unknown', top: [['rock', 0.2]] }));
  assert.equal(history.stretches.map((stretch) => stretchSentence(stretch)), ['Speech, 0:00 to 0:00', 'Not music, 0:00 to 0:00', 'Unknown, 0:00 to 0:01']);
});

test('a gap in the predictions is a separate stretch, and repeated predictions are ignored', () => {
  const history = new History(BLOCK_MS);
  history.push(predicted(1, 'rock'));
  history.push(predicted(5, 'rock'));
  history.push(predicted(5, 'rock'));
  history.push(predicted(4, 'jazz'));
  assert.equal(history.stretches.map(({ content, fromMs, toMs }) => [content, fromMs, toMs]), [['music', 0, 350], ['missed', 350, 1400], ['music', 1400, 1750]]);
});

test('for any predictions, stretches are contiguous and no older than the longest span', () => {
  const step = fc.record({ skip: fc.integer({ min: 0, max: 400 }), genre: fc.constantFrom('a', 'b', null) });
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
    const history = new History(BLOCK_MS);
    let block = 0;
    for (const { skip, genre } of steps) history.push(predicted(block += 1 + skip, genre));
    const { stretches, endMs } = history;
    assert.is(stretches.at(-1)!.toMs, endMs);
    for (const [i, { fromMs, toMs }] of stretches.entries()) {
      assert.ok(toMs > fromMs);
      if (i > 0) assert.is(fromMs, stretches[i - 1]!.toMs);
    }
    assert.ok(stretches[0]!.toMs > endMs - LONGEST_SPAN_MS);
    const segments = layOut(history);
    const last = segments.at(-1)!;
    assert.ok(Math.abs(last.left + last.width - 1) < 1e-9);
    assert.ok(segments.every(({ left, width }) => left >= 0 && width > 0));
  }));
});

test('the span is one minute, then two, then five', () => {
  const history = new History(BLOCK_MS);
  const spans = new Set<number>();
  for (let block = 1; block < 1200; block++) {
    history.push(predicted(block, 'rock'));
    spans.add(history.spanMs);
  }
  assert.equal([...spans], [60_000, 120_000, 300_000]);
  assert.equal(agoMarks(60_000).map(({ text }) => text), ['−1:00', '−0:45', '−0:30', '−0:15', 'now']);
});

test('the sentence of a stretch', () => {
  const stretch = { content: 'music', genre: 'rock', fromMs: 21_000, toMs: 48_500, p: 0.842, blocks: 80 } as const;
  assert.is(stretchSentence(stretch), 'Rock, 0:21 to 0:48, 84 % sure');
  assert.is(stretchSentence({ ...stretch, content: 'silence', genre: null }), 'Silence, 0:21 to 0:48');
});

test.run();
