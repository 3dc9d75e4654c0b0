import * as assert from 'uvu/assert';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { SOUND_KINDS } from '../../../models/sound-kinds.js';
import { classifyFile } from '../../../server/cli/classify-file.js';
import { emptyVerdict } from '../../../server/files/classified.js';
import type { Classified, StreamState } from '../../../server/protocol/messages.js';
import type { FileProgress } from '../../../server/files/classify-sound.js';
import { classifyAll, register } from '../../../server/cli/classify.js';
import { Shards } from '../../../server/shards/shards.js';
import { wavFile } from '../../../server/sources/wav.js';
import { FAKE_BUNDLE } from '../fake-classifier.js';
import { FAKE_CLASSIFIER_URL } from '../rig.js';
import { tone } from '../sound.js';
import { Recordings, childProcesses, withPackagedFfmpeg } from '../sources/recordings.js';
import { nameFromBytes, pathOf } from '../../../server/sources/file-names.js';
import { HAS_FFMPEG } from '../sources/station/radio.js';
import { modelFolder, refusal, run } from './in-process.js';
import { start } from './program.js';

const test = suite('classify');
const SECONDS = 8;
let recordings: Recordings;
let music: string;
let model: Awaited<ReturnType<typeof modelFolder>>;

test.before(async () => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', SECONDS);
  model = await modelFolder();
});
test.after(async () => {
  recordings.remove();
  model.remove();
  await shared?.close();
});

const startShards = (bundle = FAKE_BUNDLE): Promise<Shards> => Shards.start({ bundle, shards: 1, classifier: FAKE_CLASSIFIER_URL, settings: { maxBufferedBytes: 100_000 } });
/** For all tests with the same model. */
let shared: Shards | undefined;

/** @param bundle of shards of its own */
async function withShards(work: (shards: Shards) => Promise<void>, bundle?: typeof FAKE_BUNDLE): Promise<void> {
  const shards = bundle ? await startShards(bundle) : shared ??= await startShards();
  try {
    await work(shards);
    assert.is(shards.streams, 0, 'a stream was left open');
    assert.is(await childProcesses(), 0, 'FFmpeg still runs');
  } finally {
    if (bundle) await shards.close();
  }
}

/** FFmpeg processes of any parent that work on a file of this test; undefined where the system doesn't tell. */
function ffmpegsOn(folder: string): number | undefined {
  if (!existsSync('/proc/self/cmdline')) return undefined;
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`file:${folder}`);
    } catch {
      // It ended while we looked.
      return false;
    }
  }).length;
}

test('genre, confidence and timeline of a file agree with each other', () => withShards(async (shards) => {
  const seen: FileProgress[] = [];
  const { error, durationMs, genre, p, top, segments } = await classifyFile(music, shards, { onProgress: (progress) => seen.push(progress) });
  assert.is(error, undefined);
  assert.ok(Math.abs(durationMs - SECONDS * 1000) < 1, `${durationMs} ms`);
  assert.is(top[0]?.genre, genre);
  assert.is(top[0]?.p, p);
  assert.ok(Math.abs(top.reduce((sum, each) => sum + each.p, 0) - 1) < 1e-3);
  assert.is(segments[0]?.fromMs, 0);
  assert.is(segments.at(-1)?.toMs, durationMs);
  segments.slice(1).forEach((segment, i) => assert.is(segment.fromMs, segments[i]?.toMs));
  assert.ok(seen.length > 15, `${seen.length} reports of progress`);
  assert.ok(seen.every(({ scoredMs }, i) => i === 0 || scoredMs > seen[i - 1]!.scoredMs));
  assert.is(seen[0]?.durationMs, SECONDS * 1000);
}));

test('the same music gives the same answer in another format', () => withShards(async (shards) => {
  const wav = await classifyFile(music, shards);
  const flac = await withPackagedFfmpeg(() => classifyFile(recordings.encode(music, 'music.flac'), shards));
  assert.equal({ ...flac, file: '' }, { ...wav, file: '' });
}));

test('answers come in the order of the files, and a bad file does not stop the others', () => withShards(async (shards) => {
  recordings.write('empty.mp3', new Uint8Array(0));
  recordings.write('cut.wav', readFileSync(music).subarray(0, 150_000));
  const files = [music, ...['missing.wav', 'empty.mp3', 'cut.wav'].map((name) => join(recordings.folder, name)),
    recordings.silence('silent.wav', 5), recordings.silence('brief.wav', 0.5), recordings.wav('last.wav', 2)];
  const answers: Classified[] = [];
  const allWell = await classifyAll(files, shards, { jobs: 3, onAnswer: (answer) => answers.push(answer) });
  assert.not.ok(allWell);
  assert.equal(answers.map(({ file }) => file), files);
  const [good, missing, empty, cut, silent, brief, last] = answers as [Classified, Classified, Classified, Classified, Classified, Classified, Classified];
  assert.is(good.error, undefined);
  assert.match(missing.error!, /no such file/);
  assert.match(empty.error!, /empty/);
  assert.match(cut.error!, /cut off/);
  assert.ok(cut.genre !== null && Math.abs(cut.durationMs - 3400) < 10, 'what decoded is classified');
  assert.match(silent.error!, /silent/);
  assert.equal([silent.genre, silent.p, silent.top], [null, 0, []]);
  assert.match(brief.error!, /silent/);
  assert.is(last.error, undefined);
  assert.ok(await classifyAll([music], shards, { jobs: 1, onAnswer: () => {} }));
}));

test('a file of speech has no genre, and nothing is wrong with it', () => withShards(async (shards) => {
  const path = recordings.write('talk.wav', wavFile(new Int16Array(tone(1500, 6000).buffer), 22050));
  const { error, genre, top, segments } = await classifyFile(path, shards);
  assert.equal({ error, genre, top }, { error: undefined, genre: null, top: [] });
  assert.equal(segments.map(({ state, genre: label }) => [state, label]), [['speech', null]]);
}, { ...FAKE_BUNDLE, manifest: { ...FAKE_BUNDLE.manifest, kinds: SOUND_KINDS } }));

test('what there is to say without music follows from the segments', () => {
  const verdict = (states: readonly StreamState[], loudestDb = -10): string | undefined => (
    emptyVerdict({ durationMs: 30_000, segments: states.map((state) => ({ fromMs: 0, toMs: 30_000, genre: null, p: 0, state })) }, loudestDb)
  );
  assert.is(verdict(['silence', 'silence']), 'is silent', 'loud clicks in silence');
  assert.is(verdict(['warming'], -80), 'is silent');
  assert.is(verdict(['warming']), 'is too short to judge (30.0 s)');
  assert.is(verdict([]), 'is too short to judge (30.0 s)');
  for (const state of ['music', 'speech', 'unknown'] as const) assert.is(verdict(['silence', state]), undefined, state);
});

test('joined recordings are noted', () => withShards(async (shards) => {
  const mp3 = readFileSync(recordings.encode(music, 'one.mp3'));
  const { error, note, durationMs } = await withPackagedFfmpeg(() => classifyFile(recordings.write('joined.mp3', Buffer.concat([mp3, mp3])), shards));
  assert.is(error, undefined);
  assert.match(note!, /2 recordings/);
  assert.ok(durationMs > 2 * SECONDS * 1000 - 300, `${durationMs} ms`);
}));

test('a name that is not UTF-8 is classified', () => withShards(async (shards) => {
  const path = nameFromBytes(Buffer.from(`${recordings.folder}/caf\xe9.wav`, 'latin1'));
  writeFileSync(pathOf(path), readFileSync(music));
  const { file, error, durationMs } = await classifyFile(path, shards);
  assert.equal([file, error, Math.round(durationMs)], [`${recordings.folder}/caf\\xe9.wav`, undefined, SECONDS * 1000]);
}));

test('- and /dev/stdin are standard input', async () => {
  const program = start(['classify', '--json', '--model', model.path, '-']);
  program.child.stdin.end(readFileSync(music));
  const here = run(['classify', '--json', '--model', model.path, '/dev/stdin'], {}, readFileSync(music));
  for (const [name, ended] of [['-', program.ended], ['/dev/stdin', here]] as const) {
    const { stdout, stderr } = await ended;
    const { file, error, durationMs } = JSON.parse(stdout) as Classified;
    assert.equal([file, error, Math.round(durationMs)], [name, undefined, SECONDS * 1000], stderr);
  }
});

test('colours that the environment asks FFmpeg for hide no damage', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const bytes = Buffer.from(readFileSync(recordings.encode(recordings.wav('long-music.wav', 20), 'spoilt.mp3')));
  for (let at = bytes.length >> 2; at < bytes.length / 3; at += 1) bytes[at] = (at * at * 31) & 255;
  const { exitCode, stdout } = await run(['classify', '--model', model.path, recordings.write('spoilt.mp3', bytes)], { AV_LOG_FORCE_COLOR: '1', AV_LOG_FORCE_NOCOLOR: '', FFREPORT: `file=${recordings.folder}/report.log` });
  assert.is(exitCode, 1);
  assert.match(stdout, /is (damaged|cut off or damaged)/);
  assert.not.ok(existsSync(join(recordings.folder, 'report.log')));
});

test('a long file is never in memory as a whole, and stopping ends everything', () => withShards(async (shards) => {
  const long = recordings.encode(music, 'long.wav', '-filter_complex', `aloop=loop=20:size=${SECONDS * 22050}`);
  const stop = new AbortController();
  const answer = await classifyFile(long, shards, { signal: stop.signal, onProgress: () => stop.abort() });
  assert.match(answer.error!, /stopped/);
}));

test('--json prints one line a file and exits with 1 when one is bad', async () => {
  const { exitCode, stdout, stderr } = await run(['classify', '--json', '--model', model.path, music, join(recordings.folder, 'missing.wav')]);
  assert.is(exitCode, 1);
  const [good, bad] = stdout.trim().split('\n').map((line) => JSON.parse(line) as Classified);
  assert.equal(Object.keys(good!), ['file', 'durationMs', 'genre', 'p', 'top', 'segments']);
  const [tagged] = (await run(['classify', '--json', '--tags', '3', '--model', model.path, music])).stdout.trim().split('\n').map((line) => JSON.parse(line) as Classified);
  assert.equal(tagged!.tags, [], 'asked for, of a model without any');
  assert.is(good!.file, music);
  assert.equal(Object.keys(good!.segments[0]!), ['fromMs', 'toMs', 'genre', 'p', 'state']);
  assert.equal(Object.keys(good!.top[0]!), ['genre', 'p']);
  assert.match(bad!.error!, /no such file/);
  assert.not.match(stderr, /real time/, 'no progress bar where there is no terminal');
});

test('text for people, without colours where there is no terminal; 0 when all is well', async () => {
  const { exitCode, stdout } = await run(['classify', '--model', model.path, '--', music]);
  assert.is(exitCode, 0);
  assert.match(stdout, /music\.wav {2}0:08 {2}label \d+ \d+ %/);
  assert.match(stdout, /^ {2}0:00 – 0:0\d {2}label \d/m);
  assert.not.match(stdout, /\u001b/);
});

test('no file, a bad --jobs and a folder without a model are told what is wrong', async () => {
  const none = await refusal(register, ['classify']);
  assert.equal([none.exitCode, /Name one file/.test(none.stderr)], [2, true]);
  const jobs = await refusal(register, ['classify', music, '--jobs', 'many']);
  assert.equal([jobs.exitCode, /--jobs .*"many"/.test(jobs.stderr)], [2, true]);
  const nowhere = await run(['classify', music, '--model', recordings.folder]);
  assert.equal([nowhere.exitCode, /model\.json/.test(nowhere.stderr)], [1, true]);
});

test('Ctrl-C ends it, and FFmpeg with it', async () => {
  const long = recordings.encode(music, 'longer.wav', '-filter_complex', `aloop=loop=50:size=${SECONDS * 22050}`);
  const program = start(['classify', '--json', '--jobs', '1', '--model', model.path, music, long]);
  await program.said('"file"');
  program.child.kill('SIGINT');
  const { exitCode, stderr } = await program.ended;
  assert.is(exitCode, 130, stderr);
  assert.match(stderr, /Stopped/);
  assert.ok((ffmpegsOn(recordings.folder) ?? 0) === 0);
});

test.run();
