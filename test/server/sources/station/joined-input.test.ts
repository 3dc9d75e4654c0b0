import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { JoinedInput } from '../../../../server/sources/station/joined-input.js';

const PIECE = 1400;

function rig({ mayWait = true, isFull = false } = {}) {
  const written: Uint8Array[] = [];
  const input = new JoinedInput({
    write(bytes) {
      written.push(bytes);
      return !isFull;
    },
  }, () => mayWait);
  return { input, written };
}

const piece = (from: number): Uint8Array => Uint8Array.from({ length: PIECE }, (_, index) => (from + index) % 251);

test('pieces wait for the flush and are written as one, in order', () => {
  const { input, written } = rig();
  const pieces = [piece(0), piece(7), piece(19)];
  for (const each of pieces) assert.ok(input.push(each));
  assert.is(written.length, 0);
  assert.ok(input.flush());
  assert.is(written.length, 1);
  assert.equal(new Uint8Array(written[0]!), new Uint8Array(Buffer.concat(pieces)));
  input.flush();
  assert.is(written.length, 1);
});

test('before the first sound nothing waits', () => {
  const { input, written } = rig({ mayWait: false });
  input.push(piece(0));
  input.push(piece(1));
  assert.is(written.length, 2);
});

test('much at once is not held back, and a full decoder is told', () => {
  const { input, written } = rig({ isFull: true });
  let pushed = 0;
  let hasRoom = true;
  while (hasRoom && pushed < 100) {
    hasRoom = input.push(piece(pushed));
    pushed += 1;
  }
  assert.is(pushed, 12);
  assert.is(written[0]!.length, 12 * PIECE);
});

test.run();
