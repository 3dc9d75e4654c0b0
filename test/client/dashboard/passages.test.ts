/** Timeline of a station from history and live predictions, and its pixels on a ribbon. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { Passages, passageSentence, type Passage, type StationHistory } from '../../../client/dashboard/model/passages.js';
import { runs, timeMarks } from '../../../client/dashboard/model/runs.js';
import { playedTitles } from '../../../client/dashboard/model/titles.js';
import type { Prediction } from '../../../server/protocol/messages.js';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 21, 12);
const BLOCK_MS = 350;

const iso = (s: number): string => new Date(START + s * 1000).toISOString();

function segment(from: number, to: number, genre: string | null, given: Partial<StationHistory['segments'][number]> = {}): StationHistory['segments'][number] {
  return { from: iso(from), to: iso(to), state: genre === null ? 'silence' : 'music', genre, p: 0.5, nowPlaying: null, ...given };
}

function loaded(given: Partial<StationHistory>): Passages {
  const passages = new Passages(DAY_MS);
  passages.load({ from: iso(0), to: iso(600), segments: [], states: [], ...given });
  return passages;
}

function predicted(genre: string | null, given: Partial<Prediction> = {}): Prediction {
  return { type: 'prediction', seq: 1, atMs: 0, state: genre === null ? 'silence' : 'music', genre, p: 0.5, top: [], music: 1, level: -20, peak: -10, lagMs: 1, droppedMs: 0, ...given };
}

const summarised = (passages: Passages): unknown[] => passages.all.map(({ content, genre, fromMs, toMs }) => [genre ?? content, (fromMs - START) / 1000, (toMs - START) / 1000]);

test('gaps between segments have the reason, or are not recorded', () => {
  const passages = loaded({
    segments: [segment(100, 200, 'rock'), segment(300, 600, 'jazz')],
    states: [{ from: iso(90), to: iso(220), state: 'live', reason: null }, { from: iso(220), to: iso(290), state: 'failing', reason: 'Refused.' }, { from: iso(290), to: null, state: 'live', reason: null }],
  });
  assert.equal(summarised(passages), [['missed', 0, 100], ['rock', 100, 200], ['missed', 200, 220], ['failing', 220, 290], ['missed', 290, 300], ['jazz', 300, 600]]);
  assert.is(passages.all[3]!.reason, 'Refused.');
});

test('an ongoing outage reaches the end of the ribbon', () => {
  const passages = loaded({ segments: [segment(0, 500, 'rock')], states: [{ from: iso(500), to: null, state: 'stalled', reason: 'No bytes.' }] });
  assert.equal(summarised(passages), [['rock', 0, 500], ['stalled', 500, 600]]);
});

test('short gaps between segments are closed, and equal neighbours are merged', () => {
  const passages = loaded({ segments: [segment(0, 200, 'rock', { p: 0.4 }), segment(203, 400, 'rock', { p: 0.8 }), segment(400, 598, null)] });
  assert.equal(summarised(passages), [['rock', 0, 400], ['silence', 400, 600]]);
  assert.ok(Math.abs(passages.all[0]!.p - (0.4 * 203 + 0.8 * 197) / 400) < 1e-9);
});

test('live predictions extend the history, and a new genre begins a passage', () => {
  const passages = loaded({ segments: [segment(0, 600, 'rock')] });
  passages.push(predicted('rock', { p: 1 }), BLOCK_MS, START + 600_350);
  assert.equal(summarised(passages), [['rock', 0, 600.35]]);
  assert.ok(passages.last!.p < 0.51, 'one block has little weight against ten minutes');
  passages.push(predicted(null, { state: 'speech' }), BLOCK_MS, START + 600_700);
  assert.equal(summarised(passages), [['rock', 0, 600.35], ['speech', 600.35, 600.7]]);
  assert.is(Math.round(passages.currentMs), 350);
});

test('the title comes from the station, and a new one begins a passage', () => {
  const passages = new Passages(DAY_MS);
  passages.setState('live', 'One', null, START);
  passages.push(predicted('rock'), BLOCK_MS, START + 350);
  passages.setState('live', 'Two', null, START + 400);
  passages.push(predicted('rock'), BLOCK_MS, START + 700);
  assert.equal(passages.all.map(({ title }) => title), ['One', 'Two']);
  assert.equal(playedTitles(passages.all).map(({ title, fromMs, toMs }) => [title, fromMs - START, toMs - START]), [['One', 0, 350], ['Two', 350, 700]]);
});

test('a station that fails shows the reason until audio is back', () => {
  const passages = loaded({ segments: [segment(0, 600, 'rock')] });
  passages.setState('failing', null, 'Refused.', START + 601_000);
  passages.setState('failing', null, 'Refused.', START + 605_000);
  passages.setState('live', null, null, START + 606_000);
  passages.push(predicted('rock'), BLOCK_MS, START + 607_000);
  assert.equal(summarised(passages), [['rock', 0, 600], ['failing', 600, 605], ['rock', 605, 607]]);
});

test('reloading the history keeps live passages after its end', () => {
  const passages = loaded({ segments: [segment(0, 600, 'rock')] });
  passages.push(predicted('jazz'), BLOCK_MS, START + 601_000);
  passages.load({ from: iso(0), to: iso(600), segments: [segment(0, 600, 'rock')], states: [] });
  assert.equal(summarised(passages), [['rock', 0, 600], ['jazz', 600, 601]]);
});

test('the sentence of a passage has its time, confidence and title', () => {
  const at = (hours: number, minutes: number): number => new Date(2026, 10, 21, hours, minutes, 20).getTime();
  const passage: Passage = { content: 'music', genre: 'rock', title: 'Song', reason: null, fromMs: at(14, 5), toMs: at(14, 8), p: 0.842, blocks: 1 };
  assert.is(passageSentence(passage), 'Rock, 14:05:20 to 14:08:20, 84 % sure. Playing: Song.');
  assert.is(passageSentence({ ...passage, content: 'stalled', genre: null, title: null, reason: 'No bytes came.' }), 'Stalled, 14:05:20 to 14:08:20. No bytes came.');
});

test('passages are contiguous for any history', () => {
  const step = fc.record({ skip: fc.integer({ min: 0, max: 60 }), length: fc.integer({ min: 1, max: 90 }), genre: fc.constantFrom('a', 'b', null) });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), fc.array(step, { maxLength: 30 }), (segments, gaps) => {
    let s = 0;
    const at = ({ skip, length }: { skip: number; length: number }): [number, number] => [s += skip, s += length];
    const recorded = segments.map((each) => segment(...at(each), each.genre));
    s = 0;
    const states = gaps.map((each) => {
      const [from, to] = at(each);
      return { from: iso(from), to: iso(to), state: each.genre === null ? 'failing' as const : 'live' as const, reason: null };
    });
    const passages = loaded({ to: iso(6000), segments: recorded, states });
    const { all } = passages;
    for (const [i, { fromMs, toMs }] of all.entries()) {
      assert.ok(toMs > fromMs);
      if (i > 0) assert.is(fromMs, all[i - 1]!.toMs);
    }
    assert.is(all.at(-1)!.toMs, START + 6_000_000);
  }));
});

test('a pixel shows the longest passage in it', () => {
  const passage = (fromMs: number, toMs: number, genre: string): Passage => ({ content: 'music', genre, title: null, reason: null, fromMs, toMs, p: 1, blocks: 0 });
  const all = [passage(0, 14, 'a'), passage(14, 16, 'b'), passage(16, 30, 'c')];
  assert.equal(runs(all, 0, 40, 4).map(({ x, width, passage: { genre } }) => [x, width, genre]), [[0, 2, 'a'], [2, 1, 'c']]);
});

test('runs are contiguous and within the ribbon for any width', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 50 }), fc.integer({ min: 1, max: 300 }), (lengths, width) => {
    let at = 0;
    const all = lengths.map((length): Passage => ({ content: 'music', genre: 'a', title: null, reason: null, fromMs: at, toMs: at += length, p: 1, blocks: 0 }));
    let end = 0;
    for (const run of runs(all, 0, Math.max(1, at), width)) {
      assert.is(run.x, end);
      end = run.x + run.width;
    }
    assert.ok(end <= width);
    assert.ok(all.length === 0 || end === width);
  }));
});

test('time marks are at round times, and no more than fit', () => {
  const now = new Date(2026, 10, 21, 14, 7).getTime();
  assert.equal(timeMarks(now - 3_600_000, now, 4).map(({ text }) => text), ['13:15', '13:30', '13:45', '14:00']);
  const day = timeMarks(now - DAY_MS, now, 8);
  assert.equal(day.map(({ text }) => text), ['15:00', '18:00', '21:00', '00:00', '03:00', '06:00', '09:00', '12:00']);
  assert.ok(day.every(({ position }) => position >= 0 && position <= 1));
});

test.run();
