/** The model of the page of files, without a page. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dropZone } from '../../../client/dashboard/model/drop-zone.js';
import { EventReader } from '../../../client/dashboard/model/event-reader.js';
import { FileAnalysis } from '../../../client/dashboard/model/file-analysis.js';
import { numbersAsCsv, numbersAsJson, savedName } from '../../../client/dashboard/model/file-numbers.js';
import { levelPyramid, peakPyramid } from '../../../client/dashboard/model/pyramid.js';
import { marksIn, MIN_SPAN_MS, TimeWindow } from '../../../client/dashboard/model/time-window.js';
import type { Prediction, Stretch } from '../../../server/protocol/messages.js';

test('each row of a zoom is the range of the rows below it, however they came', () => fc.assert(fc.property(
  fc.array(fc.array(fc.tuple(fc.integer({ min: -127, max: 127 }), fc.integer({ min: -127, max: 127 })), { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 30 }),
  (batches) => {
    const pyramid = peakPyramid();
    for (const batch of batches) pyramid.append(Int8Array.from(batch.flat()));
    const all = batches.flat();
    assert.is(pyramid.rows, all.length);
    assert.is(pyramid.rowsAt(pyramid.levels - 1), 1);
    for (let level = 0; level < pyramid.levels; level++) {
      assert.is(pyramid.rowsAt(level), Math.ceil(all.length / 2 ** level));
      for (let row = 0; row < pyramid.rowsAt(level); row++) {
        const below = all.slice(row * 2 ** level, (row + 1) * 2 ** level);
        const bytes = pyramid.bytesAt(level)!;
        assert.is(bytes[2 * row], Math.min(...below.map(([low]) => low)));
        assert.is(bytes[2 * row + 1], Math.max(...below.map(([, high]) => high)));
      }
    }
  },
)));

test('a view is drawn from about as many rows as it has pixels, whatever its length', () => {
  const pyramid = levelPyramid(2);
  // Two hours of columns.
  pyramid.append(new Uint8Array(2 * 82_700).fill(7));
  assert.equal([0.1, 1, 1.9, 2, 59].map((rows) => pyramid.levelFor(rows)), [0, 0, 0, 1, 5]);
  assert.is(pyramid.levelFor(1e9), pyramid.levels - 1);
  assert.is(pyramid.bytesAt(5)![100], 7);
});

test('a window shows all of a growing file, until it is zoomed', () => {
  const window = new TimeWindow();
  for (const durationMs of [10_000, 60_000]) {
    window.durationMs = durationMs;
    assert.equal([window.fromMs, window.toMs, window.isWhole], [0, durationMs, true]);
  }
  window.zoom(0.5, 20_000);
  assert.equal([window.fromMs, window.toMs, window.isWhole], [10_000, 40_000, false]);
  window.durationMs = 80_000;
  assert.equal([window.fromMs, window.toMs], [10_000, 40_000]);
  window.showAll();
  assert.equal([window.fromMs, window.toMs], [0, 80_000]);
});

test('a window stays within the file, and the place under the pointer where it is', () => fc.assert(fc.property(
  fc.integer({ min: 1, max: 10_000_000 }),
  fc.array(fc.tuple(fc.constantFrom('zoom', 'move', 'reveal'), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true })), { maxLength: 20 }),
  (durationMs, steps) => {
    const window = new TimeWindow();
    window.durationMs = durationMs;
    for (const [step, position, size] of steps) {
      const atMs = window.timeAt(position);
      if (step === 'zoom') {
        window.zoom(size, atMs);
        // Unless an end is reached.
        if (window.fromMs > 1 && window.toMs < durationMs - 1) assert.ok(Math.abs(window.positionOf(atMs) - position) < 1e-3);
      } else if (step === 'move') window.move((size - 50) * 1000);
      else {
        window.reveal(position * durationMs);
        assert.ok(position * durationMs >= window.fromMs - 1e-6 && position * durationMs <= window.toMs + 1e-6);
      }
      assert.ok(window.fromMs >= 0 && window.toMs <= durationMs + 1e-6);
      assert.ok(window.spanMs >= Math.min(MIN_SPAN_MS, durationMs) - 1e-6);
    }
  },
)));

test('times on the axis are round, and not too many', () => {
  assert.equal(marksIn({ fromMs: 0, toMs: 75_000 }, 8).map(({ text }) => text), ['0:00', '0:10', '0:20', '0:30', '0:40', '0:50', '1:00', '1:10']);
  assert.equal(marksIn({ fromMs: 3_599_200, toMs: 3_601_000 }, 4).map(({ text }) => text), ['59:59.5', '1:00:00.0', '1:00:00.5', '1:00:01.0']);
  assert.ok(marksIn({ fromMs: 0, toMs: 80 * 3_600_000 }, 6).length <= 22);
});

test('events are read, however their text is cut', () => {
  const text = 'event: progress\ndata: {"a":1}\n\nevent: summary\ndata: {}\n\n';
  for (let size = 1; size <= text.length; size++) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.push(text.slice(at, at + size)));
    assert.equal(events, [{ type: 'progress', data: '{"a":1}' }, { type: 'summary', data: '{}' }]);
  }
});

const FORMAT = { bands: 2, hopMs: 100, blockMs: 400 };
const prediction = (atMs: number, state: Prediction['state'], genre: string | null, p = 0): string => JSON.stringify({ type: 'prediction', seq: 1, atMs, state, genre, p, top: [], music: 1, level: -20, peak: -10, lagMs: 1, droppedMs: 0 } satisfies Prediction);
const stretch = (fromMs: number, genre: string | null): Stretch => ({ type: 'stretch', fromMs, toMs: fromMs + 4000, state: genre === null ? 'speech' : 'music', genre, p: genre === null ? 0 : 0.5, top: genre === null ? [] : [[genre, 0.5], ['=low', 0.3]] });

test('an analysis is built from events', () => {
  const analysis = new FileAnalysis(FORMAT);
  analysis.push({ type: 'progress', data: '{"receivedBytes":10,"totalBytes":20,"scoredMs":0,"durationMs":9000,"elapsedMs":1}' });
  assert.equal([analysis.heardMs, analysis.durationMs], [0, 9000]);
  analysis.push({ type: 'prediction', data: prediction(400, 'warming', null) });
  analysis.push({ type: 'prediction', data: prediction(800, 'music', 'rock', 0.4) });
  analysis.push({ type: 'prediction', data: prediction(1200, 'music', 'rock', 0.6) });
  analysis.push({ type: 'columns', data: JSON.stringify({ type: 'columns', seq: 1, atMs: 400, levels: btoa('abcdefgh'), peaks: btoa('\xff\x01\xfe\x02') }) });
  assert.equal(analysis.live.map(({ state, genre, fromMs, toMs, p }) => [state, genre, fromMs, toMs, p]), [['warming', null, 0, 400, 0], ['music', 'rock', 400, 1200, 0.5]]);
  assert.equal([analysis.levels.rows, analysis.peaks.rows, analysis.pointMs], [4, 2, 200]);
  assert.equal([...analysis.peaks.bytesAt(0)!.subarray(0, 4)], [-1, 1, -2, 2]);
  for (const fromMs of [0, 2000, 4000]) analysis.push({ type: 'stretch', data: JSON.stringify(stretch(fromMs, 'rock')) });
  assert.equal([-1, 0, 1999, 2000, 99_000].map((ms) => analysis.stretchIndexAt(ms)), [-1, 0, 0, 1, 2]);
  analysis.push({ type: 'summary', data: '{"file":"a.mp3","durationMs":8800,"genre":"rock","p":0.5,"top":[],"segments":[]}' });
  assert.equal([analysis.answer!.genre, analysis.durationMs], ['rock', 8800]);
  analysis.push({ type: 'error', data: '{"type":"error","code":"idle","message":"Gone."}' });
  assert.is(analysis.failure!.code, 'idle');
});

test('numbers are saved as JSON and as CSV that no spreadsheet runs', () => {
  const analysis = new FileAnalysis(FORMAT);
  for (const each of [stretch(0, 'rock'), stretch(2000, null)]) analysis.push({ type: 'stretch', data: JSON.stringify(each) });
  analysis.push({ type: 'summary', data: '{"file":"a.mp3","durationMs":6000,"genre":"rock","p":0.5,"top":[],"segments":[]}' });
  const json = JSON.parse(numbersAsJson(analysis)) as { file: string; stretches: { top: unknown[] }[]; live: unknown[] };
  assert.equal([json.file, json.stretches.length, json.stretches[0]!.top[0]], ['a.mp3', 2, { genre: 'rock', p: 0.5 }]);
  assert.is(numbersAsCsv(analysis.stretches, ['rock', '=low']), 'from_s,to_s,state,genre,p,rock,\'=low\r\n0,4,music,rock,0.5,0.5,0.3\r\n2,6,speech,,0,,\r\n');
  assert.equal(['song.mp3', 'a/b:c.tar', '.mp3'].map((name) => savedName(name, 'csv')), ['song.csv', 'a_b_c.csv', 'file.csv']);
});

test('one half of the page listens, the other analyses; several files are analysed', () => {
  const wide = { width: 1000, height: 500 };
  assert.equal([0, 499, 500].map((clientX) => dropZone({ clientX, clientY: 400 }, wide, 1)), ['listen', 'listen', 'analyse']);
  assert.equal([0, 400, 600].map((clientY) => dropZone({ clientX: 0, clientY }, { width: 400, height: 900 }, 1)), ['listen', 'listen', 'analyse']);
  assert.is(dropZone({ clientX: 0, clientY: 0 }, wide, 2), 'analyse');
});

test.run();
