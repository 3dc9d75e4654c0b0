import * as assert from 'uvu/assert';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { nameFromBytes, pathOf } from '../../../server/sources/file-names.js';
import { suite } from 'uvu';
import { cpuMsOf } from '../../../server/sources/cpu-time.js';
import { FileError, SoundFile } from '../../../server/sources/file.js';
import { wavFile } from '../../../server/sources/wav.js';
import { Recordings, UNSIZED, childProcesses, withPackagedFfmpeg } from './recordings.js';

const test = suite('a file of sound');
const SECONDS = 6;
/** Names, FFmpeg's arguments and sample rates. */
const FORMATS = [
  ['music.flac', [], 22050],
  ['music.mp3', ['-ar', '44100', '-ac', '2'], 44100],
  ['music.ogg', ['-c:a', 'libvorbis'], 22050],
  ['music.opus', [], 48000],
  ['music.m4a', ['-ar', '32000'], 32000],
] as const;
const CUT = [['cut.wav', []], ['cut.flac', []], ['cut.mp3', []], ['cut.ogg', ['-c:a', 'libvorbis']]] as const;
const ESTIMATING = 'Estimating duration from bitrate, this may be inaccurate';
let recordings: Recordings;
let wav: string;
/** A second. */
let brief: string;

test.before(() => {
  recordings = new Recordings();
  wav = recordings.wav('music.wav', SECONDS);
  brief = recordings.wav('brief.wav', 1);
  recordings.encodeAll(wav, [
    ...FORMATS.map(([name, args]) => [name, args] as const), ...UNSIZED, ...CUT.map(([name, args]) => [`whole-${name}`, args] as const),
    ['surround.flac', ['-ac', '6']], ['low.wav', ['-ar', '4000']], ['high.wav', ['-t', '1', '-ar', '384000']], ['long-form.wav', ['-rf64', 'always']],
    ['one.mp3', ['-id3v2_version', '0']], ['short.mp3', ['-ar', '8000', '-b:a', '32k']],
    ['named.flac', ['-metadata', `title=${ESTIMATING}`, '-metadata', 'Duration: 00:00:01.00, start=x']],
    ['tagged.flac', ['-metadata', 'Duration: 09:00:00.00, start=0, bitrate', '-metadata', 'title=a\n[error] b']],
  ]);
});
test.after(() => recordings.remove());

/** A test that also checks that no FFmpeg is left running. */
function check(name: string, body: () => Promise<void>): void {
  test(name, async () => {
    await body();
    assert.is(await childProcesses(), 0, 'FFmpeg still runs');
  });
}

/** The same with the packaged FFmpeg. */
const checkPackaged = (name: string, body: () => Promise<void>): void => check(name, () => withPackagedFfmpeg(body));

interface Heard {
  readonly file: SoundFile;
  readonly samples: Float32Array;
  readonly error: FileError | undefined;
}

async function hear(path: string): Promise<Heard> {
  const file = await SoundFile.open(path);
  const parts: Uint8Array[] = [];
  let error: FileError | undefined;
  try {
    for await (const chunk of file.chunks()) parts.push(chunk);
  } catch (thrown) {
    assert.instance(thrown, FileError);
    error = thrown as FileError;
  }
  const bytes = Buffer.concat(parts);
  return { file, samples: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - bytes.length % 4)), error };
}

async function refusal(path: string, limits: { readonly maxStartCpuMs?: number } = {}): Promise<FileError> {
  try {
    await SoundFile.open(path, { isTrusted: true, ...limits });
  } catch (error) {
    assert.instance(error, FileError);
    return error as FileError;
  }
  throw new Error(`${path} was opened`);
}

check('of FFmpeg\'s errors the first twenty are looked at for the cause', async () => {
  const before = process.env.FFMPEG_PATH;
  try {
    for (const [general, says] of [[19, 'header is broken'], [20, 'Invalid argument']] as const) {
      const program = process.env.FFMPEG_PATH = recordings.write(`failing-${general}`, Buffer.from(`#!/bin/sh\nfor n in ${'1 '.repeat(general)}; do echo '[error] Invalid argument' >&2; done\necho '[error] header is broken' >&2\nexit 1\n`));
      chmodSync(program, 0o755);
      assert.match((await refusal(recordings.write('x.bin', Buffer.alloc(100, 1)))).message, `(FFmpeg: ${says})`);
    }
  } finally {
    if (before === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = before;
  }
});

/** The first `share` of a file. */
function cut(path: string, name: string, share: number): string {
  const bytes = readFileSync(path);
  return recordings.write(name, bytes.subarray(0, Math.round(bytes.length * share)));
}

/** A file whose middle is other bytes, the same each time. */
function spoil(path: string, name: string, share = 0.2): string {
  const bytes = Buffer.from(readFileSync(path));
  let state = 12345;
  for (let i = Math.round(bytes.length * (0.5 - share / 2)); i < bytes.length * (0.5 + share / 2); i += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return recordings.write(name, bytes);
}

check('WAV comes back sample for sample, at its own rate', async () => {
  const { file, samples, error } = await hear(wav);
  assert.is(error, undefined);
  assert.equal(file.format, { encoding: 'f32le', sampleRate: 22050, channels: 1 });
  assert.is(file.durationMs, SECONDS * 1000);
  const written = readFileSync(wav);
  assert.is(samples.length, SECONDS * 22050);
  samples.forEach((sample, i) => assert.is(sample, written.readInt16LE(44 + 2 * i) / 32768));
});

/** One that was made before the first test. */
const made = (name: string): string => join(recordings.folder, name);

for (const [name, , rate] of FORMATS) {
  check(`${name} is decoded whole, at ${rate} Hz`, async () => {
    const { file, samples, error } = await hear(made(name));
    assert.is(error, undefined);
    assert.is(file.format.sampleRate, rate);
    const seconds = samples.length / file.format.channels / rate;
    assert.ok(Math.abs(seconds - SECONDS) < 0.1, `${seconds} s`);
    assert.ok(samples.some((sample) => Math.abs(sample) > 0.1));
  });
}

for (const [name] of UNSIZED) {
  // The first of each format with the system's FFmpeg.
  (name.startsWith('unsized') ? check : checkPackaged)(`${name}, whose header has no size, is read to its end`, async () => {
    const { file, samples, error } = await hear(recordings.unsized(name));
    assert.is(error, undefined);
    assert.is(file.format.sampleRate, 22050);
    const written = readFileSync(wav);
    // Wave64 pads to 8 bytes, which without a size is a sample of 24 bits.
    assert.ok([0, 1].includes(samples.length - SECONDS * 22050), `${samples.length} samples`);
    for (let i = 0; i < SECONDS * 22050; i += 1) assert.is(Math.round(32768 * samples[i]!), written.readInt16LE(44 + 2 * i));
  });
}

checkPackaged('all channels are read, whatever their number', async () => {
  for (const channels of [6, 10, 12]) {
    const { file, error, samples } = await hear(recordings.write(`${channels}.wav`, wavFile(new Int16Array(channels * 2205).fill(1000), 22050, channels)));
    assert.is(error, undefined);
    assert.is(file.format.channels, channels);
    assert.is(samples.length, channels * 2205);
  }
  assert.is((await hear(made('surround.flac'))).file.format.channels, 6);
});

checkPackaged('rates that the pipe does not take are brought into its range', async () => {
  assert.is((await hear(made('low.wav'))).file.format.sampleRate, 8000);
  assert.is((await hear(made('high.wav'))).file.format.sampleRate, 192000);
});

checkPackaged('names that look like options, protocols or patterns are only names', async () => {
  for (const from of [brief, recordings.encode(brief, 'brief.flac')]) {
    for (const name of ['-i', 'http:__x', 'a%03d', 'ü \'"$(x) \n[1]', 'concat:a|b']) {
      const { samples, error } = await hear(recordings.write(`${name}${extname(from)}`, readFileSync(from)));
      assert.is(error, undefined);
      assert.is(samples.length, 22050);
    }
  }
});

checkPackaged('a name that is not UTF-8 is a name, and a line break in one is no line of the log', async () => {
  for (const from of [brief, made('brief.flac')]) {
    const latin1 = nameFromBytes(Buffer.from(`${recordings.folder}/caf\xe9${extname(from)}`, 'latin1'));
    writeFileSync(pathOf(latin1), readFileSync(from));
    const { file, samples, error } = await hear(latin1);
    assert.is(error, undefined);
    assert.is(samples.length, 22050);
    assert.is(file.name, `caf\\xe9${extname(from)}`);
    assert.is((await hear(recordings.write(`a\n[error] b${extname(from)}`, readFileSync(from)))).error, undefined);
  }
});

check('an error that is not "no such file" is not called that', async () => {
  assert.match((await refusal(join(recordings.folder, 'x'.repeat(300)))).message, /name is too long/);
  symlinkSync('circle', join(recordings.folder, 'circle'));
  assert.match((await refusal(join(recordings.folder, 'circle'))).message, /circle/);
  assert.match((await refusal(join(wav, 'below.wav'))).message, /not a folder/);
});

check('tags of a file say nothing about its length', async () => {
  assert.match((await hear(cut(made('named.flac'), 'named-cut.flac', 0.5))).error!.message, /cut off .* of 6\.0 s/);
  assert.is((await hear(made('tagged.flac'))).error, undefined);
});

check('only missing sound of the stream that is heard is cut off', async () => {
  const opus = readFileSync(made('music.opus'));
  const noEnd = await hear(recordings.write('no-end.opus', opus.subarray(0, opus.lastIndexOf('OggS'))));
  assert.is(noEnd.error, undefined);
  assert.ok(noEnd.file.decodedMs >= (SECONDS - 1.1) * 1000, `${noEnd.file.decodedMs} ms`);
  const sox = Buffer.from(readFileSync(wav));
  sox.writeUInt32LE(0x7ffff000, 40);
  const chapters = recordings.write('chapters.txt', Buffer.from(';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=3\ntitle=a\n[CHAPTER]\nTIMEBASE=1/1\nSTART=3\nEND=20\ntitle=b\n'));
  const long = Buffer.from(readFileSync(made('long-form.wav')));
  long.fill(0, long.indexOf('ds64') + 8, long.indexOf('ds64') + 32);
  for (const path of [
    recordings.write('sox.wav', sox), recordings.write('rf64.wav', long),
    recordings.encode(wav, 'chapters.m4a', '-i', chapters, '-map', '0', '-map_metadata', '1', '-map_chapters', '1'),
    recordings.encode(wav, 'two.m4a', '-i', recordings.wav('longest.wav', 2 * SECONDS), '-map', '0:a', '-map', '1:a'),
  ]) {
    const { file, error } = await withPackagedFfmpeg(() => hear(path));
    assert.is(error, undefined, path);
    assert.ok(Math.abs(file.decodedMs - SECONDS * 1000) < 100, `${path}: ${file.decodedMs} ms`);
  }
});

check('two MP3s joined, each with a large picture, are heard whole and noted', async () => {
  const tag = Buffer.concat([Buffer.from('ID3\x03\0\0\0\x24\0\0', 'latin1'), Buffer.from(Array.from({ length: 0x24 * 128 * 128 }, (_, i) => (i * i * 31 + (i >> 3)) & 255))]);
  const mp3 = Buffer.concat([tag, readFileSync(made('one.mp3'))]);
  const { file, error } = await hear(recordings.write('joined.mp3', Buffer.concat([mp3, mp3])));
  assert.is(error, undefined);
  assert.match(file.note!, /2 recordings/);
  assert.ok(file.decodedMs > 2 * SECONDS * 1000 - 200, `${file.decodedMs} ms`);
  assert.is((await withPackagedFfmpeg(() => hear(recordings.write('single.mp3', mp3)))).file.note, undefined);
});

check('damage in a short file is found although all of it was decoded ahead', async () => {
  const { error } = await hear(spoil(made('short.mp3'), 'short-spoilt.mp3', 0.05));
  assert.is(error?.problem, 'damaged');
});

check('a missing file, a folder, an empty file and a file without audio each have their own message', async () => {
  mkdirSync(join(recordings.folder, 'folder.mp3'), { recursive: true });
  const problems = {
    'missing.wav': 'not-found',
    'folder.mp3': 'is-folder',
    'empty.mp3': 'empty',
    'text.wav': 'not-audio',
    'noise.mp3': 'not-audio',
    'no-samples.wav': 'empty',
  };
  recordings.write('empty.mp3', new Uint8Array(0));
  recordings.write('text.wav', Buffer.from('This is not a song.\n'));
  recordings.write('noise.mp3', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3)) & 127)));
  recordings.write('no-samples.wav', readFileSync(wav).subarray(0, 44).fill(0, 40));
  for (const [name, problem] of Object.entries(problems)) {
    const error = await refusal(join(recordings.folder, name));
    assert.is(error.problem, problem, `${name}: ${error.message}`);
    assert.not.match(error.message, /\n/);
    if (name === 'text.wav') assert.match(error.message, /FFmpeg: Invalid data/);
  }
});

check('bytes that only look like sound are refused after little computing', async () => {
  const SIZE = 8 * 1024 * 1024;
  // More than FFmpeg needs to start, and a fraction of the usual limit.
  const LIMITS = { maxStartCpuMs: 350 };
  const bytes = Buffer.alloc(SIZE);
  const repeated = (start: string, part: string): Buffer => bytes.fill(part, bytes.write(start, 'latin1'), 'latin1');
  for (const [name, start, part] of [
    // FFmpeg alone takes 8 s of CPU for these, all of it spent on frames that fail.
    ['ac3', '', '\x0b\x77'],
    ['pages of Ogg', '', `OggS\0\0${'\x7f'.repeat(20)}\x01\xff${'\x55'.repeat(255)}`],
    ['Ogg and zeros', 'OggS', '\0'],
    ['frames of ADTS', '', '\xff\xf1\x50\x80\x01\0\xfc'],
    ['a transport stream', '', `G${'\0'.repeat(187)}`],
    ['Matroska', '\x1aE\xdf\xa3\x8b\x42\x82\x88matroska\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff', '\0'],
    ['boxes of MP4', '\0\0\0\x14ftypM4A \0\0\0\0M4A ', '\0\0\0\x08free'],
  ] as const) {
    const error = await refusal(recordings.write('hostile', repeated(start, part)), LIMITS);
    assert.is(error.problem, 'not-audio', name);
    assert.match(error.message, /^is not audio that FFmpeg can read/, name);
    if (name === 'ac3' && cpuMsOf(process.pid) !== undefined) assert.match(error.message, /no sound was found in 0\.35 s of computing/);
  }
});

check('a video without sound is not audio', async () => {
  const video = join(recordings.folder, 'video.mp4');
  recordings.encode(wav, 'video.mp4', '-f', 'lavfi', '-i', 'color=red:s=64x64:d=1', '-map', '1:v', '-c:v', 'mpeg4', '-t', '1');
  assert.is((await refusal(video)).problem, 'not-audio');
});

checkPackaged('a video longer than its audio is not damaged', async () => {
  const film = recordings.encode(wav, 'film.mp4', '-f', 'lavfi', '-i', 'color=red:s=64x64:r=5:d=10', '-map', '0:a', '-map', '1:v', '-c:v', 'mpeg4');
  const { file, error } = await hear(film);
  assert.is(error, undefined);
  assert.ok(Math.abs(file.decodedMs - SECONDS * 1000) < 100, `${file.decodedMs} ms`);
});

for (const [name] of CUT) {
  check(`${name}: half a file gives its half, then says that it is cut off`, async () => {
    const { samples, error } = await hear(cut(made(`whole-${name}`), name, 0.5));
    assert.is(error?.problem, 'damaged');
    assert.match(error!.message, /cut off/);
    assert.ok(samples.length > SECONDS * 22050 * 0.3 && samples.length < SECONDS * 22050 * 0.7, `${samples.length} samples`);
  });

  if (name !== 'cut.wav') {
    check(`${name.replace('cut', 'spoilt')}: a corrupt middle gives the rest, and is told`, async () => {
      const { samples, error } = await hear(spoil(made(`whole-${name}`), `spoilt-${name}`));
      assert.is(error?.problem, 'damaged');
      assert.ok(samples.length > SECONDS * 22050 * 0.2, `${samples.length} samples`);
    });
  }
}

check('a few broken frames are reported although the length is nearly right', async () => {
  const whole = recordings.encode(wav, 'whole.mp3', '-filter_complex', `aloop=loop=4:size=${SECONDS * 22050}`);
  const { file, error } = await hear(spoil(whole, 'scratched.mp3', 0.005));
  assert.ok(file.decodedMs > 5 * SECONDS * 1000 - 350, `${file.decodedMs} ms`);
  assert.is(error?.problem, 'damaged');
  assert.match(error!.message, /parts of it .*FFmpeg: /);
});

check('tags after the last frame are not damage', async () => {
  const mp3 = made('tagged.mp3');
  const bytes = readFileSync(made('whole-cut.mp3'));
  const frame = bytes.indexOf(Buffer.from([0xff, 0xf3]), bytes.length / 2);
  // A piece that begins like a frame and is none, as old tags do: FFmpeg calls it an error.
  writeFileSync(mp3, Buffer.concat([bytes, bytes.subarray(frame, frame + 100), Buffer.alloc(400, 0xaa), Buffer.from('TAG'.padEnd(128, ' '))]));
  assert.is((await hear(mp3)).error, undefined);
});

checkPackaged('leaving the loop ends FFmpeg, and so does close without a loop', async () => {
  const long = recordings.encode(wav, 'long.flac', '-filter_complex', `aloop=loop=20:size=${SECONDS * 22050}`);
  const file = await SoundFile.open(long);
  for await (const chunk of file.chunks()) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.is(await childProcesses(), 0);
  const unheard = await SoundFile.open(long);
  assert.is(await childProcesses(), 1);
  await unheard.close();
});

checkPackaged('FFmpeg waits for a slow reader', async () => {
  const long = recordings.encode(wav, 'longer.flac', '-filter_complex', `aloop=loop=9:size=${SECONDS * 22050}`, '-ar', '96000');
  const file = await SoundFile.open(long);
  const chunks = file.chunks();
  await chunks.next();
  // 60 s are 23 MB as floats; what is decoded ahead is a few pipe buffers of 64 KiB.
  assert.ok(file.decodedMs < 2000, `${file.decodedMs} ms were taken`);
  assert.is(await childProcesses(), 1);
  await chunks.return();
});

test.run();
