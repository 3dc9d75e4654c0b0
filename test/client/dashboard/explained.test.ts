import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explainedBy, questionOf } from '../../../client/dashboard/model/explained.js';
import { FileAnalysis } from '../../../client/dashboard/model/file-analysis.js';

const FORMAT = { bands: 64, hopMs: 100, blockMs: 400 };

/** Levels whose bytes are the number of their column. */
function analysisOf(columns: number): FileAnalysis {
  const analysis = new FileAnalysis(FORMAT);
  analysis.levels.append(Uint8Array.from({ length: columns * 64 }, (_, at) => Math.floor(at / 64)));
  return analysis;
}

test('the server gets the stretch in whole blocks, and before it all that fits', () => {
  const short = questionOf(analysisOf(200), { fromMs: 4000, toMs: 8100 })!;
  assert.equal([short.first, short.from, short.to, short.levels.length / 64], [0, 40, 84, 84]);
  const late = questionOf(analysisOf(3000), { fromMs: 250_050, toMs: 254_000 })!;
  assert.equal([late.first, late.from, late.to, late.levels.length], [1516, 984, 1024, 65_536]);
  assert.is(late.levels[0], 1516 % 256);
});

test('the last stretch ends with the file, and what is not heard yet can not be asked about', () => {
  const last = questionOf(analysisOf(83), { fromMs: 6000, toMs: 8350 })!;
  assert.equal([last.from, last.to], [60, 83]);
  assert.is(questionOf(analysisOf(40), { fromMs: 4000, toMs: 8000 }), undefined);
});

test('the answer is cells on the time axis, with lines around the tenth that mattered most', () => {
  // 3 cells in time, the last one of 2 columns, by 4 in frequency; the two in the middle are the top.
  const falls = [0, 0, 0, 0, 0.1, 0.9, 0, 0, -0.5, 0, 0, 0];
  const explained = explainedBy({ genre: 'jazz', p: 0.5, fromColumn: 4, columns: 14, cellColumns: 6, cellBands: 16, falls, topFall: 1, randomFall: 0.1 }, { first: 100 }, FORMAT);
  assert.equal([explained.fromMs, explained.toMs, explained.cells.length], [10_400, 11_800, 12]);
  assert.equal(explained.cells[5], { fromMs: 11_000, toMs: 11_600, fromBand: 16, toBand: 32, strength: 1 });
  assert.equal(explained.cells[8], { fromMs: 11_600, toMs: 11_800, fromBand: 0, toBand: 16, strength: 0 });
  assert.equal(explained.edges, [
    { fromMs: 11_000, toMs: 11_000, fromBand: 16, toBand: 32 }, { fromMs: 11_600, toMs: 11_600, fromBand: 16, toBand: 32 },
    { fromMs: 11_000, toMs: 11_600, fromBand: 16, toBand: 16 }, { fromMs: 11_000, toMs: 11_600, fromBand: 32, toBand: 32 },
  ]);
});

test('two neighbours have one line around them', () => {
  const falls = Array.from({ length: 20 }, (_, cell) => (cell === 5 || cell === 6 ? 1 : 0));
  const { edges } = explainedBy({ genre: 'jazz', p: 0.5, fromColumn: 0, columns: 30, cellColumns: 6, cellBands: 16, falls, topFall: 1, randomFall: 0.1 }, { first: 0 }, FORMAT);
  assert.is(edges.length, 6);
  assert.not.ok(edges.some(({ fromBand, toBand }) => fromBand === toBand && fromBand === 32), 'no line between them');
});

test.run();
