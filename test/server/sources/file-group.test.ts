import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import { FileGroup, isPlainName, type GroupEnd, type GroupPart } from '../../../server/sources/file-group.js';
import { examineFile, SoundFile } from '../../../server/sources/file.js';
import { eventually } from '../../support/until.js';
import { Recordings, childProcesses } from './recordings.js';

const test = suite('file groups');
let recordings: Recordings;
let music: string;

test.before(() => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', 4);
});
test.after(() => recordings.remove());

async function partOf(path: string): Promise<GroupPart> {
  const { extent } = await examineFile(path, async () => undefined);
  return { path, extent };
}

async function decode(paths: readonly string[]): Promise<{ bytes: (Buffer | undefined)[]; end: GroupEnd; group: FileGroup }> {
  const group = new FileGroup(await Promise.all(paths.map(partOf)));
  const bytes = await Promise.all(group.sounds.map(async (sound) => {
    if (!await sound.open()) {
      sound.skip();
      return undefined;
    }
    const parts: Uint8Array[] = [];
    for await (const part of sound.chunks()) parts.push(part);
    return Buffer.concat(parts);
  }));
  const end = await group.end;
  assert.is(await childProcesses(), 0);
  return { bytes, end, group };
}

test('every file of a group has the samples that it has alone', async () => {
  const paths = [music, ...recordings.encodeAll(music, [...['a.mp3', 'b.flac', 'c.ogg', 'd.m4a', 'e.aiff'].map((name) => [name, []] as const), ['stereo.mp3', ['-ac', '2', '-ar', '44100']]])];
  const { bytes, end, group } = await decode(paths);
  assert.equal(end, { isSuspect: paths.map(() => false), unopened: undefined });
  for (const [index, path] of paths.entries()) {
    const file = await SoundFile.open(path);
    const alone: Uint8Array[] = [];
    for await (const chunk of file.chunks()) alone.push(chunk);
    assert.is(Buffer.compare(bytes[index]!, Buffer.concat(alone)), 0, path);
    assert.ok(Math.abs(group.sounds[index]!.decodedMs - file.decodedMs) < 1e-6);
  }
});

test('sound that is read after FFmpeg has exited is whole', async () => {
  const short = recordings.wav('short.wav', 0.3);
  const group = new FileGroup([await partOf(short), await partOf(short)]);
  await eventually('FFmpeg has exited', async () => await childProcesses() === 0);
  for (const sound of group.sounds) {
    assert.ok(await sound.open());
    let bytes = 0;
    for await (const part of sound.chunks()) bytes += part.length;
    assert.is(bytes, 4 * 0.3 * 22_050);
  }
  await group.end;
});

test('a file that can\'t be opened is named, and nothing is decoded', async () => {
  const bad = recordings.write('bad.mp3', Buffer.from('this is text and no sound'));
  const { bytes, end } = await decode([music, bad, music]);
  assert.is(end.unopened, 1);
  assert.equal(bytes, [undefined, undefined, undefined]);
});

test('a damaged file is suspect, the others are not', async () => {
  const whole = readFileSync(recordings.encode(music, 'whole.mp3', '-b:a', '128k'));
  for (let at = 20_000; at < 22_000; at += 1) whole[at] = (at * 97) & 0xff;
  const { end } = await decode([music, recordings.write('damaged.mp3', whole), music]);
  assert.equal(end.isSuspect, [false, true, false]);
});

test('a sound of a rate that the pipe does not take holds nobody up', async () => {
  const slow = recordings.encode(music, 'slow.wav', '-ar', '4000');
  const { bytes, end } = await decode([slow, music]);
  assert.is(bytes[0], undefined);
  assert.ok(bytes[1]!.length > 0);
  assert.is(end.unopened, undefined);
});

test('names that an argument or a line of the log can\'t hold are not plain', () => {
  assert.ok(isPlainName('/music/Björk – Jóga.mp3'));
  assert.not.ok(isPlainName('/music/two\nlines.mp3'));
  assert.not.ok(isPlainName('/music/\udce9.mp3'));
});

test.run();
