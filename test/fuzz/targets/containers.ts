/** Files and frames: Ogg, MP3 and ADTS, and what the headers of containers say of their sound. */
import * as assert from 'node:assert/strict';
import { extentOf } from '../../../server/sources/extent/extent-of.js';
import { lengthHint } from '../../../server/library/length-hint.js';
import type { ReadWindow } from '../../../server/sources/extent/file-window.js';
import { CodecChange, followCodec } from '../../../server/sources/station/codec-change.js';
import { OggTitles } from '../../../server/sources/station/ogg-titles.js';
import { wavFile } from '../../../server/sources/wav.js';
import type { Target } from '../fuzz.js';
import { inPieces } from './cuts.js';

export function comments(start: string, ...texts: readonly string[]): Buffer {
  const sized = (text: string): Buffer => Buffer.concat([word(Buffer.byteLength(text)), Buffer.from(text)]);
  return Buffer.concat([Buffer.from(start, 'latin1'), sized('some encoder'), word(texts.length), ...texts.map(sized)]);
}

/** A page with one packet in it (RFC 3533). */
function oggPage(flags: number, serial: number, body: Uint8Array, granule = 0): Buffer {
  const header = Buffer.alloc(27);
  header.write('OggS', 'latin1');
  header[5] = flags;
  header.writeBigUInt64LE(BigInt(granule), 6);
  header.writeUInt32LE(serial, 14);
  const sizes = [...Array.from({ length: Math.floor(body.length / 255) }, () => 255), body.length % 255];
  header[26] = sizes.length;
  return Buffer.concat([header, Buffer.from(sizes), body]);
}

function opusFile(title: string): Buffer {
  const head = Buffer.concat([Buffer.from('OpusHead\x01\x02', 'latin1'), Buffer.from([0x38, 1]), word(48000), Buffer.from([0, 0, 0])]);
  return Buffer.concat([oggPage(2, 7, head), oggPage(0, 7, comments('OpusTags', 'ARTIST=Björk', `TITLE=${title}`)), oggPage(4, 7, Buffer.alloc(300), 96000)]);
}

export const ogg: Target = {
  name: 'ogg',
  shape: 'bytes',
  seeds: [
    opusFile('Jóga'), Buffer.concat([opusFile('a'), opusFile('b'.repeat(600))]),
    Buffer.concat([oggPage(2, 1, Buffer.concat([Buffer.from('\x01vorbis', 'latin1'), word(0), Buffer.from([2]), word(44100), Buffer.alloc(14)])), oggPage(0, 1, comments('\x03vorbis', 'TITLE=x')), oggPage(4, 1, Buffer.alloc(20), 44100)]),
  ],
  words: ['OggS', 'OpusTags', 'OpusHead', '\x03vorbis', '\x01vorbis', '\x7fFLAC', 'TITLE=', 'ARTIST=', '\x84'],
  async run(input) {
    const titles = (pieces: readonly Uint8Array[]): (string | null)[] => {
      const all: (string | null)[] = [];
      const reader = new OggTitles((title) => all.push(title));
      for (const piece of pieces) reader.push(piece);
      return all;
    };
    assert.deepEqual(titles(inPieces(input)), titles([input]), 'pieces give the same titles');
    await examine(input);
  },
};

export const extents: Target = {
  name: 'extents',
  shape: 'bytes',
  seeds: [
    wavFile(new Int16Array(100), 44100, 2), opusFile('x'),
    Buffer.concat([box('ftyp', Buffer.from('M4A \0\0\0\0isom')), box('moov', box('mvhd', Buffer.alloc(100)), box('trak', box('mdia', box('mdhd', Buffer.alloc(24, 1)), box('hdlr', Buffer.from('\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')), box('minf', box('stbl', box('stsd', Buffer.alloc(30)), box('stco', Buffer.alloc(16))))))), box('mdat', Buffer.alloc(50))]),
    Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), box('moov', box('mvex', box('trex', Buffer.alloc(24)))), box('moof', box('traf', box('tfhd', Buffer.alloc(8)))), box('mdat', Buffer.alloc(9))]),
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], Buffer.from('webm')), element([0x18, 0x53, 0x80, 0x67], element([0x15, 0x49, 0xa9, 0x66], element([0x44, 0x89], Buffer.alloc(8, 64))), element([0x16, 0x54, 0xae, 0x6b], element([0xae], element([0x83], Buffer.from([2])))), element([0x1f, 0x43, 0xb6, 0x75], Buffer.alloc(40)))),
    Buffer.concat([Buffer.from('caff\0\x01\0\0', 'latin1'), Buffer.from('desc\0\0\0\0\0\0\0\x20', 'latin1'), Buffer.alloc(32, 3), Buffer.from('data\0\0\0\0\0\0\0\x40', 'latin1'), Buffer.alloc(64)]),
    Buffer.concat([Buffer.from('.snd', 'latin1'), Buffer.from([0, 0, 0, 24, 0, 0, 0, 40, 0, 0, 0, 3, 0, 0, 0x56, 0x22, 0, 0, 0, 1]), Buffer.alloc(40)]),
    Buffer.concat([Buffer.from('FORM\0\0\0\x60AIFFCOMM\0\0\0\x12\0\x02\0\0\0\x10\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0SSND\0\0\0\x28', 'latin1'), Buffer.alloc(40)]),
    Buffer.concat([Buffer.from('riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0', 'latin1'), Buffer.alloc(80)]),
    Buffer.concat([Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'), Buffer.from([100, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2]), Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex'), Buffer.from([104, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(80)]),
  ],
  words: ['moov', 'trak', 'mdia', 'stbl', 'moof', 'mdat', 'RIFF', 'RF64', 'ds64', 'data', 'fact', 'FORM', 'AIFC', 'COMM', 'SSND', '\0\0\0\x01', '\xff\xff\xff\xff\xff\xff\xff\xff', '\x80\0\0\0\0\0\0\0'],
  run: examine,
};

/** What the headers say, read from a window over the bytes; the number of reads must follow from their number, not from what they say. */
async function examine(input: Uint8Array): Promise<void> {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  let reads = 0;
  const file: ReadWindow = {
    size: bytes.length,
    async read(at, length) {
      assert.ok(Number.isInteger(at) && at >= 0 && Number.isSafeInteger(length) && length >= 0 && length <= 1024 * 1024, `read(${at}, ${length})`);
      reads += 1;
      return bytes.subarray(at, at + length);
    },
  };
  const extent = await extentOf(file);
  assert.ok(Number.isInteger(extent.stream) && extent.stream >= 0);
  for (const [key, value] of Object.entries(extent)) if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0, `${key}: ${value}`);
  await lengthHint(file, extent);
  assert.ok(reads <= 40 + bytes.length, `${reads} reads of ${bytes.length} bytes`);
}

const MP3_FRAME = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)]);
const ADTS_FRAME = Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x0c, 0xff, 0xfc]), Buffer.alloc(96 - 3)]);

/** Frames of a radio, which may change their format within. */
export const frames: Target = {
  name: 'frames',
  shape: 'bytes',
  seeds: [
    Buffer.concat(Array.from({ length: 5 }, () => MP3_FRAME)), Buffer.concat(Array.from({ length: 12 }, () => ADTS_FRAME)),
    Buffer.concat([...Array.from({ length: 22 }, () => MP3_FRAME), ...Array.from({ length: 30 }, () => ADTS_FRAME)]), Buffer.concat([MP3_FRAME, MP3_FRAME, MP3_FRAME, opusFile('x'), Buffer.alloc(8192)]),
  ],
  words: ['\xff\xfb\x90\0', '\xff\xf3\x40\0', '\xff\xf1\x50\x80', '\xff\xff\xff\xff', 'OggS\0\x02', 'fLaC\0\0\0\x22', 'ftyp', 'ID3\x03\0\0\0\0\0\x0a'],
  run(input) {
    followCodec(input);
    for (const format of ['mp3', 'aac'] as const) {
      const change = new CodecChange(format);
      for (const piece of inPieces(input)) {
        const rest = change.push(piece);
        if (rest === undefined) continue;
        assert.ok(rest.length > 0 && Buffer.from(input).indexOf(rest.subarray(0, 4)) >= 0, 'what is left is from the input');
        break;
      }
    }
  },
};

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A box of MP4 (ISO/IEC 14496-12, section 4.2). */
function box(name: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** An element of Matroska, with a size of two bytes (RFC 8794, section 6). */
function element(id: readonly number[], ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(id), Buffer.from([0x40 | (body.length >> 8), body.length & 255]), body]);
}
