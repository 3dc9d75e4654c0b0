import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossFittedEce } from '../../../server/evaluation/cross-fitting.js';
import { steadinessOf } from '../../../server/evaluation/figures.js';
import type { TrackResult, ScoredBlock } from '../../../server/evaluation/classify-tracks.js';
import { replay } from '../../../server/evaluation/sweep.js';
import { SETTINGS, type Settings } from '../../../server/settings.js';
import { randomBundle } from '../../models/fixtures.js';

const { manifest } = randomBundle();
// No smoothing or hold: each block reports its best label.
const model = { ...manifest, smoothing: { timeConstantMs: 0, margin: 0, holdMs: 0, warmupMs: 0 } };
const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default])) as unknown as Settings;

/** Tracks that predict the first label with the given confidence. */
function tracks(claim: (index: number) => number, right: (index: number) => boolean): TrackResult[] {
  return Array.from({ length: 50 }, (_, index) => {
    const claimed = claim(index);
    const blocks = Array.from({ length: 20 }, (_, block): ScoredBlock => ({
      atMs: 348.3 * (block + 1), probabilities: Float32Array.of(claimed, (1 - claimed) / 2, (1 - claimed) / 2), kinds: undefined, outside: undefined, loudness: 'sound', resetsState: false,
    }));
    return { id: String(index), truth: right(index) ? 0 : 1 + (index % 2), blocks: replay(blocks, model, settings), excerpts: [] };
  });
}

/** 60 % correct in each fold. */
const sixOfTen = (index: number): boolean => Math.floor(index / 5) % 2 === 0 || index % 5 === 0;

test('overconfidence is corrected by a temperature from other tracks', () => {
  const results = tracks(() => 0.95, sixOfTen);
  assert.ok(Math.abs(steadinessOf(results).ece - 0.35) < 1e-3);
  assert.ok(crossFittedEce(results, { model, settings })! < 0.03);
});

test('a fold is evaluated with the temperature of the other folds', () => {
  // The first ten are underconfident, the rest overconfident: the temperature of the rest makes the first ten worse.
  const results = tracks((index) => (index < 10 ? 0.4 : 0.95), sixOfTen);
  assert.ok(crossFittedEce(results, { model, settings })! > 0.04);
});

test('fewer tracks than folds give undefined', () => {
  assert.is(crossFittedEce(tracks(() => 0.5, () => true).slice(0, 4), { model, settings }), undefined);
});

test.run();
