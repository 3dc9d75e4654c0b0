/** What the library says of a file is what `classify` says of it, alone or in a group, whole or broken. */
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import { classifyFile } from '../../../server/cli/classify-file.js';
import { judgeGroup, type Judgement } from '../../../server/library/judge.js';
import { LocalStreams } from '../../../server/library/local-streams.js';
import { spectrumDifference } from '../../../server/library/spectrum.js';
import { PIPE_DEFAULTS } from '../../../server/pipe/settings.js';
import { startClassifier } from '../../../server/shards/classifier.js';
import { Shards } from '../../../server/shards/shards.js';
import { withEmbedding } from '../../../models/embedding.js';
import { randomBundle, seeded } from '../../models/fixtures.js';
import { Recordings, childProcesses, withPackagedFfmpeg } from '../sources/recordings.js';

const test = suite('library: judging');
const BUNDLE = randomBundle();
let recordings: Recordings;
let music: string;

test.before(() => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', 9);
});
test.after(() => recordings.remove());

async function judge(paths: readonly string[], { quick = false, signal = new AbortController().signal, bundle = BUNDLE } = {}): Promise<Map<string, Judgement>> {
  const { classifier } = await startClassifier(bundle, 'wasm');
  const streams = new LocalStreams(classifier, bundle.manifest, { ...PIPE_DEFAULTS, maxLagMs: 3_600_000, maxSegments: 100_000 });
  const judged = new Map<string, Judgement>();
  await judgeGroup(paths, { streams, model: bundle.manifest, quick, signal }, (path, judgement) => {
    assert.not.ok(judged.has(path), `${path} was answered twice`);
    judged.set(path, judgement);
  });
  assert.is(await childProcesses(), 0);
  return judged;
}

/** @param packaged are decoded by the packaged FFmpeg; their answers come first */
async function classify(packaged: readonly string[], paths: readonly string[]): Promise<Awaited<ReturnType<typeof classifyFile>>[]> {
  const shards = await Shards.start({ bundle: BUNDLE, shards: 1, backend: 'wasm', settings: { maxLagMs: 3_600_000, maxSegments: 100_000 } });
  try {
    const all = (of: readonly string[]): ReturnType<typeof classify> => Promise.all(of.map((path) => classifyFile(path, shards)));
    return [...await withPackagedFfmpeg(() => all(packaged)), ...await all(paths)];
  } finally {
    await shards.close();
  }
}

test('the answer is that of classify for every format and every fault', async () => {
  const mp3 = readFileSync(recordings.encode(music, 'whole.mp3', '-b:a', '128k'));
  const flac = readFileSync(recordings.encode(music, 'whole.flac'));
  const scratched = Buffer.from(mp3);
  for (let at = 40_000; at < 44_000; at += 1) scratched[at] = (at * 97) & 0xff;
  const whole = [
    music, ...recordings.encodeAll(music, ['a.mp3', 'b.flac', 'c.ogg', 'd.m4a'].map((name) => [name, []])),
    recordings.encode(music, 'stereo.mp3', '-ac', '2', '-ar', '44100'),
  ];
  const odd = [
    recordings.silence('silent.wav', 4),
    recordings.wav('short.wav', 1),
    recordings.write('empty.mp3', Buffer.alloc(0)),
    recordings.write('text.mp3', Buffer.from('this is text and no sound')),
    recordings.write('cut.wav', readFileSync(music).subarray(0, 200_000)),
    recordings.write('cut.flac', flac.subarray(0, flac.length / 2)),
    recordings.write('scratched.mp3', scratched),
    recordings.write('joined.mp3', Buffer.concat([mp3, mp3])),
    recordings.write('two\nlines.mp3', mp3),
    `${recordings.folder}/gone.mp3`,
  ];
  // `file-group.test.ts` has the formats decoded by the system's FFmpeg.
  const judged = new Map([...await withPackagedFfmpeg(() => judge(whole)), ...await judge(odd)]);
  const paths = [...whole, ...odd];
  assert.is(judged.size, paths.length);
  for (const [index, expected] of (await classify(whole, odd)).entries()) {
    const { problem, isQuick, ...answer } = judged.get(paths[index]!)!;
    assert.equal(answer, expected, paths[index]);
    assert.is(isQuick, false);
    assert.is(problem !== undefined, expected.error !== undefined, paths[index]);
  }
  const problemOf = (name: string): string | undefined => judged.get(`${recordings.folder}/${name}`)!.problem;
  assert.equal(['empty.mp3', 'text.mp3', 'cut.wav', 'cut.flac', 'scratched.mp3', 'silent.wav', 'gone.mp3'].map(problemOf), ['empty', 'not-audio', 'damaged', 'damaged', 'damaged', 'nothing-to-judge', 'not-found']);
});

test('with an embedding the answers are the same, and each file has a unit vector or none', () => withPackagedFfmpeg(async () => {
  const random = seeded(2);
  const embedding = Float32Array.from({ length: 17 * 4 }, () => random() - 0.5);
  const bundle = withEmbedding({ ...BUNDLE, manifest: { ...BUNDLE.manifest, embedding: { size: 4, sha256: '' } }, embedding });
  const named = recordings.encode(music, 'named.mp3', '-metadata', 'title=So What', '-metadata', 'artist=Miles Davis');
  const paths = [music, named, recordings.wav('other.wav', 9, 2), recordings.encode(music, 'softer.wav', '-af', 'atrim=start=0.5,volume=-6dB'), recordings.silence('no sound.wav', 4), recordings.write('no audio.mp3', Buffer.from('this is text and no sound'))];
  const [plain, judged, alone] = [await judge(paths.slice(0, 2)), await judge(paths, { bundle }), await judge([music], { bundle })];
  for (const path of paths.slice(0, 2)) {
    const { embedding: _, spectrum: __, ...answer } = judged.get(path)!;
    assert.equal(answer, plain.get(path), path);
  }
  const of = (from: Map<string, Judgement>, path: string): number[] => [...from.get(path)!.embedding!];
  assert.equal(paths.map((path) => of(judged, path).length), [4, 4, 4, 4, 0, 0]);
  assert.ok(Math.abs(Math.hypot(...of(judged, music)) - 1) < 1e-6);
  assert.equal(of(judged, music), of(alone, music));
  assert.ok(of(judged, music).reduce((sum, value, index) => sum + value * of(judged, named)[index]!, 0) > 0.9, 'an MP3 of it is the same music');
  const [own, encoded, other, softer, ...none] = paths.map((path) => judged.get(path)!.spectrum);
  assert.equal([encoded, other, softer].map((spectrum) => spectrumDifference(own!, spectrum!) < 0.7), [true, false, true]);
  assert.equal(none, [undefined, undefined]);
  assert.equal([music, named].map((path) => judged.get(path)!.names), [undefined, { title: 'So What', artist: 'Miles Davis', album: null }]);
  assert.is(plain.get(music)!.embedding, undefined);
}));

test('quick hears three stretches of a long file, and all of a short one', () => withPackagedFfmpeg(async () => {
  const long = recordings.wav('long.wav', 100);
  const mp3 = recordings.encode(long, 'long.mp3');
  const broken = recordings.write('broken.mp3', Buffer.from('this is text and no sound'));
  const judged = await judge([long, mp3, music, broken], { quick: true });
  for (const path of [long, mp3]) {
    const { isQuick, durationMs, segments, top } = judged.get(path)!;
    assert.ok(isQuick);
    assert.ok(Math.abs(durationMs - 100_000) < 200, `${durationMs} ms`);
    const heardMs = segments.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    assert.ok(Math.abs(heardMs - 30_000) < 300, `${heardMs} ms`);
    assert.ok(segments.some(({ fromMs }) => Math.abs(fromMs - 20_000) < 100) && segments.some(({ fromMs }) => Math.abs(fromMs - 70_000) < 100));
    assert.ok(Math.abs(top.reduce((sum, { p }) => sum + p, 0) - 1) < 1e-3);
  }
  const { isQuick, durationMs } = judged.get(music)!;
  assert.not.ok(isQuick);
  assert.is(durationMs, 9000);
  assert.is(judged.get(broken)!.problem, 'not-audio');
}));

test('a stop ends FFmpeg and answers nothing more', () => withPackagedFfmpeg(async () => {
  const stop = new AbortController();
  stop.abort();
  assert.is((await judge([music], { signal: stop.signal })).size, 0);
  const late = new AbortController();
  setImmediate(() => late.abort());
  await judge([music, music.replace('music.wav', 'long.wav')], { signal: late.signal });
}));

test.run();
