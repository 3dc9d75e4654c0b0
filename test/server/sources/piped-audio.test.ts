import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openPipedAudio, type PipedAudio } from '../../../server/sources/piped-audio.js';
import { Recordings } from './recordings.js';
import { gone, HAS_FFMPEG, loudness } from './station/radio.js';

const test = suite('sound that is piped in');
const SECONDS = 2;
let recordings: Recordings;
let wav: string;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', SECONDS);
});
test.after.each(gone);
test.after(() => recordings.remove());

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all({ chunks }: PipedAudio): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await all(await openPipedAudio(inPieces(bytes, 1000)));
  } catch (error) {
    assert.is((error as Error).name, 'PipedAudioError');
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

test('16-bit WAV is passed through, however it is split', async () => {
  const bytes = readFileSync(wav);
  for (const size of [1, 30, 44, 100, 1e6]) {
    const sound = await openPipedAudio(inPieces(bytes, size));
    assert.equal(sound.format, { encoding: 's16le', sampleRate: 22050, channels: 1 });
    assert.equal(await all(sound), bytes.subarray(44));
  }
});

for (const [name, args] of [
  ['24-bit.wav', ['-c:a', 'pcm_s24le']], ['8-bit.wav', ['-c:a', 'pcm_u8']], ['music.mp3', []], ['music.flac', []], ['music.ogg', ['-c:a', 'libvorbis']], ['music.aiff', []],
] as const) {
  test(`${name} goes through FFmpeg`, async () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    const sound = await openPipedAudio(inPieces(readFileSync(recordings.encode(wav, name, ...args)), 3000));
    assert.equal(sound.format, { encoding: 's16le', sampleRate: 22050, channels: 2 });
    const bytes = await all(sound);
    assert.ok(Math.abs(bytes.length / 88_200 - SECONDS) < 0.1, `${bytes.length / 88_200} s`);
    assert.ok(loudness(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))) > 0.02);
  });
}

test('input that is not audio is refused with the cause', async () => {
  assert.match(await refusal(new Uint8Array(0)), /0 bytes/);
  assert.match(await refusal(readFileSync(wav).subarray(0, 43)), /ends before its samples/);
  if (HAS_FFMPEG) assert.match(await refusal(Buffer.from('raw samples, perhaps\n'.repeat(500))), /not audio that FFmpeg can decode \(this is not an audio format\)/);
});

test('leaving the loop ends FFmpeg', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const { chunks } = await openPipedAudio(inPieces(readFileSync(recordings.encode(wav, 'long.mp3', '-filter_complex', 'aloop=loop=20:size=44100')), 3000));
  for await (const chunk of chunks) {
    assert.ok(chunk.length > 0);
    break;
  }
});

test.run();
