import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { test } from 'uvu';
import { isDummySize, WavReader, wavFile } from '../../../server/sources/wav.js';

const SAMPLES = Int16Array.from({ length: 300 }, (_, i) => (i * 7919) % 30000 - 15000);

/** A header in the extensible form with a sub-format, a list before it, and unknown sizes, as FFmpeg writes to a pipe. */
function extensibleHeader(): Buffer {
  const header = Buffer.alloc(12 + 8 + 5 + 1 + 8 + 40 + 8);
  header.write('RIFF\xff\xff\xff\xffWAVE', 'latin1');
  header.write('LIST', 12, 'latin1');
  header.writeUInt32LE(5, 16);
  const fmt = 12 + 8 + 5 + 1;
  header.write('fmt ', fmt, 'latin1');
  header.writeUInt32LE(40, fmt + 4);
  header.writeUInt16LE(0xfffe, fmt + 8);
  header.writeUInt16LE(2, fmt + 10);
  header.writeUInt32LE(96000, fmt + 12);
  header.writeUInt16LE(32, fmt + 22);
  header.writeUInt16LE(3, fmt + 32);
  header.write('data\xff\xff\xff\xff', fmt + 48, 'latin1');
  return header;
}

test('a written file is read back, however it is split', () => {
  const file = wavFile(SAMPLES, 44100, 2);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (cuts) => {
    const reader = new WavReader();
    const parts: Uint8Array[] = [];
    for (let at = 0, k = 0; at < file.length; k += 1) {
      const size = cuts[k % cuts.length]!;
      parts.push(reader.push(file.subarray(at, at + size)));
      at += size;
    }
    assert.equal(reader.format, { encoding: 's16le', sampleRate: 44100, channels: 2 });
    assert.equal(Buffer.concat(parts), Buffer.from(SAMPLES.buffer));
  }));
});

test('float samples, the extensible form, other chunks and unknown sizes are understood', () => {
  const reader = new WavReader();
  const rest = reader.push(Buffer.concat([extensibleHeader(), Buffer.from([1, 2, 3])]));
  assert.equal(reader.format, { encoding: 'f32le', sampleRate: 96000, channels: 2 });
  assert.equal([...rest], [1, 2, 3]);
});

test('other formats and sample types are refused with what was found', () => {
  assert.throws(() => new WavReader().push(Buffer.from('ID3 is not what we want')), /ID3/);
  const eightBit = Buffer.from(wavFile(SAMPLES, 8000));
  eightBit.writeUInt16LE(8, 34);
  assert.throws(() => new WavReader().push(eightBit), /8 bits/);
});

/** A chunk; an odd one is padded. */
function chunk(name: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

test('the samples end where their chunk ends, and chunks behind them are skipped, however the bytes are split', () => {
  const file = Buffer.concat([wavFile(SAMPLES, 44100, 2), chunk('id3 ', Buffer.alloc(501, 1)), chunk('LIST', Buffer.alloc(20, 2)), wavFile(SAMPLES, 8000)]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 700 }), (size) => {
    const reader = new WavReader();
    const parts: Uint8Array[] = [];
    let at = 0;
    for (; at < file.length && !reader.isEnded; at += size) parts.push(reader.push(file.subarray(at, at + size)));
    assert.equal(Buffer.concat(parts), Buffer.from(SAMPLES.buffer));
    assert.ok(reader.isEnded, 'the second WAV is found');
    assert.equal(Buffer.concat([reader.rest!, file.subarray(at)]), Buffer.from(wavFile(SAMPLES, 8000)));
  }));
});

test('sizes that writers to pipes leave mean "to the end"; others are kept', () => {
  for (const size of [0, 0xffffffff, 0xffffffdb, 0xffffff00, 0x7ffff000, 0x7fffffff, 0x7fffff00, 0x80000000, 0x80000024, 0x7f000008]) {
    assert.ok(isDummySize(size), size.toString(16));
    const file = Buffer.from(wavFile(SAMPLES, 44100));
    file.writeUInt32LE(size, 40);
    assert.equal(Buffer.from(new WavReader().push(file)), Buffer.from(SAMPLES.buffer), size.toString(16));
  }
  for (const size of [1, 32000, 0x40000000, 0x7e000000, 0x90000000]) assert.not.ok(isDummySize(size), size.toString(16));
});

test('what follows the samples and is no chunk is not played', () => {
  const reader = new WavReader();
  assert.equal(Buffer.from(reader.push(Buffer.concat([wavFile(SAMPLES, 44100), Buffer.alloc(5000, 0xf0)]))), Buffer.from(SAMPLES.buffer));
  assert.is(reader.push(Buffer.alloc(5000)).length, 0);
});

test('a header without an end is refused after a bounded part of it', () => {
  const endless = Buffer.concat([Buffer.from('RIFF\0\0\x80\0WAVE', 'latin1'), Buffer.alloc(8 * 1024 * 1024)]);
  const reader = new WavReader();
  let at = 0;
  assert.throws(() => { for (; at < endless.length; at += 8) reader.push(endless.subarray(at, at + 8)); }, /No samples/);
  assert.ok(at < 4096, `${at} bytes were read`);
});

test('any bytes behind the start of a WAV are taken or refused, never more of them than there are', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('', 'fmt ', 'data', 'LIST'), (bytes, name) => {
    const reader = new WavReader();
    try {
      assert.ok(reader.push(Buffer.concat([Buffer.from(`RIFF\xff\xff\xff\xffWAVE${name}`, 'latin1'), bytes])).length <= bytes.length);
    } catch (error) {
      assert.match((error as Error).message, /WAV stream/);
    }
  }), { numRuns: 2000 });
});

test.run();
