import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openPipedAudio, type PipedAudio, type PipedAudioOptions } from '../../../server/sources/piped-audio.js';
import { wavFile } from '../../../server/sources/wav.js';
import { Recordings, UNSIZED, withPackagedFfmpeg } from './recordings.js';
import { gone, HAS_FFMPEG, loudness } from './station/radio.js';

const test = suite('sound that is piped in');
const SECONDS = 2;
/** Of decoded stations: stereo, 16 bit, 22,050 Hz. */
const BYTES_PER_S = 4 * 22050;
const FORMATS = [
  ['24-bit.wav', ['-c:a', 'pcm_s24le']], ['8-bit.wav', ['-c:a', 'pcm_u8']], ['music.mp3', []], ['music.flac', []], ['music.ogg', ['-c:a', 'libvorbis']], ['music.aiff', []],
] as const;
let recordings: Recordings;
let wav: string;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', SECONDS);
  recordings.encodeAll(wav, [...FORMATS, ...UNSIZED, ['plain.flac', []], ['tagged.mp3', ['-id3v2_version', '0']], ['index-last.m4a', []]]);
});

/** A test that needs an FFmpeg of the operator's. */
function check(name: string, body: () => Promise<void>): void {
  test(name, async () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    await body();
  });
}

/** The same with the packaged FFmpeg. */
const checkPackaged = (name: string, body: () => Promise<void>): void => check(name, () => withPackagedFfmpeg(body));
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

async function refusal(bytes: Uint8Array, options: PipedAudioOptions = {}): Promise<string> {
  try {
    await all(await openPipedAudio(inPieces(bytes, 1000), options));
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

/** One that was made before the first test. */
const made = (name: string): Buffer => readFileSync(join(recordings.folder, name));

for (const [name] of FORMATS) {
  check(`${name} goes through FFmpeg`, async () => {
    const sound = await openPipedAudio(inPieces(made(name), 3000));
    assert.equal(sound.format, { encoding: 's16le', sampleRate: 22050, channels: 2 });
    const bytes = await all(sound);
    assert.ok(Math.abs(bytes.length / 88_200 - SECONDS) < 0.1, `${bytes.length / 88_200} s`);
    assert.ok(loudness(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))) > 0.02);
  });
}

/** The samples without a loss. */
let decodedMusic: Promise<Buffer> | undefined;

for (const [name] of UNSIZED) {
  // The first of each format with the system's FFmpeg.
  (name.startsWith('unsized') ? check : checkPackaged)(`${name}: a header without a size`, async () => {
    const sound = await openPipedAudio(inPieces(readFileSync(recordings.unsized(name)), 3000));
    const samples = await all(sound);
    const plain = await (decodedMusic ??= withPackagedFfmpeg(async () => all(await openPipedAudio(inPieces(made('plain.flac'), 3000)))));
    assert.ok([0, 4].includes(samples.length - plain.length), `${samples.length} bytes`);
    for (let at = 0; at < plain.length; at += 2) if (Math.abs(samples.readInt16LE(at) - plain.readInt16LE(at)) > 2) assert.unreachable(`another sample at byte ${at}`);
  });
}

test('input that is not audio is refused with the cause', async () => {
  assert.match(await refusal(new Uint8Array(0)), /0 bytes/);
  assert.match(await refusal(readFileSync(wav).subarray(0, 43)), /ends before its samples/);
  if (HAS_FFMPEG) assert.match(await refusal(Buffer.from('raw samples, perhaps\n'.repeat(500))), /not audio that FFmpeg can decode from a pipe \(this is not an audio format\): if it is sound, save it and name the file/);
});

test('chunks behind the samples are not played, and a second WAV is heard after the first', async () => {
  const bytes = readFileSync(wav);
  const tag = Buffer.concat([Buffer.from('id3 \x08\0\0\0', 'latin1'), Buffer.alloc(8, 7)]);
  for (const size of [7, 100, 1e6]) {
    assert.equal(await all(await openPipedAudio(inPieces(Buffer.concat([bytes, tag]), size))), bytes.subarray(44));
    assert.equal(await all(await openPipedAudio(inPieces(Buffer.concat([bytes, tag, bytes]), size))), Buffer.concat([bytes.subarray(44), bytes.subarray(44)]));
  }
});

checkPackaged('a second piece in another format is brought into that of the first', async () => {
  const bytes = readFileSync(wav);
  const other = wavFile(new Int16Array(2 * 48000 * SECONDS).fill(8000), 48000, 2);
  const mp3 = made('music.mp3');
  for (const second of [other, mp3]) {
    const sound = await openPipedAudio(inPieces(Buffer.concat([bytes, second]), 4000));
    assert.equal(sound.format, { encoding: 's16le', sampleRate: 22050, channels: 1 });
    const seconds = (await all(sound)).length / 44100;
    assert.ok(Math.abs(seconds - 2 * SECONDS) < 0.15, `${seconds} s`);
  }
});

checkPackaged('a large tag before an MP3 is skipped', async () => {
  const tag = Buffer.concat([Buffer.from('ID3\x03\0\0\0\x24\0\0', 'latin1'), Buffer.alloc(0x24 * 128 * 128, 0xff)]);
  const bytes = await all(await openPipedAudio(inPieces(Buffer.concat([tag, made('tagged.mp3')]), 5000)));
  assert.ok(Math.abs(bytes.length / BYTES_PER_S - SECONDS) < 0.15, `${bytes.length / BYTES_PER_S} s`);
});

check('an MP4 with its index at the end is stored and then read, up to a limit', async () => {
  const bytes = made('index-last.m4a');
  const sound = await openPipedAudio(inPieces(bytes, 1000));
  assert.equal(sound.format, { encoding: 'f32le', sampleRate: 22050, channels: 1 });
  const seconds = (await all(sound)).length / 4 / 22050;
  assert.ok(Math.abs(seconds - SECONDS) < 0.1, `${seconds} s`);
  assert.match(await refusal(bytes, { maxStoredBytes: 5000 }), /index \(moov\) behind its sound .*5000 bytes.*name it as a file/);
  assert.match(await refusal(bytes.subarray(0, bytes.length - 500)), /cut off.*index/);
});

checkPackaged('leaving the loop ends FFmpeg', async () => {
  const { chunks } = await openPipedAudio(inPieces(readFileSync(recordings.encode(wav, 'long.mp3', '-filter_complex', 'aloop=loop=20:size=44100')), 3000));
  for await (const chunk of chunks) {
    assert.ok(chunk.length > 0);
    break;
  }
});

test.run();
