/** Data of the moving displays: columns, waveform, playhead, level meter and mel axis. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bandPosition, ticks } from '../../../client/dashboard/model/mel-axis.js';
import { Meter, METER_MARKS, meterPosition } from '../../../client/dashboard/model/meter.js';
import { Picture } from '../../../client/dashboard/model/picture.js';
import { Playhead } from '../../../client/dashboard/model/playhead.js';
import { SoundView } from '../../../client/dashboard/model/sound-view.js';

const BLOCK_MS = 350;

const FORMAT = { hopMs: 87.5, bands: 3, blockMs: BLOCK_MS, fMinHz: 30, fMaxHz: 11025 };
const columns = (value: number) => ({ levels: new Uint8Array(12).fill(value), peaks: Int8Array.from({ length: 64 }, (_, i) => i % 2 === 0 ? -value : value) });

test('columns and waveform are indexed by stream time, and missing blocks stay empty', () => {
  const view = new Picture(FORMAT);
  assert.equal(view.push(BLOCK_MS, columns(10)), [0, 4]);
  assert.equal(view.push(3 * BLOCK_MS, columns(30)), [8, 12]);
  assert.equal([0, 3, 4, 7, 8, 11, 12].map((n) => view.hasColumn(n)), [true, true, false, false, true, true, false]);
  assert.is(view.levels[8 * 3], 30);
  assert.is(view.endMs, 1050);
  assert.equal([0, 31, 32, 64, 95, 96].map((n) => view.hasPoint(n)), [true, true, false, true, true, false]);
});

test('the ring buffer overwrites the oldest columns', () => {
  const view = new Picture(FORMAT);
  for (let block = 1; block <= 200; block++) view.push(block * BLOCK_MS, columns(block % 100));
  assert.not.ok(view.hasColumn(0));
  assert.ok(view.hasColumn(799));
  assert.not.ok(view.hasColumn(799 - view.columns));
});

test('the peak between two times is the highest absolute sample', () => {
  const view = new Picture(FORMAT);
  assert.is(view.peakBetween(0, 1000), 0);
  view.push(BLOCK_MS, columns(10));
  view.push(2 * BLOCK_MS, columns(127));
  assert.ok(Math.abs(view.peakBetween(0, 300) - 10 / 127) < 1e-9);
  assert.is(view.peakBetween(300, 400), 1);
});

test('the playhead runs smoothly although blocks arrive in steps, and never past the newest audio', () => {
  const head = new Playhead(BLOCK_MS);
  let endMs = BLOCK_MS;
  let last = head.advance(endMs, 0);
  const steps: number[] = [];
  for (let frame = 1; frame <= 1200; frame++) {
    if (frame % 21 === 0) endMs += BLOCK_MS; // a block every 350 ms at 60 frames a second
    const atMs = head.advance(endMs, 1000 / 60);
    assert.ok(atMs <= endMs);
    if (frame > 600) steps.push(atMs - last);
    last = atMs;
  }
  assert.ok(Math.min(...steps) > 12 && Math.max(...steps) < 21, `${Math.min(...steps)} to ${Math.max(...steps)} ms a frame`);
});

test('the playhead jumps after a gap', () => {
  const head = new Playhead(BLOCK_MS);
  head.advance(BLOCK_MS, 0);
  assert.ok(head.advance(60_000, 16) > 59_000);
});

test('all calls of a frame get the same time; with reduced motion it moves by blocks', () => {
  const soundView = new SoundView(FORMAT);
  soundView.picture.push(BLOCK_MS, columns(1));
  const first = soundView.rightEdgeMs(1000, false);
  assert.is(soundView.rightEdgeMs(1000, false), first);
  assert.ok(soundView.rightEdgeMs(1033, false) > first);
  assert.is(soundView.rightEdgeMs(1066, true), BLOCK_MS);
});

test('the meter rises at once, falls slowly and holds its peak', () => {
  const meter = new Meter();
  meter.advance(-20, -6, 33);
  assert.equal([meter.rmsDb, meter.peakDb], [-20, -6]);
  meter.advance(-60, -50, 100);
  assert.ok(meter.rmsDb < -20 && meter.rmsDb > -25);
  assert.is(meter.peakDb, -6);
  meter.advance(-60, -50, 1400);
  meter.advance(-60, -50, 1000);
  assert.ok(meter.peakDb < -20 && meter.peakDb > -50);
  meter.advance(-60, -50, Infinity);
  assert.equal([meter.rmsDb, meter.peakDb], [-60, -50]);
});

test('the meter\'s scale is monotonic and continuous', () => {
  const positions = METER_MARKS.map(meterPosition);
  assert.is(positions[0], 1);
  assert.is(positions.at(-1), 0);
  assert.equal(positions, [...positions].sort((a, b) => b - a));
  assert.ok(Math.abs(meterPosition(-23.999) - meterPosition(-24.001)) < 1e-3);
  assert.is(meterPosition(-120), 0);
});

test('frequencies are at the position of their mel band', () => {
  assert.ok(Math.abs(bandPosition(11025, 64, 30, 11025) - 64 / 63) < 1e-9);
  assert.ok(Math.abs(bandPosition(30, 64, 30, 11025) + 1 / 63) < 1e-9);
  assert.equal(ticks(64, 30, 11025).map(({ text }) => text), ['500', '1k', '2k', '4k', '8k']);
});

test.run();
