import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inRange } from '../../../../server/sources/station/byte-range.js';

async function* body(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('0123');
  yield Buffer.from('456789');
}

async function text(...args: Parameters<typeof inRange> extends [unknown, ...infer Rest] ? Rest : never): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of inRange(body(), ...args)) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('a range is cut out of a whole file, or of a longer part', async () => {
  assert.is(await text({ offset: 3, length: 4 }, 200), '3456');
  assert.is(await text({ offset: 13, length: 4 }, 206, 'bytes 10-19/100'), '3456');
});

test('a file with more bytes before the range than the limit is refused', async () => {
  assert.is(await text({ offset: 3, length: 4 }, 200, '', 3), '3456');
  assert.throws(() => inRange(body(), { offset: 4, length: 4 }, 200, '', 3), /more than 3 bytes into its file/);
});

test('a file that ends before, or another range, is refused', async () => {
  assert.throws(() => inRange(body(), { offset: 3, length: 4 }, 206, 'bytes 5-9/10'), /another byte range/);
  await text({ offset: 20, length: 1 }, 200).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'ends before'));
});

test.run();
