import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossFittedEce } from '../../../server/evaluation/cross-fitting.js';
import { steadinessOf } from '../../../server/evaluation/figures.js';
import type { TrackResult, ScoredBlock } from '../../../server/evaluation/classify-tracks.js';
import { replay } from '../../../server/evaluation/sweep.js';
import { SETTINGS, type Settings } from '../../../server/settings.js';
import { randomBundle } from '../../models/fixtures.js';

const { manifest } = randomBundle();
// No smoothing and nothing held: what is reported is the best label of each block.
const model = { ...manifest, smoothing: { timeConstantMs: 0, margin: 0, holdMs: 0, warmupMs: 0 } };
const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default])) as unknown as Settings;

/** The first label, claimed with what `claim` says of each track. */
function tracks(claim: (index: number) => number, right: (index: number) => boolean): TrackResult[] {
  return Array.from({ length: 50 }, (_, index) => {
    const claimed = claim(index);
    const blocks = Array.from({ length: 20 }, (_, block): ScoredBlock => ({
      atMs: 348.3 * (block + 1), probabilities: Float32Array.of(claimed, (1 - claimed) / 2, (1 - claimed) / 2), kinds: undefined, loudness: 'sound', resetsState: false,
    }));
    return { id: String(index), truth: right(index) ? 0 : 1 + (index % 2), blocks: replay(blocks, model, settings), excerpts: [] };
  });
}

/** 60 % in each fifth of the tracks. */
const sixOfTen = (index: number): boolean => Math.floor(index / 5) % 2 === 0 || index % 5 === 0;

test('boasting that a temperature can cure is cured with one from other tracks', () => {
  const results = tracks(() => 0.95, sixOfTen);
  assert.ok(Math.abs(steadinessOf(results).ece - 0.35) < 1e-3);
  assert.ok(crossFittedEce(results, { model, settings })! < 0.03);
});

test('tracks that differ from their neighbours are judged by the others’ temperature', () => {
  // The first ten are as often right as the rest, and claim it shyly: what cures boasting makes them shyer.
  const results = tracks((index) => (index < 10 ? 0.4 : 0.95), sixOfTen);
  assert.ok(crossFittedEce(results, { model, settings })! > 0.04);
});

test('too few tracks have none', () => {
  assert.is(crossFittedEce(tracks(() => 0.5, () => true).slice(0, 4), { model, settings }), undefined);
});

test.run();
