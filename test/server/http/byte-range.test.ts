import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byteRange } from '../../../server/http/byte-range.js';

test('one range of bytes', () => {
  assert.equal(byteRange('bytes=0-', 10), { from: 0, to: 9 });
  assert.equal(byteRange('bytes=2-4', 10), { from: 2, to: 4 });
  assert.equal(byteRange('bytes=2-400', 10), { from: 2, to: 9 });
  assert.equal(byteRange('bytes=-3', 10), { from: 7, to: 9 });
  assert.equal(byteRange('bytes=-30', 10), { from: 0, to: 9 });
  assert.equal(byteRange(' bytes=9-9 ', 10), { from: 9, to: 9 });
});

test('what lies behind the end can not be sent', () => {
  for (const [header, size] of [['bytes=10-', 10], ['bytes=10-12', 10], ['bytes=-0', 10], ['bytes=0-', 0], ['bytes=-5', 0]] as const) assert.is(byteRange(header, size), 'unsatisfiable', header);
});

test('anything else means the whole', () => {
  for (const header of [undefined, '', 'bytes=-', 'bytes=4-2', 'bytes=0-1,4-5', 'items=0-1', 'bytes=a-b', 'bytes=1', `bytes=${'9'.repeat(40)}-`]) assert.is(byteRange(header, 10), undefined, header);
});

test.run();
