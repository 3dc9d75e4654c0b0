import * as assert from 'uvu/assert';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { cpuMsOf } from '../../../server/sources/cpu-time.js';
import { canIsolateNetwork, MAX_MEMORY_BYTES } from '../../../server/sources/confined.js';
import { Ffmpeg, ffmpegEnvironment, findFfmpeg, tellingLine, type FfmpegEnd } from '../../../server/sources/ffmpeg.js';
import { Recordings } from './recordings.js';

const test = suite('finding FFmpeg');
let recordings: Recordings;
let system: string;
let own: string;

test.before(() => {
  recordings = new Recordings();
  mkdirSync(join(recordings.folder, 'bin'));
  system = recordings.write('bin/ffmpeg', Buffer.from('#!/bin/sh\n'));
  own = recordings.write('my-ffmpeg', Buffer.from('#!/bin/sh\n'));
  for (const path of [system, own]) chmodSync(path, 0o755);
});
test.after(() => recordings.remove());

test('FFMPEG_PATH comes first, then the system\'s, without a warning', () => {
  const lines: string[] = [];
  const PATH = `/nonexistent:${join(recordings.folder, 'bin')}`;
  assert.is(findFfmpeg({ FFMPEG_PATH: own, PATH }, (line) => lines.push(line)), own);
  assert.is(findFfmpeg({ PATH }, (line) => lines.push(line)), system);
  assert.equal(lines, []);
});

test('an invalid FFMPEG_PATH is an error, without a fallback', () => {
  assert.throws(() => findFfmpeg({ FFMPEG_PATH: '/nowhere/ffmpeg', PATH: join(recordings.folder, 'bin') }), /\/nowhere\/ffmpeg/);
});

test('the package of 2018 is the last choice, with a warning; without it the error says what to install', () => {
  const lines: string[] = [];
  try {
    assert.match(findFfmpeg({ PATH: '' }, (line) => lines.push(line)), /ffmpeg-installer/);
    assert.is(lines.length, 1);
    assert.match(lines[0]!, /2018/);
  } catch (error) {
    // It is optional: on a system where npm left it out, the other half of the sentence holds.
    assert.match((error as Error).message, /install it/);
  }
});

test('FFmpeg gets an environment without what changes its log', () => {
  const env = ffmpegEnvironment({ PATH: '/bin', HOME: '/root', AV_LOG_FORCE_COLOR: '1', AV_LOG_FORCE_256COLOR: '1', FFREPORT: 'level=56', FFMPEG_DATADIR: '/tmp', LC_ALL: 'de_DE.UTF-8', http_proxy: 'x' });
  assert.equal(env, { PATH: '/bin', HOME: '/root', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' });
});

test('lines of a log are understood with colours in them', async () => {
  const program = recordings.write('coloured', Buffer.from('#!/bin/sh\nprintf \'\\033[48;5;0m\\033[38;5;155m[mp3 @ 0x55] \\033[0m\\033[1;31m[error] Header missing\\033[0m\\n\' >&2\n'));
  chmodSync(program, 0o755);
  const lines: string[][] = [];
  const ffmpeg = new Ffmpeg([], (level, text) => lines.push([level, text]), { program });
  ffmpeg.output.resume();
  await ffmpeg.end;
  assert.equal(lines, [['error', 'mp3: Header missing']]);
});

test('of a line without an end the first 2,000 characters are kept', async () => {
  const program = recordings.write('talkative', Buffer.from("#!/bin/sh\nprintf '[error] a' >&2; head -c 200000 /dev/zero | tr '\\0' b >&2\n"));
  chmodSync(program, 0o755);
  const lines: string[] = [];
  const ffmpeg = new Ffmpeg([], (_, text) => lines.push(text), { program });
  ffmpeg.output.resume();
  await ffmpeg.end;
  assert.equal(lines, [`a${'b'.repeat(2000 - '[error] a'.length)}`]);
});

test('a program that only computes is ended, one that gives output first is not', async () => {
  if (cpuMsOf(process.pid) === undefined) return console.log('skipped: no /proc on this system');
  const MAX_CPU_MS = 200;
  const run = async (script: string, more: object = {}): Promise<{ end: FfmpegEnd; bytes: number }> => {
    const program = recordings.write('busy', Buffer.from(`#!/bin/sh\n${script}\n`));
    chmodSync(program, 0o755);
    const ffmpeg = new Ffmpeg([], () => {}, { program, maxStartCpuMs: MAX_CPU_MS, ...more });
    let bytes = 0;
    for await (const part of ffmpeg.output as AsyncIterable<Uint8Array>) bytes += part.length;
    return { end: await ffmpeg.end, bytes };
  };
  const busy = await run('while :; do :; done');
  assert.equal(busy.end, { exitCode: null, signal: 'SIGKILL', isStartTooCostly: true });
  assert.is(busy.bytes, 0);
  const later = await run(`echo sound; i=0; while [ $(($(cut -d' ' -f14 /proc/$$/stat))) -lt ${MAX_CPU_MS / 10 + 30} ] && [ $i -lt 100000 ]; do i=$((i+1)); j=0; while [ $j -lt 20000 ]; do j=$((j+1)); done; done; echo end`);
  assert.equal(later.end, { exitCode: 0, signal: null });
  assert.is(later.bytes, 10);
  const stuck = await run('echo sound; while :; do :; done', { maxSilentCpuMs: 100 });
  assert.equal(stuck.end, { exitCode: null, signal: 'SIGKILL', isStuck: true });
});

test('it runs with limits of memory and, where the system allows it, without a network', async () => {
  if (process.platform !== 'linux') return console.log('skipped: not Linux');
  const program = recordings.write('limits', Buffer.from('#!/bin/sh\nulimit -c; ulimit -d; tail -n +3 /proc/net/dev | cut -d: -f1\n'));
  chmodSync(program, 0o755);
  const ffmpeg = new Ffmpeg([], () => {}, { program, isStrange: true });
  let text = '';
  for await (const part of ffmpeg.output as AsyncIterable<Uint8Array>) text += Buffer.from(part).toString();
  const [cores, memory, ...interfaces] = text.trim().split('\n').map((line) => line.trim());
  assert.equal([cores, memory], ['0', String(MAX_MEMORY_BYTES / 1024)]);
  if (!canIsolateNetwork()) return console.log('skipped: this system lets users make no network namespace');
  assert.equal(interfaces, ['lo']);
});

test('the CPU time of a process is that of its threads', () => {
  const measured = cpuMsOf(process.pid);
  if (measured === undefined) return console.log('skipped: no /proc on this system');
  const { user, system } = process.cpuUsage();
  assert.ok(Math.abs(measured - (user + system) / 1000) < 200, `${measured} ms, not ${(user + system) / 1000}`);
  assert.is(cpuMsOf(2 ** 30), undefined);
});

test('the telling line is the one with a cause', () => {
  assert.is(tellingLine(['mov,mp4: moov atom not found', 'pipe:0: Invalid data found when processing input']), 'mov,mp4: moov atom not found');
  assert.is(tellingLine(['Error while decoding stream #0:0: Invalid data found when processing input', 'mp3float: Header missing', 'Conversion failed!']), 'mp3float: Header missing');
  assert.is(tellingLine(['Invalid data found when processing input']), 'Invalid data found when processing input');
  assert.is(tellingLine([]), undefined);
});

test.run();
