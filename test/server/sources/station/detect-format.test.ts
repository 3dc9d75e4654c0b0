import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { detectFormat, DETECTION_BYTES } from '../../../../server/sources/station/detect-format.js';
import { Recordings } from '../recordings.js';
import { HAS_FFMPEG } from './radio.js';

const test = suite('MP3 and ADTS by their frames');
let recordings: Recordings;
let wav: string;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', 4);
});
test.after(() => recordings.remove());

for (const [name, format, args] of [
  ['a.mp3', 'mp3', ['-ar', '44100', '-ac', '2', '-b:a', '320k']],
  ['b.mp3', 'mp3', ['-ar', '48000', '-b:a', '128k']],
  ['c.mp3', 'mp3', ['-ar', '24000', '-b:a', '64k']],
  ['d.mp3', 'mp3', ['-ar', '11025', '-b:a', '16k']],
  ['e.mp3', 'mp3', ['-ar', '44100', '-q:a', '2']],
  ['f.aac', 'aac', ['-ar', '44100', '-ac', '2', '-b:a', '256k', '-f', 'adts']],
  ['g.aac', 'aac', ['-ar', '22050', '-b:a', '24k', '-f', 'adts']],
  ['h.flac', undefined, []],
  ['i.ogg', undefined, ['-c:a', 'libvorbis']],
  ['j.ts', undefined, ['-c:a', 'aac', '-f', 'mpegts']],
] as const) {
  test(`${name} ${args.join(' ')} is ${format ?? 'neither'}, wherever it is entered`, () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    const bytes = readFileSync(recordings.encode(wav, name, ...args));
    for (let at = 0; at + DETECTION_BYTES <= bytes.length; at += 997) {
      assert.is(detectFormat(bytes.subarray(at, at + DETECTION_BYTES)), format, `at ${at}`);
    }
  });
}

test('a container that begins so is none, though short frames lie in it', () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  for (const name of ['short.ts', 'short.mp4']) {
    const bytes = readFileSync(recordings.encode(wav, name, '-ar', '22050', '-c:a', 'libmp3lame', '-b:a', '16k', ...(name.endsWith('ts') ? ['-f', 'mpegts'] : [])));
    assert.is(detectFormat(bytes.subarray(0, DETECTION_BYTES)), undefined, name);
  }
});

test('bytes without frames, and too few of them, are neither', () => {
  assert.is(detectFormat(new Uint8Array(DETECTION_BYTES)), undefined);
  assert.is(detectFormat(new Uint8Array(DETECTION_BYTES).fill(0xff)), undefined);
  assert.is(detectFormat(Uint8Array.of(0xff, 0xfb, 0x90)), undefined);
});

test.run();
