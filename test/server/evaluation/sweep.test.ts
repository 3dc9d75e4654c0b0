/** Sweep of smoothing settings by replaying the live smoother. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETTINGS, type Settings } from '../../../server/settings.js';
import type { TrackResult, ScoredBlock } from '../../../server/evaluation/classify-tracks.js';
import { paretoSet, replay, sweep } from '../../../server/evaluation/sweep.js';
import { randomBundle, seeded } from '../../models/fixtures.js';

const { manifest: model } = randomBundle();
const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default])) as unknown as Settings;

/** Noisy blocks that favour the first label. */
function scoredBlocks(seed: number, count: number): ScoredBlock[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => {
    const odds = [0.3 + random(), random(), random()];
    const sum = odds.reduce((total, value) => total + value);
    return { atMs: 348.3 * (index + 1), probabilities: Float32Array.from(odds, (value) => value / sum), kinds: undefined, outside: undefined, loudness: 'sound', resetsState: false };
  });
}

const tracks: TrackResult[] = Array.from({ length: 8 }, (_, index) => ({ id: String(index), truth: 0, excerpts: [], blocks: replay(scoredBlocks(index, 80), model, settings) }));
const context = { model, settings };

test('replay with the model’s own settings reproduces the results', () => {
  const { smoothing: { timeConstantMs, margin, holdMs } } = model;
  for (const { blocks } of tracks) assert.equal(replay(blocks, model, settings), blocks);
  const { points } = sweep(tracks, [], () => true, context, { timeConstantMs: [timeConstantMs], margin: [margin], holdMs: [holdMs] });
  assert.is(points.length, 1);
  assert.ok(points[0]!.isModels && points[0]!.isPareto);
});

test('the model’s settings are always measured, and steadier ones flip less', () => {
  const { points, delay } = sweep(tracks, [], () => true, context, { timeConstantMs: [0, 4000], margin: [0, 0.9], holdMs: [2000] });
  assert.is(points.length, 5);
  assert.is(points.filter(({ isModels }) => isModels).length, 1);
  assert.is(delay, 'medianTimeToCorrectMs');
  const flips = (timeConstantMs: number, margin: number): number => points.find((point) => point.timeConstantMs === timeConstantMs && point.margin === margin)!.flipsPerMinute;
  assert.ok(flips(0, 0) > 30 && flips(4000, 0.9) < 5, `${flips(0, 0)} and ${flips(4000, 0.9)}`);
});

test('medleys are replayed as well', () => {
  const medley = { blocks: replay(scoredBlocks(99, 60), model, settings), parts: [{ trackId: 'x', truth: 1, fromMs: 0, toMs: 3483 }, { trackId: 'y', truth: 0, fromMs: 3483, toMs: 60 * 348.3 }] };
  const { points, medleys, delay } = sweep(tracks, [medley], () => true, context);
  assert.equal([medleys, delay], [1, 'medianMedleyDelayMs']);
  assert.ok(points.every(({ neverShown }) => neverShown === 0 || neverShown === 1));
  assert.ok(points.some(({ medianMedleyDelayMs }) => medianMedleyDelayMs !== null));
});

test('the Pareto set is not dominated, and every other point is dominated by it', () => {
  assert.equal(paretoSet([[1, 3], [2, 2], [3, 1], [2, 3], [3, 3], [1, 3]]), [true, true, true, false, false, true]);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 20 }), (costs) => {
    const best = paretoSet(costs);
    assert.ok(best.includes(true));
    const dominates = (a: readonly number[], b: readonly number[]): boolean => a.every((value, k) => value <= b[k]!) && a.some((value, k) => value < b[k]!);
    costs.forEach((cost, index) => assert.is(best[index], !costs.some((other, rival) => best[rival] && dominates(other, cost))));
  }));
});

test.run();
