import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OggTitles, titleOfComments } from '../../../../server/sources/station/ogg-titles.js';
import { Recordings } from '../recordings.js';
import { HAS_FFMPEG } from './radio.js';

const test = suite('titles out of Ogg');
let recordings: Recordings;
let wav: string;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', 1);
});
test.after(() => recordings.remove());

/** A comment packet; each text is NAME=value. */
function comments(start: string, ...texts: readonly string[]): Buffer {
  const sized = (text: string): Buffer[] => {
    const bytes = Buffer.from(text);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    return [size, bytes];
  };
  const count = Buffer.alloc(4);
  count.writeUInt32LE(texts.length);
  return Buffer.concat([Buffer.from(start, 'latin1'), ...sized('some encoder'), count, ...texts.flatMap(sized)]);
}

for (const [codec, args] of [['Vorbis', ['-c:a', 'libvorbis']], ['Opus', ['-c:a', 'libopus']], ['FLAC', ['-c:a', 'flac']]] as const) {
  test(`each link of a chain in ${codec} says its title, however the bytes are cut`, () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    const links = ['Jóga', 'x'.repeat(200), ''].map((title, k) => {
      return readFileSync(recordings.encode(wav, `${codec}${k}.ogg`, ...args, '-f', 'ogg', ...(title ? ['-metadata', `title=${title}`, '-metadata', 'artist=Björk'] : [])));
    });
    const bytes = Buffer.concat(links);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 10 }), (cuts) => {
      const heard: (string | null)[] = [];
      const titles = new OggTitles((title) => heard.push(title));
      for (let at = 0, k = 0; at < bytes.length; k += 1) {
        const size = cuts[k % cuts.length]!;
        titles.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.equal(heard, ['Björk - Jóga', `Björk - ${'x'.repeat(200)}`, null]);
    }), { numRuns: 30 });
  });
}

test('of comments with a large picture the start is read, and the rest is not kept', () => {
  const packet = comments('OpusTags', 'TITLE=Jóga', `METADATA_BLOCK_PICTURE=${'x'.repeat(600_000)}`);
  const PAGE_BYTES = 255 * 255;
  const page = (flags: number, table: readonly number[], body: Uint8Array): Buffer => Buffer.concat([Buffer.from('OggS\0'), Buffer.from([flags]), Buffer.alloc(20), Buffer.from([table.length, ...table]), body]);
  const heard: (string | null)[] = [];
  const titles = new OggTitles((title) => heard.push(title));
  titles.push(page(2, [8], Buffer.from('OpusHead')));
  const whole = Array.from({ length: 255 }, () => 255);
  const heardAt = Array.from({ length: Math.floor(packet.length / PAGE_BYTES) }, (_, k) => {
    titles.push(page(k === 0 ? 0 : 1, whole, packet.subarray(k * PAGE_BYTES, (k + 1) * PAGE_BYTES)));
    return heard.length;
  });
  assert.equal(heardAt, [0, 0, 0, 0, 1, 1, 1, 1, 1]);
  assert.equal(heard, ['Jóga']);
});

test('entered in the middle, it waits for the next link', () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const link = readFileSync(recordings.encode(wav, 'a.ogg', '-c:a', 'libopus', '-f', 'ogg', '-metadata', 'title=Next'));
  const heard: (string | null)[] = [];
  new OggTitles((title) => heard.push(title)).push(Buffer.concat([link.subarray(link.length / 2), link]));
  assert.equal(heard, ['Next']);
});

test('what is there of artist and title is said, names in any case', () => {
  assert.is(titleOfComments(comments('OpusTags', 'title=T', 'ALBUM=x', 'Artist=A')), 'A - T');
  assert.is(titleOfComments(comments('\x03vorbis', 'TITLE=A = B')), 'A = B');
  assert.is(titleOfComments(comments('\x84\0\0\0', 'ARTIST=A')), 'A');
  assert.is(titleOfComments(comments('OpusTags')), null);
  assert.is(titleOfComments(Buffer.from('something else')), undefined);
});

test('comments that are cut short, or lie of their lengths, do no harm', () => {
  const whole = comments('OpusTags', 'TITLE=T', 'ARTIST=A');
  for (let length = 8; length < whole.length; length += 1) titleOfComments(whole.subarray(0, length));
  assert.is(titleOfComments(whole.subarray(0, whole.length - 9)), 'T');
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => {
    titleOfComments(Buffer.concat([Buffer.from('OpusTags'), noise]));
    new OggTitles(() => {}).push(Buffer.concat([Buffer.from('OggS'), noise]));
  }));
});

test.run();
