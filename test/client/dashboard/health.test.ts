import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byUrgency, CHARTS, linePath, readingAt, scaleEnd, summary } from '../../../client/dashboard/model/health.js';
import type { HealthReading } from '../../../server/protocol/health.js';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const reading = (agoS: number, fields: Partial<HealthReading> = {}): HealthReading => ({ at: new Date(NOW_MS - 1000 * agoS).toISOString(), lagMs: 40, lagP95Ms: 60, mainLoad: 0.123, shardLoad: 0.2, droppedMs: 0, streams: 1, viewers: 0, memoryBytes: 1.5e9, ...fields });
const lag = ({ lagMs }: HealthReading): number | null => lagMs;

test('a line runs to the right edge and is broken where nothing was read', () => {
  assert.is(linePath([reading(10), reading(5, { lagMs: 100 }), reading(0, { lagMs: 200 })], lag, 100, NOW_MS), 'M98.33 60.00L99.17 0.00L100.00 0.00');
  assert.is(linePath([reading(605), reading(600), reading(90), reading(5, { lagMs: null }), reading(0)], lag, 100, NOW_MS), 'M0.00 60.00M85.00 60.00M100.00 60.00');
});

test('a scale ends at a round number', () => {
  assert.equal([[3, 4], [130], [null], [0.3]].map((values) => scaleEnd(values, 1)), [5, 200, 1, 1]);
  assert.is(scaleEnd([101], 100), 200);
});

test('the reading under the pointer is the nearest', () => {
  const all = [reading(300), reading(150), reading(0)];
  assert.is(readingAt(all, 0.6, NOW_MS), all[0]);
  assert.is(readingAt(all, 0.99, NOW_MS), all[2]);
  assert.is(readingAt([], 0.5, NOW_MS), undefined);
});

test('each chart says its newest reading', () => {
  assert.equal(CHARTS.map(({ text }) => text(reading(0, { lagMs: null, lagP95Ms: null, droppedMs: 1500 }))), ['–, 95 % within –', 'main thread 12 %, busiest shard 20 %', '1.5 s', '1 stream, 0 viewers', '1.5 GB']);
});

test('what is not well comes first, and is counted', () => {
  const checks = (['ok', 'note', 'problem', 'ok'] as const).map((mark, at) => ({ mark, at }));
  assert.equal(byUrgency(checks).map(({ at }) => at), [2, 1, 0, 3]);
  assert.equal([{ problems: 0, notes: 0 }, { problems: 1, notes: 2 }, { problems: 0, notes: 1 }].map(summary), ['All is well', '1 problem, 2 notes', '1 note']);
});

test.run();
