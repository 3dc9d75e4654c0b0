import { inflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { levelPicture, MAX_WIDTH, sharePicture, wavePath } from '../../../server/inspect/pictures.js';
import { clearestAt } from '../../../server/inspect/look.js';
import { clockTime, timeMarks } from '../../../server/inspect/frame.js';

/** Size and pixels of a PNG made here. */
function pixelsOf(address: string): { width: number; height: number; rows: number[][] } {
  const png = Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const at = png.indexOf('IDAT');
  const data = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  return { width, height, rows: Array.from({ length: height }, (_, row) => [...data.subarray(row * (width + 1) + 1, (row + 1) * (width + 1))]) };
}

test('time runs to the right and low values lie at the bottom', () => {
  assert.equal(pixelsOf(levelPicture(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)).rows, [[3, 6], [2, 5], [1, 4]]);
});

test('shares go over the whole palette, rising', () => {
  const { rows: [row] } = pixelsOf(sharePicture([0, 0.25, 0.5, 1, 7, -1], 1));
  assert.ok(row![0]! < row![1]! && row![1]! < row![2]! && row![2]! < row![3]!);
  assert.equal([row![4], row![5]], [row![3], row![0]]);
});

test('a long recording is no wider than a screen can show, and nothing of it is left out', () => {
  const levels = new Uint8Array(10_000 * 2);
  levels.fill(200, levels.length - 2 * 5);
  const { width, rows } = pixelsOf(levelPicture(levels, 2));
  assert.is(width, MAX_WIDTH);
  assert.is(rows[0]!.at(-1), 200);
  const peaks = new Int8Array(2 * 10_000);
  peaks[2 * 1234] = -100;
  peaks[2 * 1234 + 1] = 90;
  const wave = wavePath(peaks);
  assert.is(wave.width, MAX_WIDTH);
  assert.match(wave.path, `${Math.floor(1234 / 5)} -90`);
  assert.match(wave.path, `${Math.floor(1234 / 5)} 100`);
  assert.is(wavePath(new Int8Array(0)).path, '');
});

test('the clearest part is where the genre is likeliest, whole files from their start', () => {
  const stretches = Array.from({ length: 100 }, (_, n) => ({ fromMs: 2000 * n, p: n >= 40 && n < 60 ? 0.9 : 0.2 }));
  const at = clearestAt(stretches, 204_000);
  assert.ok(at >= 80_000 && at + 30_000 <= 122_000, String(at));
  assert.is(clearestAt(stretches, 30_000), 0);
});

test('marks of time are round and at most seven', () => {
  assert.equal(timeMarks(0, 30_000).map(({ text }) => text), ['0:00', '0:05', '0:10', '0:15', '0:20', '0:25', '0:30']);
  assert.equal(timeMarks(61_000, 65_000).map(({ text }) => text), ['1:01', '1:02', '1:03', '1:04', '1:05']);
  for (const durationMs of [500, 3000, 75_000, 3_600_000, 10_800_000]) assert.ok(timeMarks(0, durationMs).length <= 8);
  assert.equal([clockTime(3661), clockTime(0.5)], ['1:01:01', '0:00.5']);
});

test.run();
