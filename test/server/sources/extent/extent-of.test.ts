import { open, type FileHandle } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Extent } from '../../../../server/sources/extent/extent.js';
import { extentOf } from '../../../../server/sources/extent/extent-of.js';
import { FileWindow } from '../../../../server/sources/extent/file-window.js';
import { Recordings } from '../recordings.js';

const test = suite('what a file says about its sound');
let recordings: Recordings;
let wav: string;

const FORMATS = [
  ['a.wav', []], ['a.aiff', []], ['a.au', []], ['a.caf', []], ['a.w64', []], ['a.rf64.wav', ['-rf64', 'always']],
  ['a.wma', []], ['a.ogg', ['-c:a', 'libvorbis']], ['a.opus', []], ['first.m4a', ['-movflags', '+faststart']], ['fragments.mp4', ['-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '500000']],
] as const;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', 3);
  recordings.encodeAll(wav, [...FORMATS, ['index-last.m4a', []], ['sound.mka', []], ['sound.flac', []]]);
});

/** One that was made before the first test. */
const made = (name: string): string => join(recordings.folder, name);

test.after(() => recordings.remove());

/** A file in memory that counts how often it is read. */
class MemoryFile {
  reads = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    this.reads += 1;
    const part = this.#bytes.subarray(position, position + length);
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }
}

function ofBytes(bytes: Uint8Array, size = bytes.length): Promise<Extent> {
  return extentOf(new FileWindow(new MemoryFile(bytes) as unknown as FileHandle, size));
}

async function ofFile(path: string): Promise<Extent> {
  const handle = await open(path);
  try {
    return await extentOf(new FileWindow(handle, (await handle.stat()).size));
  } finally {
    await handle.close();
  }
}

for (const [name] of FORMATS) {
  test(`${name}: whole is whole, and a part is cut`, async () => {
    const path = made(name);
    const bytes = readFileSync(path);
    const whole = await ofFile(path);
    assert.is(whole.isCut, false);
    for (const share of [0.4, 0.7, 0.98]) assert.is((await ofBytes(bytes.subarray(0, Math.round(bytes.length * share)))).isCut, true, `${share}`);
    const { durationMs } = whole;
    if (durationMs !== undefined) assert.ok(Math.abs(durationMs - 3000) < 100, `${durationMs} ms`);
  });
}

test('sizes of a writer that did not know them are no promise', async () => {
  for (const size of [0, 0x7ffff000, 0xffffffdb, 0x80000000]) {
    const bytes = Buffer.from(readFileSync(wav));
    bytes.writeUInt32LE(size, 40);
    const { isCut, durationMs } = await ofBytes(bytes);
    assert.is(isCut, false, size.toString(16));
    assert.is(Math.round(durationMs!), 3000);
  }
  const aiff = Buffer.from(readFileSync(made('a.aiff')));
  aiff.writeUInt32BE(0x7f000008, aiff.indexOf('SSND') + 4);
  assert.is((await ofBytes(aiff)).isCut, false);
});

test('a header that counts itself as sound cuts nothing', async () => {
  const bytes = Buffer.from(readFileSync(wav));
  bytes.writeUInt32LE(bytes.length, 40);
  assert.is((await ofBytes(bytes)).isCut, false);
});

test('an Ogg without its end mark, or with a tag behind it, is whole', async () => {
  const bytes = Buffer.from(readFileSync(made('a.opus')));
  const last = bytes.lastIndexOf('OggS');
  bytes[last + 5]! &= ~4;
  assert.is((await ofBytes(bytes)).isCut, false);
  assert.is((await ofBytes(bytes.subarray(0, last))).isCut, false);
  assert.is((await ofBytes(Buffer.concat([bytes, Buffer.from('TAG'.padEnd(128, ' '))]))).isCut, false);
});

test('of two tracks the default is heard, else the longest; the length is that track\'s', async () => {
  const both = ['-map', '0:a', '-map', '1:a'];
  const secondIsDefault = [...both, '-disposition:a:0', '0', '-disposition:a:1', 'default'];
  recordings.encodeAll(wav, [['two.m4a', ['-i', recordings.wav('long.wav', 9), ...both]], ['second.m4a', secondIsDefault], ['second.mka', secondIsDefault]]);
  const first = await ofFile(made('two.m4a'));
  assert.is(first.stream, 0);
  assert.ok(Math.abs(first.durationMs! - 3000) < 100);
  const second = await ofFile(made('second.m4a'));
  assert.is(second.stream, 1);
  assert.ok(Math.abs(second.durationMs! - 9000) < 100);
  const none = Buffer.from(readFileSync(made('two.m4a')));
  for (let at = none.indexOf('tkhd'); at >= 0; at = none.indexOf('tkhd', at + 4)) none[at + 7] = 0;
  assert.is((await ofBytes(none)).stream, 1);
  assert.is((await ofFile(made('second.mka'))).stream, 1);
});

test('a cut MP4 whose index was at its end lacks it', async () => {
  const bytes = readFileSync(made('index-last.m4a'));
  assert.is((await ofBytes(bytes)).lacksIndex ?? false, false);
  assert.is((await ofBytes(bytes.subarray(0, Math.round(bytes.length * 0.9)))).lacksIndex, true);
});

test('FFmpeg\'s length counts only where the file has one stream', async () => {
  const both = ['-map', '0:a', '-map', '1:v'];
  recordings.encodeAll(wav, [['film.mkv', ['-f', 'lavfi', '-i', 'color=red:s=64x64:r=5:d=5', ...both, '-c:v', 'mpeg4']], ['film.wmv', both], ['film.avi', [...both, '-c:v', 'mpeg4']]]);
  assert.is((await ofFile(made('sound.mka'))).isLengthOfSound, true);
  assert.is((await ofFile(made('film.mkv'))).isLengthOfSound, false);
  assert.is((await ofFile(made('a.wma'))).isLengthOfSound, true);
  assert.is((await ofFile(made('film.wmv'))).isLengthOfSound, false);
  assert.is((await ofFile(made('film.avi'))).isLengthOfSound, false);
  assert.is((await ofFile(made('sound.flac'))).isLengthOfSound, true);
});

const STARTS: readonly Buffer[] = [
  'RIFF\0\0\x80\0WAVE', 'RIFX\0\0\x80\0WAVE', 'RF64\xff\xff\xff\xffWAVE', 'FORM\0\0\x80\0AIFF', 'caff\0\x01\0\0', '.snd', 'OggS', '\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff',
  '\0\0\0\x08ftyp', '\0\0\0\x08free', '\0\x80\0\0moov', `riff${'\0'.repeat(20)}wave${'\0'.repeat(12)}`, '0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel',
].map((text) => Buffer.from(text, 'latin1'));

test('eight hostile megabytes behind any start cost a bounded number of reads', async () => {
  const fillings = [Buffer.alloc(8), Buffer.from('JUNK\0\0\0\0', 'latin1'), Buffer.from('\0\0\0\x08free', 'latin1'), Buffer.from('\xec\x80'), Buffer.from('OggS'), Buffer.alloc(1, 0xff)];
  for (const start of STARTS) {
    for (const filling of fillings) {
      const memory = new MemoryFile(Buffer.concat([start, Buffer.alloc(8 * 1024 * 1024, filling)]));
      await extentOf(new FileWindow(memory as unknown as FileHandle, 8 * 1024 * 1024));
      assert.ok(memory.reads <= 600, `${memory.reads} reads behind ${JSON.stringify(start.toString('latin1'))} and ${JSON.stringify(filling.toString('latin1'))}`);
    }
  }
});

test('any bytes behind any start are understood as something', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...STARTS), fc.uint8Array({ maxLength: 400 }), async (start, bytes) => {
    const { stream } = await ofBytes(Buffer.concat([start, bytes]));
    assert.ok(stream >= 0);
  }), { numRuns: 2000 });
});

test('any change of a real index is understood as something', async () => {
  const bytes = readFileSync(made('first.m4a')).subarray(0, 4000);
  await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 8 }), async (at, change) => {
    const changed = Buffer.from(bytes);
    changed.set(change.subarray(0, changed.length - at), at);
    assert.ok((await ofBytes(changed)).stream >= 0);
  }), { numRuns: 1000 });
});

test.run();
