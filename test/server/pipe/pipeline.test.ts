import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { from, lastValueFrom, map, Subject, toArray, VirtualTimeScheduler } from 'rxjs';
import { SOUND_KINDS } from '../../../models/sound-kinds.js';
import { Engine } from '../../../server/pipe/engine.js';
import { smoothedBlocksFromColumns, pipe, type PipeOptions } from '../../../server/pipe/pipeline.js';
import { Progress } from '../../../server/pipe/progress.js';
import type { AudioFormat } from '../../../server/protocol/audio-format.js';
import type { Columns, Prediction, Stretch, Summary } from '../../../server/protocol/messages.js';
import { withDefaults } from '../../../server/settings.js';
import { FAKE_BUNDLE, FAKE_LABELS, FAKE_TAGGED, FakeClassifier } from '../fake-classifier.js';
import { ManualClock } from '../../support/manual-clock.js';
import { cut, join, MONO, noise, silence, tone } from '../sound.js';

const BLOCK_MS = (4 * 1920 * 1000) / 22050;
const settings = withDefaults();

/** Runs bytes through the pipe on virtual time; `apart`: each piece arrives in its own turn, else all in one. */
function runPipe(pieces: readonly Uint8Array[], options: Partial<PipeOptions> = {}, apart = true, classifier = new FakeClassifier()): (Prediction | Columns | Summary)[] {
  const clock = new VirtualTimeScheduler();
  const engine = new Engine(classifier, settings, clock);
  const messages: (Prediction | Columns | Summary)[] = [];
  const chunk$ = new Subject<{ bytes: Uint8Array; arrivedAtMs: number }>();
  pipe(chunk$, { format: MONO, model: FAKE_BUNDLE.manifest, engine, settings, ...options })
    .subscribe(({ json }) => messages.push(JSON.parse(json)));
  for (const bytes of pieces) {
    chunk$.next({ bytes, arrivedAtMs: clock.now() });
    if (apart) clock.flush();
  }
  chunk$.complete();
  clock.flush();
  assert.is(engine.streams, 0, 'the engine is empty afterwards');
  return messages;
}

const predictions = (messages: ReturnType<typeof runPipe>): Prediction[] => messages.filter((each): each is Prediction => each.type === 'prediction');
const summaryOf = (messages: ReturnType<typeof runPipe>): Summary => messages.at(-1) as Summary;

test('gives one prediction per block, then the summary', () => {
  const messages = runPipe([tone(200, 3000)]);
  const seen = predictions(messages);
  assert.equal(messages.map(({ type }) => type), [...seen.map(() => 'prediction'), 'summary']);
  assert.equal(seen.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.is(seen[0]!.atMs, 348.3);
  assert.is(seen[3]!.genre, 'low');
  assert.equal(seen[3]!.top.map(([label]) => label).sort(), [...FAKE_LABELS].sort());
  assert.is(summaryOf(messages).genre, 'low');
});

test('a tone gets the same genre at any sample rate and channel count', () => {
  const formats: [AudioFormat, number][] = [[{ ...MONO, sampleRate: 8000 }, 1], [{ ...MONO, sampleRate: 48000 }, 1], [{ ...MONO, sampleRate: 44100, channels: 2 }, 2]];
  for (const [format, channels] of formats) {
    for (const [frequencyHz, label] of [[150, 'low'], [1500, 'middle']] as const) {
      const mono = new Int16Array(tone(frequencyHz, 3000, format).buffer);
      const samples = new Int16Array(mono.length * channels).map((_, index) => mono[Math.floor(index / channels)]!);
      assert.is(summaryOf(runPipe([new Uint8Array(samples.buffer)], { format })).genre, label, `${frequencyHz} Hz at ${format.sampleRate}`);
    }
  }
});

test('predictions do not depend on how the bytes are cut into chunks', () => {
  const bytes = join(noise(30_000), tone(300, 700), silence(3500), noise(15_001, 5));
  const expected = runPipe([bytes], { spectrogram: true });
  assert.ok(predictions(expected).some(({ state }) => state === 'silence'));
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 6 }), fc.boolean(), (sizes, apart) => {
    // Many chunks of a byte or two would be slow; this total keeps a run short.
    fc.pre(sizes.reduce((sum, size) => sum + size, 0) > 500);
    assert.equal(runPipe(cut(bytes, sizes), { spectrogram: true }, apart), expected);
  }), { numRuns: 25, examples: [[[29_989, 9172], false]] });
});

test('an incomplete sample at the end is ignored', () => {
  const bytes = tone(300, 1000);
  assert.equal(runPipe([join(bytes, new Uint8Array([7]))]), runPipe([bytes]));
});

test('the columns of an unfinished block are scored as a shorter one', () => {
  // Two blocks and two columns: samples 2 × 7680 + 1920 + 2048.
  const seen = predictions(runPipe([noise(2 * 7680 + 1920 + 2048)]));
  assert.equal(seen.map(({ atMs }) => atMs), [1, 2, 2.5].map((blocks) => Math.round(blocks * BLOCK_MS * 10) / 10));
});

test('sound shorter than a column gives a summary and no predictions', () => {
  const messages = runPipe([noise(2047)]);
  assert.equal(messages, [{ type: 'summary', durationMs: 92.8, genre: null, p: 0, top: [], segments: [] }]);
  assert.is(summaryOf(runPipe([])).durationMs, 0);
});

test('the duration covers all sound, at any sample rate', () => {
  for (const sampleRate of [8000, 22050, 44100, 96000]) {
    const { durationMs, segments } = summaryOf(runPipe([tone(440, 2000, { sampleRate })], { format: { ...MONO, sampleRate } }));
    assert.ok(Math.abs(durationMs - 2000) < 1, `${durationMs} at ${sampleRate}`);
    assert.is(segments.at(-1)!.toMs, durationMs);
  }
});

test('level and peak are measured per block', () => {
  const seen = predictions(runPipe([tone(441, 2000, { amplitude: 0.5 }), tone(441, 2000, { amplitude: 0.05 })]));
  assert.ok(Math.abs(seen[2]!.level - -9.03) < 0.1, String(seen[2]!.level));
  assert.ok(Math.abs(seen[2]!.peak - -6.02) < 0.1);
  assert.ok(Math.abs(seen.at(-2)!.level - -29.03) < 0.1);
});

test('a silent stream of any length has no genre', () => {
  for (const ms of [500, 900, 3000]) assert.is(summaryOf(runPipe([silence(ms)])).genre, null, `${ms} ms`);
});

test('one large message gives the same predictions as many small ones', () => {
  const bytes = noise(300_000);
  assert.equal(runPipe([bytes]), runPipe(cut(bytes, [10_000, 50_001, 200_000])));
});

test('tags come when asked for: in music, but not in speech and silence; and in the summary', () => {
  const bytes = join(tone(200, 8000), silence(4000), tone(1500, 6000));
  const messages = runPipe([bytes], { model: FAKE_TAGGED, tags: 20 }, true, new FakeClassifier({ hasTags: true }));
  const tagsIn = (state: Prediction['state']): string[] => predictions(messages).filter((each) => each.state === state).map(({ tags }) => tags!.map(([name]) => name).join());
  assert.equal([...new Set(tagsIn('music'))], ['deep']);
  assert.ok(tagsIn('speech').length > 3 && tagsIn('speech').every((words) => words === ''));
  assert.ok(tagsIn('silence').length > 3 && tagsIn('silence').every((words) => words === ''));
  assert.ok(tagsIn('warming').every((words) => words === ''));
  assert.equal(summaryOf(messages).tags!.map(([name]) => name), ['deep']);
  assert.ok(predictions(messages).every((each) => !('mood' in each)), 'none of its tags is on an axis');
});

test('tags that were not asked for are not sent, and a model without tags answers with none', () => {
  const without = runPipe([tone(200, 4000)], { model: FAKE_TAGGED }, true, new FakeClassifier({ hasTags: true }));
  assert.ok(without.every((each) => !('tags' in each)));
  const none = runPipe([tone(200, 4000)], { tags: 5 });
  assert.ok(predictions(none).every(({ tags }) => tags!.length === 0));
  assert.equal(summaryOf(none).tags, []);
});

test('a long silence is reported, and the state is reset after it', () => {
  const after = (bytes: Uint8Array): object[] => predictions(runPipe([bytes])).map(({ seq, atMs, ...rest }) => rest);
  // 12 blocks of one sound, 12 of silence, then another sound, which must not depend on the first.
  const first = noise(12 * 7680 + 128);
  const second = tone(2000, 3000);
  const seen = predictions(runPipe([first, new Uint8Array(2 * (12 * 7680 - 128)), second]));
  assert.is(seen[20]!.state, 'silence');
  assert.equal(seen[20]!.top, []);
  assert.is(seen[20]!.genre, null);
  const fresh = seen.slice(25).map(({ seq, atMs, ...rest }) => rest);
  const other = after(join(noise(3 * 7680 + 128, 9), new Uint8Array(2 * (12 * 7680 - 128)), second)).slice(16);
  assert.is(seen[24]!.state, 'warming');
  assert.equal(fresh, other);
});

test('with a model that detects speech and noise, these are states without a genre', () => {
  const model = { ...FAKE_BUNDLE.manifest, kinds: SOUND_KINDS };
  const bytes = join(tone(150, 4000), tone(1500, 4000), tone(8000, 4000), silence(3000));
  const messages = runPipe([bytes], { model }, true, new FakeClassifier({ hasKinds: true }));
  const seen = predictions(messages);
  assert.equal([...new Set(seen.map(({ state }) => state))], ['warming', 'music', 'speech', 'unknown', 'silence']);
  for (const { state, genre, p, top, music } of seen) {
    assert.is(genre, state === 'music' ? 'low' : null);
    assert.is(p > 0, state === 'music');
    assert.is(top.length, state === 'music' || state === 'warming' ? 3 : 0);
    if (state === 'silence') assert.is(music, 0);
  }
  const { genre, segments } = summaryOf(messages);
  assert.is(genre, 'low');
  assert.equal(segments.map(({ state }) => state), ['music', 'speech', 'unknown', 'silence']);
});

test('with a model that tells music of none of its labels, such music is unknown and its probability is sent', () => {
  const outside = { timeConstantMs: 1000, enter: 0.5, leave: 0.4 };
  const model = { ...FAKE_BUNDLE.manifest, outside: true as const, smoothing: { ...FAKE_BUNDLE.manifest.smoothing, outside } };
  const messages = runPipe([join(tone(150, 3000), tone(8000, 9000), silence(3000))], { model, stretches: true }, true, new FakeClassifier({ hasOutside: true }));
  const seen = predictions(messages);
  assert.equal([...new Set(seen.map(({ state }) => state))], ['warming', 'music', 'unknown', 'silence']);
  for (const { state, genre, top, music, outside: none } of seen) {
    assert.is(genre, state === 'music' ? genre : null);
    assert.is(top.length, state === 'silence' ? 0 : 3);
    assert.is(none === undefined, state === 'silence');
    if (state === 'unknown') assert.ok(none! >= 0.4 && none! <= 1 && music === 1 && none === Math.round(1e4 * none!) / 1e4);
  }
  const { genre, top, segments } = summaryOf(messages);
  assert.equal([genre, top![0]![0]], [null, 'high']);
  assert.equal([...new Set(segments.map(({ state }) => state))], ['music', 'unknown', 'silence']);
  const stretches = (messages as (Stretch | Summary)[]).filter((message): message is Stretch => message.type === 'stretch');
  assert.equal([stretches[0]!.genre, stretches[3]!.state, stretches[3]!.genre, stretches[3]!.top.length], ['low', 'unknown', null, 3]);
  assert.ok(predictions(runPipe([tone(150, 3000)])).every((prediction) => !('outside' in prediction)), 'a model without the output says nothing');
});

test('the silence after which the state is reset is a setting', () => {
  // Five blocks of silence: long enough to be reported, too short for the normaliser's own reset.
  const second = (first: Uint8Array, forgetAfterMs: number): Prediction[] => predictions(runPipe(
    [first, new Uint8Array(2 * (5 * 7680 - 128)), tone(2000, 3000)],
    { settings: withDefaults({ forgetAfterMs }) },
  )).slice(17);
  const [quiet, loud] = [noise(12 * 7680 + 128), join(tone(100, 4000, { amplitude: 0.02 }), noise(12 * 7680)).subarray(0, 2 * (12 * 7680 + 128))];
  assert.equal(second(quiet, 1000).map(({ top }) => top), second(loud, 1000).map(({ top }) => top));
  assert.not.equal(second(quiet, 3000).map(({ top }) => top), second(loud, 3000).map(({ top }) => top));
});

test('columns messages are sent on request, with the block\'s levels and envelope', () => {
  assert.not(runPipe([tone(440, 1000)]).some(({ type }) => type === 'columns'));
  const messages = runPipe([tone(441, 1000)], { spectrogram: true });
  const columns = messages.filter((each): each is Columns => each.type === 'columns');
  assert.is(columns.length, predictions(messages).length);
  const levels = Buffer.from(columns[0]!.levels, 'base64');
  assert.is(levels.length, 4 * 64);
  const loudest = levels.subarray(0, 64).indexOf(Math.max(...levels.subarray(0, 64)));
  assert.ok(loudest > 3 && loudest < 14, `441 Hz is in band ${loudest}`);
  const peaks = new Int8Array(Buffer.from(columns[1]!.peaks, 'base64'));
  assert.is(peaks.length, 64);
  assert.ok(Math.abs(peaks[0]! + 64) <= 1 && Math.abs(peaks[1]! - 64) <= 1, `${peaks[0]} to ${peaks[1]}`);
});

test('a stream continues from the given progress', () => {
  const progress = new Progress({ seq: 10, scoredMs: 5000, droppedMs: 300 });
  const messages = runPipe([noise(7680 + 128)], { progress });
  const [prediction] = predictions(messages);
  assert.is(prediction!.seq, 11);
  assert.is(prediction!.atMs, 5348.3);
  assert.is(prediction!.droppedMs, 300);
  assert.is(summaryOf(messages).segments[0]!.fromMs, 5000);
  assert.is(progress.scoredBytes, 2 * (7680 + 128));
});

test('live sound that waited too long is dropped and counted, and stream time advances', () => {
  const clock = new ManualClock();
  const engine = new Engine(new FakeClassifier(), settings, clock);
  const chunk$ = new Subject<{ bytes: Uint8Array; arrivedAtMs: number }>();
  const messages: (Prediction | Summary)[] = [];
  const progress = new Progress();
  pipe(chunk$, { format: MONO, model: FAKE_BUNDLE.manifest, engine, settings, progress }).subscribe(({ json }) => messages.push(JSON.parse(json)));
  const pushBlocks = (from: number, to: number, arrivedAtMs: number): void => {
    for (let block = from; block < to; block++) chunk$.next({ bytes: tone(200, 4000).subarray(2 * 7680 * block + (block > 0 ? 256 : 0), 2 * 7680 * (block + 1) + 256), arrivedAtMs });
    clock.advance(1);
  };
  pushBlocks(0, 3, 0);
  clock.advance(5000);
  pushBlocks(3, 6, 1000); // 4 s ago
  assert.is(progress.scoredBytes, 2 * (6 * 7680 + 128), 'dropped bytes count as scored');
  pushBlocks(6, 8, 5000);
  const seen = messages as Prediction[];
  assert.equal(seen.map(({ atMs }) => Math.round(atMs / BLOCK_MS)), [1, 2, 3, 7, 8]);
  assert.equal(seen.map(({ droppedMs }) => Math.round(droppedMs / BLOCK_MS)), [0, 0, 0, 3, 3]);
  assert.is(seen.at(-1)!.genre, 'low');
});

test('a prediction holds topK labels', () => {
  assert.is(predictions(runPipe([tone(440, 1000)], { topK: 1 }))[0]!.top.length, 1);
  assert.is(predictions(runPipe([tone(440, 1000)], { topK: 99 }))[0]!.top.length, 3);
});

test('stored mel levels are normalised, scored and smoothed like computed ones', async () => {
  const clock = new VirtualTimeScheduler();
  const engine = new Engine(new FakeClassifier(), settings, clock);
  const power = from([1, 2, 3, 4]).pipe(map((number) => ({
    cells: new Float32Array(256).fill(-60).map((level, cell) => (cell % 64 < 20 ? -20 : level)),
    columns: 4, atMs: number * BLOCK_MS, durationMs: BLOCK_MS, rmsDb: -20, peakDb: -10, arrivedAtMs: 0, endBytes: 0, isLate: false,
  })));
  const states = lastValueFrom(smoothedBlocksFromColumns(power, { model: FAKE_BUNDLE.manifest, engine, settings }).pipe(
    map(({ shown }) => (shown.genre === null ? shown.state : FAKE_LABELS[shown.genre])),
    toArray(),
  ));
  clock.flush();
  assert.equal(await states, ['warming', 'warming', 'low', 'low']);
});

test.run();
