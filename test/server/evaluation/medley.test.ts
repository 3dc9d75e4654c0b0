/** Medleys: planning, splicing, and their figures. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { medleyFiguresOf } from '../../../server/evaluation/medley-figures.js';
import { planMedleys, splicedLevels, type MedleyResult } from '../../../server/evaluation/medley.js';
import { melLevelMeter } from '../../../dsp/mel/mel-level.js';
import { decodeLevel } from '../../../dsp/mel/level-bytes.js';
import { toyPack } from '../../models/packs.js';
import { blocks } from './letter-blocks.js';

const SECONDS_A_COLUMN = FRONT_END_V1.hop / FRONT_END_V1.sampleRate;
const pack = toyPack('medley', { tracks: 9, columns: 500 });

test('neighbours differ in genre, parts last 20 to 40 s, and tracks are used equally often', () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, count) => {
    const plans = planMedleys(pack.tracks, pack.frontEnd, { count, seed });
    assert.is(plans.length, count);
    for (const plan of plans) {
      plan.forEach(({ track, from, columns }, index) => {
        assert.is.not(track.genre, plan[index - 1]?.track.genre);
        assert.ok(columns * SECONDS_A_COLUMN >= 20 && columns * SECONDS_A_COLUMN <= 40.1);
        assert.ok(Number.isInteger(from) && from >= 0 && from + columns <= track.columns);
      });
    }
    const uses = pack.tracks.map(({ id }) => plans.flat().filter(({ track }) => track.id === id).length);
    // Genres must alternate, so some tracks of a shuffle are deferred to the next one.
    assert.ok(Math.max(...uses) - Math.min(...uses) <= 3, uses.join(' '));
  }), { numRuns: 30 });
});

test('the plan depends only on the seed', () => {
  const plan = (seed: number) => planMedleys(pack.tracks, pack.frontEnd, { count: 3, seed });
  assert.equal(plan(4), plan(4));
  assert.not.equal(plan(4), plan(5));
});

test('tracks that are too short or all of one genre are rejected', () => {
  const options = { count: 1, seed: 1 };
  assert.throws(() => planMedleys(toyPack('short', { columns: 100 }).tracks, FRONT_END_V1, options), /20 s or longer; there are 0/);
  assert.throws(() => planMedleys(pack.tracks.filter(({ genre }) => genre === 'low'), FRONT_END_V1, options), /two genres/);
});

test('every part is normalised to one loudness, with an unchanged spectrum', () => {
  const quiet = { ...pack, levels: pack.levels.map((byte, index) => (index < 500 * 64 ? byte - 60 : byte)) };
  const plan = [{ track: quiet.tracks[0]!, from: 10, columns: 300 }, { track: quiet.tracks[1]!, from: 0, columns: 250 }];
  const spliced = splicedLevels(quiet, plan);
  assert.is(spliced.length, 550 * 64);
  const meter = melLevelMeter(FRONT_END_V1);
  const loudness = (from: number, to: number): number => {
    let power = 0;
    for (let column = from; column < to; column++) power += 10 ** (meter(Float32Array.from(spliced.subarray(column * 64, column * 64 + 64), decodeLevel)) / 10) / (to - from);
    return 10 * Math.log10(power);
  };
  for (const [from, to] of [[0, 300], [300, 550]] as const) assert.ok(Math.abs(loudness(from, to) + 20) < 0.3);
  const steps = spliced[0]! - quiet.levels[10 * 64]!;
  assert.ok(spliced.subarray(0, 300 * 64).every((byte, index) => byte - quiet.levels[10 * 64 + index]! === steps));
});

/** A medley of parts with these numbers of 500 ms blocks. */
const medley = (shown: string, ...parts: [id: string, truth: number, blocks: number][]): MedleyResult => {
  let at = 0;
  return { blocks: blocks(shown), parts: parts.map(([trackId, truth, length]) => ({ trackId, truth, fromMs: 500 * at, toMs: 500 * (at += length) })) };
};

test('a delay is measured from the splice to the end of the first block that shows the new genre', () => {
  const results = medley('AAaaaa' + 'aabbbb' + 'bbbbba', ['x', 0, 6], ['y', 1, 6], ['x', 0, 6]);
  const { all, medleys, minutes } = medleyFiguresOf([results], () => true, 7);
  assert.equal([medleys, minutes], [1, 9 / 60]);
  assert.equal(all, { changes: 2, medianMs: 2250, p90Ms: 2850, medianShownMs: 2250, p90ShownMs: 2850, neverShown: 0 });
});

test('a change that is not shown before the next splice has an infinite delay', () => {
  const results = medley('aaaa' + 'aaaa' + 'bbbb' + 'bbba', ['x', 0, 4], ['y', 1, 4], ['x', 0, 4], ['y', 1, 4]);
  const { all } = medleyFiguresOf([results], () => true, 1);
  assert.equal(all, { changes: 3, medianMs: null, p90Ms: null, medianShownMs: 500, p90ShownMs: 500, neverShown: 2 / 3 });
});

test('changes to tracks that are correct on their own have separate figures', () => {
  const results = medley('aaaa' + 'bbbb' + 'bbbb', ['x', 0, 4], ['y', 1, 4], ['z', 0, 4]);
  const { all, rightAlone } = medleyFiguresOf([results], (id) => id !== 'z', 1);
  assert.equal([all.changes, all.neverShown], [2, 0.5]);
  assert.equal([rightAlone.changes, rightAlone.medianMs, rightAlone.neverShown], [1, 500, 0]);
});

test('flips other than the expected one per splice are extra', () => {
  const per = (shown: string, ...parts: [string, number, number][]): number => {
    const results = medley(shown, ...parts);
    return Math.round(medleyFiguresOf([results], () => true, 1).extraFlipsPerMinute * results.parts.at(-1)!.toMs / 60_000);
  };
  assert.is(per('aaaa' + 'aabb', ['x', 0, 4], ['y', 1, 4]), 0);
  assert.is(per('aaba' + 'abab', ['x', 0, 4], ['y', 1, 4]), 4, 'two before the splice, two after the expected one');
  assert.is(per('aabb' + 'bbbb', ['x', 0, 4], ['y', 1, 4]), 1, 'a flip before the splice doesn\'t count as the expected one');
});

test.run();
