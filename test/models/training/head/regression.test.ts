/** The regression and the selection of its rows. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { argmax } from '../../../../models/metrics.js';
import { trackLevels } from '../../../../models/packs/pack.js';
import { Random } from '../../../../models/random.js';
import { logitsOf, regress, standardise } from '../../../../models/training/head/regression.js';
import { oneHot, everyThirdBlock, excerptBlocks, concatRows, weighted, type Rows } from '../../../../models/training/head/rows.js';
import { AFTER_BLOCKS, BEFORE_BLOCKS, spliced } from '../../../../models/training/data/splices.js';
import { toyPack } from '../../packs.js';

test.before(async () => {
  await startBackend('wasm');
  await import('../../../../models/training/network/tfjs-gradients.js');
});

/** Value 0 rises with the class, value 1 is constant, value 2 falls with it. */
function toyRows(count: number, seed: number): Rows {
  const random = new Random(seed);
  const truths = Array.from({ length: count }, () => random.below(3));
  return { width: 3, softLabels: truths.map((truth) => oneHot(truth, 3)), values: Float32Array.from({ length: 3 * count }, (_, at) => [10 + 5 * truths[Math.floor(at / 3)]!, 7, -truths[Math.floor(at / 3)]!][at % 3]! + 0.3 * random.normal()) };
}

function rightShare(rows: Rows, regression: ReturnType<typeof regress>): number {
  const answers = rows.softLabels.map((_, row) => argmax(logitsOf(regression, rows.values.subarray(row * rows.width, (row + 1) * rows.width))));
  return answers.filter((answer, row) => rows.softLabels[row]![answer] === 1).length / answers.length;
}

test('separable classes are separated on unseen rows', () => {
  const fitted = regress(standardise(toyRows(600, 1)), 3, 0.001, [], new Random(2));
  assert.ok(rightShare(toyRows(200, 3), fitted) > 0.95);
});

test('under a heavy penalty hints keep their weight and all other weights vanish', () => {
  const rows = standardise(toyRows(600, 1));
  const silent = regress(rows, 3, 100, [], new Random(2));
  assert.ok(silent.kernel.every((weight) => Math.abs(weight) < 0.05));
  const hinted = regress(rows, 3, 100, [{ value: 0, label: 2 }], new Random(2));
  assert.ok(hinted.kernel[0 * 3 + 2]! > 0.2, `${hinted.kernel[2]}`);
  assert.ok(Math.abs(hinted.kernel[0 * 3 + 1]!) < 0.05);
});

test('a value with a higher penalty gets a smaller weight, and an equivalent value replaces it', () => {
  const { kernel } = regress(standardise(toyRows(600, 1)), 3, Float32Array.of(10, 0.01, 0.01), [], new Random(2));
  const [dear, cheap] = [0, 2].map((value) => Math.max(...kernel.subarray(value * 3, value * 3 + 3).map(Math.abs))) as [number, number];
  assert.ok(cheap > 100 * dear, `${dear}, ${cheap}`); // their standard deviations differ by a factor of 5
});

test('a row counts for each class in proportion to its soft label', () => {
  // With one binary value the regression learns the class frequencies for each of its two states.
  const rows: Rows = { width: 1, values: Float32Array.of(1, 1, -1, -1), softLabels: [[0.75, 0.25], [0.75, 0.25], [0.25, 0.75], [0.25, 0.75]] };
  const fitted = regress(standardise(rows), 2, 0, [], new Random(2));
  const [first, second] = logitsOf(fitted, Float32Array.of(1)) as unknown as [number, number];
  assert.ok(Math.abs(1 / (1 + Math.exp(second - first)) - 0.75) < 0.03, `${first}, ${second}`);
});

test('rows with less weight have less influence', () => {
  const wrong: Rows = { width: 1, values: Float32Array.of(1, -1), softLabels: [[0, 0.25], [0.25, 0]] };
  const right: Rows = { width: 1, values: Float32Array.of(1, -1), softLabels: [[1, 0], [0, 1]] };
  const fitted = regress(standardise(concatRows([right, wrong])), 2, 0, [], new Random(2));
  const [first, second] = logitsOf(fitted, Float32Array.of(1)) as unknown as [number, number];
  assert.ok(Math.abs(1 / (1 + Math.exp(second - first)) - 0.8) < 0.03, `${first}, ${second}`);
});

test('classes count by their rows unless they are balanced', () => {
  // Without any value but the bias, the regression learns how frequent the classes are.
  const rows: Rows = { width: 1, values: new Float32Array(16), softLabels: Array.from({ length: 16 }, (_, row) => oneHot(row === 0 ? 1 : 0, 2)) };
  const share = (of: Rows): number => {
    const [first, second] = regress(standardise(of), 2, 0, [], new Random(2)).bias as unknown as [number, number];
    return 1 / (1 + Math.exp(first - second));
  };
  assert.ok(Math.abs(share(rows) - 1 / 16) < 0.01, `${share(rows)}`);
  assert.ok(Math.abs(share(weighted(rows, 1, 1)) - 0.5) < 0.01);
  assert.ok(Math.abs(share(weighted(rows, 1, 0.5)) - 1 / (1 + Math.sqrt(15))) < 0.01);
});

test('weights sum to the total', () => {
  const { softLabels } = weighted({ width: 0, values: new Float32Array(0), softLabels: [[0.5, 0.5], [0.9, 0.1], [0, 0.3]] }, 4, 0.5);
  assert.ok(Math.abs(softLabels.flat().reduce((sum, share) => sum + share, 0) - 4) < 1e-9);
});

test('rows of several sources are concatenated', () => {
  const both: Rows = concatRows([toyRows(4, 1), toyRows(3, 2)]);
  assert.is(both.softLabels.length, 7);
  assert.equal(both.values.subarray(12), toyRows(3, 2).values);
});

test('rows come from every third block, and from the excerpt blocks that exist', () => {
  assert.equal(everyThirdBlock(8), [2, 5, 7]);
  assert.equal(everyThirdBlock(1), [0]);
  assert.equal(excerptBlocks(11), [2, 5, 8, 10]);
  assert.equal(excerptBlocks(6), [2, 5]);
});

test('a splice is a part of another genre followed by one of its own', () => {
  const pack = toyPack('train', { tracks: 4, columns: 120 });
  const changes = spliced(pack, 4, 5);
  assert.is(changes.tracks.length, pack.tracks.length);
  for (const track of changes.tracks) {
    const levels = trackLevels(changes, track);
    const middle = 4 * BEFORE_BLOCKS * 64;
    assert.is(levels.length, middle + 4 * AFTER_BLOCKS * 64);
    const holds = (part: Uint8Array, genre: (of: string | undefined) => boolean): boolean => pack.tracks.some((from) => genre(from.genre) && Buffer.from(trackLevels(pack, from)).includes(Buffer.from(part)));
    assert.ok(holds(levels.subarray(0, middle), (genre) => genre !== track.genre));
    assert.ok(holds(levels.subarray(middle), (genre) => genre === track.genre));
  }
});

test.run();
