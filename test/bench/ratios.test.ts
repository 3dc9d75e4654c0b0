import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1, MelColumns } from '../../dsp/mel/mel-columns.js';
import { noise } from '../dsp/signals.js';
import { largestRelativeDifference, levelCorrelation } from './agreement.js';
import { recomputedColumns, eachColumnOnce, textbookColumn, windowsOf } from './mel-variants.js';
import { measureRounds, ratioOf } from './rounds.js';

const { sampleRate, hop, nFft } = FRONT_END_V1;

test('textbook code gives our columns', () => {
  const samples = noise(sampleRate, 7);
  const columns: number[] = [];
  new MelColumns(FRONT_END_V1).push(samples, (power) => columns.push(...power));
  const theirs = windowsOf(samples, FRONT_END_V1).flatMap(textbookColumn(FRONT_END_V1));
  assert.ok(columns.length > 0);
  assert.ok(largestRelativeDifference(theirs, columns) < 1e-6);
});

test('the recomputing way makes all columns of 4 s for each block, and counts the block alone', () => {
  const windows = windowsOf(new Float32Array(nFft + 53 * hop), FRONT_END_V1);
  assert.is(windows.length, 54);
  const seen: Float32Array[] = [];
  const column = (samples: Float32Array): void => void seen.push(samples);

  // 46 columns begin in 4 s: the blocks end with columns 46, 50 and 54.
  const recomputing = recomputedColumns(windows, FRONT_END_V1, 4, column);
  recomputing.run();
  assert.is(seen.length, 3 * 46);
  assert.is(seen[0], windows[0]);
  assert.is(seen.at(-1), windows[53]);
  assert.ok(Math.abs(recomputing.audioS - (12 * hop) / sampleRate) < 1e-12);

  seen.length = 0;
  const single = eachColumnOnce(windows, FRONT_END_V1, column);
  single.run();
  assert.equal(seen.length, 54);
  assert.ok(Math.abs(single.audioS - (54 * hop) / sampleRate) < 1e-12);
});

test('every way runs once a round, in an order that moves on, prepared and warm', () => {
  const log: string[] = [];
  const way = (name: string, audioS: number) => ({ audioS, before: () => void log.push(`before ${name}`), run: () => void log.push(name) });
  const order: string[] = [];
  const measured = measureRounds([way('a', 1), way('b', 2), way('c', 4)], 4, (run) => {
    assert.is(log.at(-2), `before ${log.at(-1)}`);
    run();
    order.push(log.at(-1)!);
    return 8;
  });
  assert.is(order.join(''), 'abcbcacababc');
  assert.equal(measured, [[8, 8, 8, 8], [4, 4, 4, 4], [2, 2, 2, 2]]);
});

test('ratios are taken within a round', () => {
  // The machine is ten times slower in the second round and that changes nothing.
  assert.equal(ratioOf([6, 60, 6], [2, 20, 2]), { median: 3, middleHalf: [3, 3] });
});

test('levels correlate whatever the scale and wherever the bands lie, unless the sound is another', () => {
  const fine = Array.from({ length: 61 }, (_, band) => 100 + 10 * band);
  const coarse = [110, 200, 310, 390, 520, 590, 680];
  const columnsAt = (centresHz: readonly number[], turned: number) => ({
    centresHz,
    columns: [0, 1, 2].map((column) => centresHz.map((hz) => 10 ** Math.sin(hz / 150 + column + turned))),
  });
  const louder = { centresHz: fine, columns: columnsAt(fine, 0).columns.map((column) => column.map((power) => 1e6 * power)) };
  assert.ok(levelCorrelation(louder, columnsAt(coarse, 0)) > 0.999);
  assert.ok(levelCorrelation(louder, columnsAt(coarse, Math.PI)) < -0.999);
});

test.run();
