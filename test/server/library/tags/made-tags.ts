/** Tags made by hand for tests, byte by byte: ID3v2.3 and 2.4, and Vorbis comments of a FLAC. */
import fc from 'fast-check';

/** A frame of ID3v2: its four letters and its bytes. */
export interface Frame {
  readonly id: string;
  readonly data: Buffer;
}

/** id3.org, ID3 tag version 2.3.0 and 2.4.0, section 3; no flags. */
export function id3Tag(version: 3 | 4, frames: readonly Frame[], padding: number): Buffer {
  const body = Buffer.concat([...frames.flatMap(({ id, data }) => [Buffer.from(id, 'latin1'), version === 4 ? synchsafe(data.length) : big(data.length), Buffer.from([0, 0]), data]), Buffer.alloc(padding)]);
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([version, 0, 0]), synchsafe(body.length), body]);
}

/** Where the tag ends. */
export function id3Bytes(file: Buffer): number {
  return file.toString('latin1', 0, 3) === 'ID3' ? 10 + [6, 7, 8, 9].reduce((sum, at) => sum * 128 + file[at]!, 0) : 0;
}

/** A WAV or AIFF with one more chunk, in the byte order of its kind. */
export function withChunk(file: Buffer, id: string, data: Buffer): Buffer {
  const size = file.toString('latin1', 0, 4) === 'RIFF' ? little : big;
  const chunk = Buffer.concat([Buffer.from(id, 'latin1'), size(data.length), data, Buffer.alloc(data.length % 2)]);
  return Buffer.concat([file.subarray(0, 4), size(file.length - 8 + chunk.length), file.subarray(8), chunk]);
}

/** A FLAC with these comments in the place of its own. RFC 9639, section 8. */
export function flacWith(file: Buffer, comments: readonly string[], picture: Buffer | undefined): Buffer {
  const blocks: { type: number; data: Buffer }[] = [];
  let at = 4;
  for (let isLast = false; !isLast;) {
    isLast = (file[at]! & 0x80) !== 0;
    const length = file.readUIntBE(at + 1, 3);
    blocks.push({ type: file[at]! & 0x7f, data: file.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  const texts = comments.map((text) => Buffer.from(text));
  const block = Buffer.concat([little(4), Buffer.from('made'), little(texts.length), ...texts.flatMap((text) => [little(text.length), text])]);
  const kept = [{ type: 0, data: blocks.find(({ type }) => type === 0)!.data }, { type: 4, data: block }, ...(picture ? [{ type: 6, data: picture }] : []), { type: 1, data: Buffer.alloc(300) }];
  const bytes = kept.map(({ type, data }, index) => Buffer.concat([Buffer.from([type | (index === kept.length - 1 ? 0x80 : 0)]), big(data.length).subarray(1), data]));
  return Buffer.concat([Buffer.from('fLaC'), ...bytes, file.subarray(at)]);
}

/** The comments of a FLAC, and its bytes of sound. */
export function flacParts(file: Buffer): { readonly comments: string[]; readonly pictures: Buffer[]; readonly sound: Buffer } {
  const comments: string[] = [];
  const pictures: Buffer[] = [];
  let at = 4;
  for (let isLast = false; !isLast;) {
    isLast = (file[at]! & 0x80) !== 0;
    const data = file.subarray(at + 4, at + 4 + file.readUIntBE(at + 1, 3));
    if ((file[at]! & 0x7f) === 4) {
      let to = 4 + data.readUInt32LE(0);
      const count = data.readUInt32LE(to);
      to += 4;
      for (let index = 0; index < count; index += 1) {
        const length = data.readUInt32LE(to);
        comments.push(data.toString('utf8', to + 4, to + 4 + length));
        to += 4 + length;
      }
    }
    if ((file[at]! & 0x7f) === 6) pictures.push(Buffer.from(data));
    at += 4 + data.length;
  }
  return { comments, pictures, sound: file.subarray(at) };
}

const words = fc.string({ unit: fc.constantFrom(...'abcXYZ äöüßçñ'), minLength: 1, maxLength: 20 }).map((text) => text.trim() || 'x');
const anyWords = fc.string({ unit: fc.constantFrom(...'abc äöß日本語Жд€♥𝄞'), minLength: 1, maxLength: 20 }).map((text) => text.trim() || 'x');
const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((data) => Buffer.from(data));

/** Text in Latin-1, or in UTF-16 with a byte order mark. */
const encoded = fc.oneof(
  words.map((text) => ({ code: 0, text: Buffer.from(text, 'latin1'), end: Buffer.alloc(1) })),
  anyWords.map((text) => ({ code: 1, text: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]), end: Buffer.alloc(2) })),
);
const textFrame = fc.tuple(fc.constantFrom('TIT2', 'TPE1', 'TPE2', 'TALB', 'TCOM', 'TPUB', 'TSRC', 'TENC', 'TCOP', 'TIT1', 'TIT3', 'TEXT', 'TPE3'), encoded)
  .map(([id, { code, text }]): Frame => ({ id, data: Buffer.concat([Buffer.from([code]), text]) }));
const commentFrame = fc.tuple(fc.constantFrom('COMM', 'USLT'), encoded).map(([id, { code, text, end }]): Frame => ({ id, data: Buffer.concat([Buffer.from([code]), Buffer.from('eng'), code === 1 ? Buffer.from([0xff, 0xfe]) : Buffer.alloc(0), end, text]) }));
const userFrame = fc.tuple(words, words).map(([name, text]): Frame => ({ id: 'TXXX', data: Buffer.concat([Buffer.from([0]), Buffer.from(`MY ${name}`, 'latin1'), Buffer.alloc(1), Buffer.from(text, 'latin1')]) }));
const pictureFrame = bytes.map((data): Frame => ({ id: 'APIC', data: Buffer.concat([Buffer.from([0]), Buffer.from('image/png\0'), Buffer.from([3]), Buffer.from('cover\0'), data]) }));
const otherFrame = fc.oneof(
  bytes.map((data): Frame => ({ id: 'PRIV', data: Buffer.concat([Buffer.from('owner\0'), data]) })),
  bytes.map((data): Frame => ({ id: 'UFID', data: Buffer.concat([Buffer.from('http://id\0'), data.subarray(0, 60)]) })),
  fc.integer({ min: 0, max: 255 }).map((rating): Frame => ({ id: 'POPM', data: Buffer.concat([Buffer.from('me@home\0'), Buffer.from([rating, 0, 0, 0, 9])]) })),
  words.map((text): Frame => ({ id: 'WOAR', data: Buffer.from(`http://a/${text.replace(/[^a-z]/g, '')}`, 'latin1') })),
);
const genreFrame = words.map((text): Frame => ({ id: 'TCON', data: Buffer.concat([Buffer.from([0]), Buffer.from(text, 'latin1')]) }));

/** Frames of a tag, each kind of text at most once. */
export const anyFrames: fc.Arbitrary<Frame[]> = fc.tuple(
  fc.uniqueArray(textFrame, { maxLength: 6, selector: ({ id }) => id }), fc.array(commentFrame, { maxLength: 1 }), fc.uniqueArray(userFrame, { maxLength: 3, selector: ({ data }) => data.toString('latin1').split('\0')[1]!.toLowerCase() }),
  fc.array(pictureFrame, { maxLength: 2 }), fc.array(otherFrame, { maxLength: 3 }), fc.array(genreFrame, { maxLength: 1 }),
).map((all) => all.flat());

export const anyComments: fc.Arbitrary<string[]> = fc.array(fc.tuple(fc.constantFrom('TITLE', 'ARTIST', 'Artist', 'ALBUM', 'COMMENT', 'DESCRIPTION', 'TRACKNUMBER', 'REPLAYGAIN_TRACK_GAIN', 'mood', 'X-ODD KEY', 'DATE', 'GENRE'), anyWords).map(([key, value]) => `${key}=${value}`), { maxLength: 12 });

/** Metadata for FFmpeg to write, by its own names. */
export const anyMetadata: fc.Arbitrary<[string, string][]> = fc.uniqueArray(fc.tuple(fc.constantFrom('title', 'artist', 'album', 'album_artist', 'composer', 'comment', 'date', 'track', 'copyright', 'description', 'lyrics', 'genre'), anyWords), { maxLength: 9, selector: ([name]) => name });

/** A picture block of a FLAC. */
export const anyPicture: fc.Arbitrary<Buffer> = bytes.map((data) => Buffer.concat([big(3), big(9), Buffer.from('image/png'), big(0), big(1), big(1), big(24), big(0), big(data.length), data]));

function synchsafe(value: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((bits) => (value >> bits) & 0x7f));
}

function big(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function little(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
