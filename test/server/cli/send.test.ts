import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { register } from '../../../server/cli/send.js';
import { demoStation } from '../../../server/sources/demo/station.js';
import { startTestServer } from '../rig.js';
import type { RunningServer } from '../../../server/assemble.js';
import { Recordings } from '../sources/recordings.js';
import { HAS_FFMPEG } from '../sources/station/radio.js';
import { refusal, run } from './in-process.js';
import { start } from './program.js';

const test = suite('send and watch');
let recordings: Recordings;
let music: string;
let server: RunningServer;
let url: string;

test.before(async () => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', 6);
  server = await startTestServer({ demo: true }, { demo: demoStation() });
  url = `ws://127.0.0.1:${server.port}`;
});
test.after(async () => {
  await server.close();
  recordings.remove();
});

test('a file is sent as fast as the server takes it, and its summary is printed', async () => {
  const { exitCode, stdout, stderr } = await run(['send', music, '--url', url, '--fast']);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /music\.wav: stream \w+ on ws:/);
  assert.match(stdout, /0:06 heard, on the whole (low|middle|high) \d+ %/);
  assert.match(stdout, /^ {2}0:00 – 0:0\d {2}/m);
  assert.not.match(stdout, /\u001b/);
});

test('raw samples from standard input are sent as what they are said to be', async () => {
  const flags = ['--rate', '22050', '--channels', '1', '--encoding', 's16le', '--name', 'from a pipe'];
  const { exitCode, stdout, stderr } = await run(['send', '-', '--url', url, ...flags], {}, readFileSync(music).subarray(44, 44 + 4 * 44100));
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /0:04 heard/);
});

test('raw samples need all format flags', async () => {
  const { exitCode, stderr } = await run(['send', '-', '--url', url, '--rate', '44100']);
  assert.is(exitCode, 2);
  assert.match(stderr, /--rate, --channels and --encoding/);
});

test('a piped WAV file needs no flags, not even the dash', async () => {
  const program = start(['send', '--url', url]);
  program.child.stdin.end(readFileSync(music));
  for (const ended of [program.ended, run(['send', '-', '--url', url], {}, readFileSync(music))]) {
    const { exitCode, stdout, stderr } = await ended;
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /standard input: stream/);
    assert.match(stdout, /0:06 heard/);
  }
});

test('other piped audio is decoded by FFmpeg', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const { exitCode, stdout, stderr } = await run(['send', '--url', url], {}, readFileSync(recordings.encode(music, 'music.mp3')));
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /0:06 heard/);
});

test('a named pipe is read as it comes', async () => {
  const pipe = join(recordings.folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  createWriteStream(pipe).end(readFileSync(music));
  const { exitCode, stdout, stderr } = await run(['send', pipe, '--url', url]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /pipe: stream/);
  assert.match(stdout, /0:06 heard/);
});

test('input without audio, and empty input, are refused', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const told = await run(['send', '--url', url], {}, Buffer.from('raw samples, perhaps\n'.repeat(1000)));
  assert.is(told.exitCode, 2);
  assert.match(told.stderr, /not audio that FFmpeg can decode .*--rate, --channels and --encoding/);
  assert.match((await run(['send', '--url', url])).stderr, /0 bytes/);
});

test('Ctrl-C ends the input, and the summary is still printed', async () => {
  const program = start(['send', recordings.wav('long.wav', 60), '--url', url]);
  await program.said('0:01');
  program.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await program.ended;
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /heard/);
  assert.not.match(stdout, /1:00 heard/);
});

test('a damaged file is sent as far as it goes, and the exit code says so', async () => {
  const cut = recordings.write('cut.wav', readFileSync(music).subarray(0, 150_000));
  const { exitCode, stdout } = await run(['send', cut, '--url', url, '--fast']);
  assert.is(exitCode, 1);
  assert.match(stdout, /cut off/);
  assert.match(stdout, /0:03 heard/);
});

test('a missing file, two files and an unknown stream are told in a line', async () => {
  const missing = await run(['send', join(recordings.folder, 'missing.wav'), '--url', url]);
  assert.equal([missing.exitCode, /no such file/.test(missing.stderr)], [1, true]);
  const two = await refusal(register, ['send', music, music, '--url', url]);
  assert.is(two.exitCode, 2);
  const unknown = await run(['watch', 'nobody', '--url', url]);
  assert.equal([unknown.exitCode, /no such stream|No stream/.test(unknown.stderr)], [1, true]);
});

test('watch shows the demo station when no stream is named, until Ctrl-C', async () => {
  const program = start(['watch', '--url', url]);
  await program.said('Demo station');
  await program.said('%');
  program.child.kill('SIGINT');
  const { exitCode, stderr } = await program.ended;
  assert.is(exitCode, 0, stderr);
});

test.run();
