import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PipedBytes } from '../../../server/sources/piped-bytes.js';
import { unsizedSound } from '../../../server/sources/unsized-sound.js';

/** AIFF of 44,100 Hz, mono, 16 bits, whose sound has a dummy size, with a chunk before it. */
function unsized(chunkBytes: number): Buffer {
  const chunk = (name: string, size: number, body: Uint8Array): Buffer => {
    const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
    head.writeUInt32BE(size, 4);
    return Buffer.concat([head, body]);
  };
  const format = Buffer.from('\0\x01\0\0\0\0\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0', 'latin1');
  return Buffer.concat([Buffer.from('FORM\0\0\0\0AIFF', 'latin1'), chunk('COMM', format.length, format), chunk('NAME', chunkBytes, Buffer.alloc(chunkBytes)), chunk('SSND', 0, Buffer.alloc(40))]);
}

test('sound behind a header is found, and nothing is consumed', async () => {
  const file = unsized(100);
  const bytes = new PipedBytes((async function* () {
    for (let at = 0; at < file.length; at += 7) yield file.subarray(at, at + 7);
  })());
  assert.equal(await unsizedSound(bytes), { format: 's16be', sampleRate: 44_100, channels: 1, at: 12 + 26 + 108 + 16 });
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  assert.equal(Buffer.concat(parts), file);
});

test('a header of more than a megabyte is not looked through', async () => {
  const found = async (chunkBytes: number): Promise<boolean> => await unsizedSound(new PipedBytes((async function* () {
    yield unsized(chunkBytes);
  })())) !== undefined;
  const most = 1024 * 1024 - 12 - 26 - 8;
  assert.equal([await found(most - 8), await found(most)], [true, false]);
});

test.run();
