import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needsWholeFile } from '../../../server/sources/needs-whole-file.js';
import { PipedBytes } from '../../../server/sources/piped-bytes.js';

/** The head of a box of MP4 with a body of zeros. */
function box(name: string, bodyBytes = 0): Buffer {
  const bytes = Buffer.alloc(8 + bodyBytes);
  bytes.writeUInt32BE(bytes.length);
  bytes.write(name, 4, 'latin1');
  return bytes;
}

/** What it answers, and how many bytes it asked for. */
async function looked(...boxes: readonly Buffer[]): Promise<{ readonly needsWhole: boolean; readonly bytes: number }> {
  let read = 0;
  const bytes = new PipedBytes((async function* () {
    for (const part of [...boxes, Buffer.alloc(1000)]) {
      read += part.length;
      yield part;
    }
  })());
  return { needsWhole: await needsWholeFile(bytes), bytes: read };
}

test('an MP4 with its sound before its index is needed whole, others are not', async () => {
  for (const [boxes, whole] of [
    [[box('ftyp', 8), box('mdat', 50)], true], [[box('ftyp', 8), box('free', 20), box('mdat', 50)], true], [[box('ftyp', 8), box('moov', 50), box('mdat', 50)], false],
    [[box('ftyp', 8), box('moof', 50)], false], [[Buffer.from('RIFF\0\0\0\0WAVE')], false], [[box('ftyp')], false],
  ] as const) assert.is((await looked(...boxes)).needsWhole, whole, boxes.map(String).join(' '));
});

test('boxes that hide both are followed so often and so far, and no further', async () => {
  const free = (count: number): Buffer[] => Array.from({ length: count }, () => box('free'));
  assert.is((await looked(...free(31), box('mdat', 50))).needsWhole, true);
  assert.is((await looked(...free(32), box('mdat', 50))).needsWhole, false);
  const large = 1024 * 1024;
  assert.is((await looked(box('free', large - 16 - 8), box('mdat', 50))).needsWhole, true);
  assert.equal(await looked(box('free', large - 16 + 1), box('mdat', 50)), { needsWhole: false, bytes: large - 7 });
});

test.run();
