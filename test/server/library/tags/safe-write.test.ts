/** Writing a tag changes the asked fields and nothing else, or nothing at all. */
import * as assert from 'uvu/assert';
import { chmodSync, copyFileSync, existsSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import { differenceOf, isSameSound, tagsOf } from '../../../../server/library/tags/contents.js';
import { TagEditor, TagError } from '../../../../server/library/tags/editor.js';
import type { Fields } from '../../../../server/library/tags/fields.js';
import { tagKindOf } from '../../../../server/library/tags/kinds.js';
import { safeWrite } from '../../../../server/library/tags/safe-write.js';
import { Recordings, withPackagedFfmpeg } from '../../sources/recordings.js';
import { anyComments, anyFrames, anyMetadata, anyPicture, flacParts, flacWith, id3Bytes, id3Tag, withChunk } from './made-tags.js';

const test = suite('library: tags are written safely');
const AFTER: Fields = { genre: ['Jazz'], own: 'genre=Jazz; confidence=0.83; model=m; version=1; tag=written' };
const RUNS = 8;
/** Of formats that FFmpeg has to make. */
const FEWER_RUNS = 5;
let recordings: Recordings;
let music: string;
let editor: TagEditor;

test.before(() => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', 1);
  recordings.encodeAll(music, [...FORMATS, ...OTHERS].map((name) => [name, argumentsFor(name)]));
  editor = new TagEditor();
});
test.after(async () => {
  await editor.close();
  recordings.remove();
});

/** @returns the fields before, or undefined where the file was left alone */
async function write(path: string, after = AFTER, isSame = isSameSound): Promise<Fields | undefined> {
  const kind = tagKindOf(path)!;
  const bytes = readFileSync(path);
  try {
    const before = await editor.read(path, kind);
    await safeWrite(editor, { path, kind, before, after, onReady() {}, isSame });
    return before;
  } catch (error) {
    assert.instance(error, TagError);
    assert.is(Buffer.compare(readFileSync(path), bytes), 0, 'the file was changed all the same');
    return undefined;
  } finally {
    assert.equal(readdirSync(recordings.folder).filter((name) => name.startsWith('.livegenre-')), [], 'a copy was left');
  }
}

/** For tests that compare the sound themselves: byte by byte, which needs no FFmpeg, or once for several writes. */
const comparedHere = async (): Promise<boolean> => true;

const FORMATS = ['id3v23.mp3', 'id3v24.mp3', 'a.flac', 'a.ogg', 'a.opus', 'a.m4a', 'a.wav', 'a.aiff'];

const OTHERS = ['guarded.flac', 'single.flac', 'busy.mp3', 'one.flac', 'sound.flac', 'strict.flac'];

function argumentsFor(name: string): readonly string[] {
  const meta = ['-metadata', 'title=Tïtle', '-metadata', 'artist=Ärtist', '-metadata', 'comment=mine', '-metadata', 'track=3/9', '-metadata', 'date=1999'];
  const version = /id3v2(\d)/.exec(name)?.[1];
  const options = name.endsWith('.ogg') ? ['-c:a', 'libvorbis', '-ar', '44100'] : name.endsWith('.aiff') ? ['-write_id3v2', '1'] : version ? ['-id3v2_version', version] : [];
  return [...options, ...meta];
}

/** One that was made before the first test. */
const made = (name: string): string => join(recordings.folder, name);

for (const name of FORMATS) {
  test(`${name}: both fields are there, the rest is as before, and undo takes them back`, async () => {
    const path = made(name);
    const original = await tagsOf(path);
    const kept = join(recordings.folder, `kept ${name}`);
    copyFileSync(path, kept);
    const before = await write(path);
    assert.equal(before, { genre: [], own: undefined });
    assert.equal(await editor.read(path, tagKindOf(path)!), AFTER);
    const written = await tagsOf(path);
    assert.is(differenceOf(original, written), undefined);
    assert.is(written.fields.size, original.fields.size + 2);
    const again = { ...AFTER, genre: ['Rock', 'Jazz'] };
    assert.equal(await write(path, again, comparedHere), AFTER);
    assert.equal(await editor.read(path, tagKindOf(path)!), again);
    assert.equal(await write(path, before, comparedHere), again);
    assert.equal(await tagsOf(path), original);
    assert.ok(await withPackagedFfmpeg(() => isSameSound(path, kept)));
  });
}

test('MP3: whatever is in its tag, only the asked fields change', async () => {
  const sound = readFileSync(recordings.encode(music, 'plain.mp3', '-map_metadata', '-1', '-id3v2_version', '0', '-write_id3v1', '0'));
  const mp3 = sound.subarray(id3Bytes(sound));
  let written = 0;
  await fc.assert(fc.asyncProperty(fc.constantFrom<3 | 4>(3, 4), anyFrames, fc.integer({ min: 0, max: 4000 }), async (version, frames, padding) => {
    const path = recordings.write('any.mp3', Buffer.concat([id3Tag(version, frames, padding), mp3]));
    const original = await tagsOf(path);
    if (!await write(path, AFTER, comparedHere)) return;
    written += 1;
    assert.is(differenceOf(original, await tagsOf(path)), undefined);
    const bytes = readFileSync(path);
    assert.is(bytes[3], version, 'the version of the tag');
    assert.is(Buffer.compare(bytes.subarray(id3Bytes(bytes)), mp3), 0, 'every byte of the sound, and nothing behind it');
    for (const { id, data } of frames) if (id === 'PRIV' || id === 'APIC') assert.ok(bytes.includes(data), id);
  }), { numRuns: RUNS });
  assert.ok(written >= RUNS * 0.6, `${written} of ${RUNS} were written`);
});

test('FLAC: whatever is in its comments, only the asked fields change', async () => {
  const flac = readFileSync(recordings.encode(music, 'plain.flac'));
  let written = 0;
  await fc.assert(fc.asyncProperty(anyComments, fc.option(anyPicture, { nil: undefined }), async (comments, picture) => {
    const path = recordings.write('any.flac', flacWith(flac, comments, picture));
    const before = flacParts(readFileSync(path));
    if (!await write(path, AFTER, comparedHere)) return;
    written += 1;
    const after = flacParts(readFileSync(path));
    const others = (all: readonly string[]): string[] => all.filter((each) => !/^(GENRE|LIVEGENRE)=/i.test(each)).map((each) => each.slice(0, each.indexOf('=')).toUpperCase() + each.slice(each.indexOf('='))).sort();
    assert.equal(others(after.comments), others(before.comments));
    assert.equal(after.comments.filter((each) => /^(GENRE|LIVEGENRE)=/i.test(each)).sort(), ['GENRE=Jazz', `LIVEGENRE=${AFTER.own}`]);
    assert.equal(after.pictures.map((each) => each.toString('hex')), before.pictures.map((each) => each.toString('hex')));
    assert.is(Buffer.compare(after.sound, before.sound), 0);
  }), { numRuns: RUNS });
  assert.ok(written >= RUNS * 0.6, `${written} of ${RUNS} were written`);
});

for (const [name, chunk, samples] of [['any.wav', 'id3 ', 'data'], ['any.aiff', 'ID3 ', 'SSND']] as const) {
  test(`${name.slice(4)}: whatever is in its tag, only the asked fields change`, async () => {
    const sound = readFileSync(recordings.encode(music, `plain.${name}`, '-map_metadata', '-1', '-fflags', '+bitexact'));
    let written = 0;
    await fc.assert(fc.asyncProperty(fc.constantFrom<3 | 4>(3, 4), anyFrames, async (version, frames) => {
      const path = recordings.write(name, withChunk(sound, chunk, id3Tag(version, frames, 0)));
      const original = await tagsOf(path);
      if (!await write(path, AFTER, comparedHere)) return;
      written += 1;
      assert.is(differenceOf(original, await tagsOf(path)), undefined);
      const bytes = readFileSync(path);
      assert.ok(bytes.includes(sound.subarray(sound.indexOf(samples))), 'every byte of the sound');
      for (const { id, data } of frames) if (id === 'PRIV' || id === 'APIC') assert.ok(bytes.includes(data), id);
    }), { numRuns: FEWER_RUNS });
    assert.ok(written >= FEWER_RUNS * 0.6, `${written} of ${FEWER_RUNS} were written`);
  });
}

for (const [name, ...options] of [['any.ogg', '-c:a', 'libvorbis', '-ar', '44100'], ['any.opus', '-c:a', 'libopus'], ['any.m4a']] as const) {
  test(`${name.slice(4)}: whatever its metadata, only the asked fields change`, async () => {
    const plain = recordings.encode(music, `plain.${name}`, ...options);
    let written = 0;
    await fc.assert(fc.asyncProperty(anyMetadata, async (metadata) => {
      const path = recordings.encode(plain, name, '-c', 'copy', ...metadata.flatMap(([key, value]) => ['-metadata', `${key}=${value}`]));
      const original = await tagsOf(path);
      assert.ok(original.fields.size >= metadata.length, 'FFmpeg wrote them');
      if (!await withPackagedFfmpeg(() => write(path))) return;
      written += 1;
      assert.is(differenceOf(original, await tagsOf(path)), undefined);
    }), { numRuns: FEWER_RUNS });
    assert.ok(written >= FEWER_RUNS * 0.6, `${written} of ${FEWER_RUNS} were written`);
  });
}

test('links, read-only files and files with two names are left alone', async () => {
  const path = made('guarded.flac');
  const whyLeft = async (name: string): Promise<string> => {
    const file = join(recordings.folder, name);
    const kind = tagKindOf(file)!;
    return safeWrite(editor, { path: file, kind, before: { genre: [], own: undefined }, after: AFTER, onReady: () => {} }).then(() => 'written', (error: Error) => error.message);
  };
  symlinkSync(path, join(recordings.folder, 'link.flac'));
  assert.is(await whyLeft('link.flac'), 'is a link');
  linkSync(path, join(recordings.folder, 'second.flac'));
  assert.is(await whyLeft('guarded.flac'), 'has a second name (a hard link)');
  const single = made('single.flac');
  chmodSync(single, 0o444);
  assert.is(await whyLeft('single.flac'), 'is read-only');
  assert.is(await whyLeft('nowhere.flac'), 'is gone');
});

test('the file keeps its permissions, and one that changes meanwhile is left alone', async () => {
  const path = made('busy.mp3');
  chmodSync(path, 0o640);
  await write(path, AFTER, comparedHere);
  assert.is(statSync(path).mode & 0o777, 0o640);
  const kind = tagKindOf(path)!;
  const slow = { read: (file: string) => editor.read(file, kind), write: async (file: string, _: unknown, fields: Fields) => { writeFileSync(path, 'another file'); return editor.write(file, kind, fields); } };
  await safeWrite(slow as unknown as TagEditor, { path, kind, before: AFTER, after: { ...AFTER, genre: ['Rock'] }, onReady: () => {} })
    .then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'has changed meanwhile'));
  assert.is(readFileSync(path, 'utf8'), 'another file');
});

test('other sound is found', async () => {
  const other = recordings.encode(recordings.wav('other.wav', 1, 2), 'other.flac');
  assert.not.ok(await isSameSound(made('one.flac'), other));
  const path = made('sound.flac');
  const before = await editor.read(path, 'vorbis');
  const careless = { read: async () => before, write: async (file: string) => { writeFileSync(file, flacWith(readFileSync(other), ['TITLE=Tïtle', 'ARTIST=Ärtist', 'COMMENT=mine', 'TRACKNUMBER=3/9', 'DATE=1999', 'GENRE=Jazz', `LIVEGENRE=${AFTER.own}`], undefined)); } };
  let why = '';
  await safeWrite({ ...careless, read: async (file: string) => (file === path ? before : AFTER) } as unknown as TagEditor, { path, kind: 'vorbis', before, after: AFTER, onReady: () => {} }).catch((error: Error) => { why = error.message; });
  assert.match(why, /would also change/);
});

test('a writer that changes more than was asked changes nothing', async () => {
  const path = made('strict.flac');
  const bytes = readFileSync(path);
  const careless = {
    read: (file: string) => editor.read(file, 'vorbis'),
    write: async (file: string) => { writeFileSync(file, flacWith(readFileSync(file), ['TITLE=another', 'GENRE=Jazz', `LIVEGENRE=${AFTER.own}`], undefined)); },
  };
  let isReady = false;
  await safeWrite(careless as unknown as TagEditor, { path, kind: 'vorbis', before: { genre: [], own: undefined }, after: AFTER, onReady: () => { isReady = true; } })
    .then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /writing its tag would also change vorbis/));
  assert.not.ok(isReady);
  assert.is(Buffer.compare(readFileSync(path), bytes), 0);
  assert.ok(existsSync(path));
});

test.run();
