/** A complete run with a simple classifier of low, middle and high noise. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { SOUND_KINDS } from '../../../models/sound-kinds.js';
import type { Pack } from '../../../models/packs/pack.js';
import { Engine } from '../../../server/pipe/engine.js';
import { evaluate, NO_KINDS, NO_OUTSIDE, itemCount, type EvaluationPlan } from '../../../server/evaluation/evaluation.js';
import { classifyTracks, type PipelineContext } from '../../../server/evaluation/classify-tracks.js';
import { planMedleys, splicedSound } from '../../../server/evaluation/medley.js';
import { NOT_MUSIC_KINDS, type NotMusicFigures } from '../../../server/evaluation/not-music.js';
import { rms } from '../../../server/evaluation/recording.js';
import { replay } from '../../../server/evaluation/sweep.js';
import { SETTINGS, type Settings } from '../../../server/settings.js';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';
import { wavFile } from '../../../server/sources/wav.js';
import { tone } from '../../dsp/signals.js';
import { toyPack } from '../../models/packs.js';
import { macrotask } from '../../../server/shards/macrotask.js';
import { FAKE_BUNDLE, FakeClassifier } from '../fake-classifier.js';

const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default])) as unknown as Settings;
const run = suite<{ folder: string }>('evaluation', { folder: '' });

run.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-evaluation-'));
});
run.after(({ folder }) => rmSync(folder, { recursive: true }));

function context(hasKinds: boolean): PipelineContext {
  const model = { ...FAKE_BUNDLE.manifest, ...(hasKinds && { kinds: SOUND_KINDS }) };
  return { model, settings, engine: new Engine(new FakeClassifier({ hasKinds }), { ...settings, maxLagMs: Infinity }, macrotask) };
}

function wanted(pack: Pack, more: Partial<EvaluationPlan> = {}): EvaluationPlan {
  return { pack, tracks: pack.tracks, source: 'levels', degradations: new Map(), medleys: [], seed: 1, sweep: false, notMusic: undefined, outside: undefined, ...more };
}

/** The fake classifier treats low noise as music, middle as speech and high as noise. */
function kindsPack(): Pack {
  const toy = toyPack('kinds', { tracks: 9, columns: 120 });
  const names: Record<string, string> = { low: 'low', middle: 'speech', high: 'noise' };
  return { ...toy, labels: Object.values(names), tracks: toy.tracks.map((track) => ({ ...track, genre: names[track.genre!]! })) };
}

run('genre changes in medleys are detected, and progress counts every item', async () => {
  const pack = toyPack('long', { tracks: 6, columns: 300 });
  const job = wanted(pack, { medleys: planMedleys(pack.tracks, pack.frontEnd, { count: 3, seed: 1 }), sweep: true });
  let done = 0;
  const { medleys, sweep, trackAccuracy } = await evaluate(job, context(false), () => done++);
  assert.is(done, itemCount(job, context(false)));
  assert.is(trackAccuracy, 1);
  assert.equal([medleys!.medleys, medleys!.all.changes, medleys!.all.neverShown], [3, 15, 0]);
  assert.ok(medleys!.all.medianMs! > 0 && medleys!.all.p90Ms! < 5000, `${medleys!.all.medianMs} ms`);
  assert.is(medleys!.extraFlipsPerMinute, 0);
  const models = sweep!.points.find(({ isModels }) => isModels)!;
  assert.is(models.medianMedleyDelayMs, medleys!.rightAlone.medianMs);
});

run('speech and noise are distinguished from music if the model has sound kinds', async () => {
  const pack = kindsPack();
  const music = pack.tracks.filter(({ genre }) => genre === 'low');
  const others = pack.tracks.filter(({ genre }) => genre !== 'low');
  const { notMusic } = await evaluate(wanted(pack, { tracks: music, notMusic: { pack, tracks: others } }), context(true), () => {});
  const { auroc, confusion, tracks, musicCalledNotMusic, notMusicCalledMusic } = notMusic as NotMusicFigures;
  assert.equal(tracks, [3, 3, 3]);
  assert.equal(auroc, { all: 1, speech: 1, noise: 1 });
  assert.equal(confusion, [[3, 0, 0], [0, 3, 0], [0, 0, 3]]);
  assert.equal([musicCalledNotMusic, notMusicCalledMusic], [0, 0]);
});

run('a model without sound kinds gets a sentence instead of figures', async () => {
  const pack = kindsPack();
  const music = pack.tracks.filter(({ genre }) => genre === 'low');
  let done = 0;
  const { notMusic } = await evaluate(wanted(pack, { tracks: music, notMusic: { pack, tracks: pack.tracks } }), context(false), () => done++);
  assert.is(notMusic, NO_KINDS);
  assert.is(done, 3);
});

run('music of none of the labels is told if the model has an output for it; else there is a sentence', async () => {
  const pack = toyPack('outside', { tracks: 9, columns: 120 });
  const [labelled, others] = [pack.tracks.filter(({ genre }) => genre !== 'high'), pack.tracks.filter(({ genre }) => genre === 'high')];
  const job = wanted(pack, { tracks: labelled, outside: { pack: { ...pack, labels: ['none'] }, tracks: others.map((track) => ({ ...track, genre: 'none' })) } });
  const model = { ...FAKE_BUNDLE.manifest, outside: true as const, smoothing: { ...FAKE_BUNDLE.manifest.smoothing, outside: { timeConstantMs: 2000, enter: 0.5, leave: 0.4 } } };
  const own: PipelineContext = { model, settings, engine: new Engine(new FakeClassifier({ hasOutside: true }), { ...settings, maxLagMs: Infinity }, macrotask) };
  let done = 0;
  const { outside, trackAccuracy } = await evaluate(job, own, () => done++);
  assert.equal(outside, { split: 'outside', tracks: [6, 3], auroc: 1, blockAuroc: 1, labelledShownUnknown: 0, outsideShownUnknown: 1 });
  assert.equal([done, itemCount(job, own), trackAccuracy], [9, 9, 1]);
  const results = await classifyTracks(pack, pack.tracks, { source: 'levels' }, own);
  for (const { blocks } of results) assert.equal(replay(blocks, model, settings), blocks);
  assert.is((await evaluate(job, context(false), () => {})).outside, NO_OUTSIDE);
  assert.is(itemCount(job, context(false)), 6);
});

run('results can be replayed, sound kinds and silence included', async () => {
  const pack = kindsPack();
  // Five seconds of silence in the middle of each track.
  for (const { start } of pack.tracks) pack.levels.fill(0, (start + 40) * 64, (start + 98) * 64);
  for (const hasKinds of [false, true]) {
    const { model } = context(hasKinds);
    const results = await classifyTracks(pack, pack.tracks, { source: 'levels', names: ['low', ...NOT_MUSIC_KINDS] }, context(hasKinds));
    const states = new Set(results.flatMap(({ blocks }) => blocks.map(({ state }) => state)));
    for (const state of hasKinds ? ['music', 'silence', 'speech', 'unknown'] : ['music', 'silence']) assert.ok(states.has(state as never), state);
    for (const { blocks } of results) assert.equal(replay(blocks, model, settings), blocks);
  }
});

run('genre changes in medleys of sound files at any rate are detected', async ({ folder }) => {
  try {
    findFfmpeg();
  } catch {
    console.log('skipped: no FFmpeg here to read sound files');
    return;
  }
  const columns = Math.ceil((21 * FRONT_END_V1.sampleRate) / FRONT_END_V1.hop);
  const tracks = ([['low', 200, 8000, 900], ['high', 7000, 44_100, 20_000]] as const).map(([genre, hz, rate, amplitude], index) => {
    const audio = `${genre}.wav`;
    writeFileSync(join(folder, audio), wavFile(Int16Array.from(tone(22 * rate, hz, rate), (sample) => amplitude * sample), rate));
    return { id: genre, genre, start: index * columns, columns, audio };
  });
  const pack = { ...toyPack('sound'), folder, tracks };
  const medleys = planMedleys(tracks, pack.frontEnd, { count: 1, seed: 2 });
  const { medleys: figures, trackAccuracy } = await evaluate(wanted(pack, { source: 'audio', medleys }), context(false), () => {});
  assert.is(trackAccuracy, 1);
  assert.equal([figures!.all.changes, figures!.all.neverShown, figures!.extraFlipsPerMinute], [5, 0, 0]);
  assert.ok(figures!.all.p90Ms! < 5000, `${figures!.all.p90Ms} ms`);
  // The files differ by 27 dB; the parts have equal levels.
  const { samples } = await splicedSound(pack, medleys[0]!);
  let at = 0;
  for (const { columns: length } of medleys[0]!) {
    assert.ok(Math.abs(20 * Math.log10(rms(samples.subarray(at, at += length * FRONT_END_V1.hop))) + 20) < 0.1);
  }
  assert.is(at, samples.length);
});

run.run();
