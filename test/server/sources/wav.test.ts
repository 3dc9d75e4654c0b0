import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { test } from 'uvu';
import { WavReader, wavFile } from '../../../server/sources/wav.js';

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

test.run();
