import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import { distribution } from './live/distribution.js';
import { findMax } from './live/find-max.js';
import { LagTracker } from './live/lag-tracker.js';
import { keepsUp, measureLoad } from './live/load.js';
import { shortCpu } from './live/machine.js';
import { AREAS, threadTimes } from './live/profile.js';
import { SendSchedule } from './live/send-schedule.js';
import { frame, makeSound } from './live/sound.js';

test('summarises a hundred times, and none', () => {
  const times = Array.from({ length: 101 }, (_, index) => (index * 37) % 101);
  assert.equal(distribution(times), { avg: 50, p50: 50, p90: 90, p95: 95, p99: 99, max: 100 });
  assert.equal(distribution([]), { avg: null, p50: null, p90: null, p95: null, p99: null, max: null });
});

test('lag counts from the message that held the last sample of the block’s last window', () => {
  const book = new LagTracker({ frontEnd: FRONT_END_V1, blockColumns: 4 });
  // 3 × 1,920 + 2,048 samples are 354.1 ms: the fourth message has the last of them.
  for (let message = 1; message <= 12; message++) book.sent(100 * message, 1000 + 100 * message);
  assert.is(book.lagMs(348.3, 1450), 50);
  assert.is(book.lagMs(3 * 348.3, 2300), 2300 - (1000 + 1100));
  // A message that ends with that very sample is enough, one sample less is not.
  const exact = new LagTracker({ frontEnd: FRONT_END_V1, blockColumns: 4 });
  exact.sent((7807 / 22_050) * 1000, 1);
  exact.sent((7808 / 22_050) * 1000, 2);
  exact.sent((7809 / 22_050) * 1000, 3);
  assert.is(exact.lagMs(348.3, 10), 8);
});

test('a block older than the ring buffer has the lag of the oldest one', () => {
  const book = new LagTracker({ frontEnd: FRONT_END_V1, blockColumns: 4 });
  for (let second = 1; second <= 200; second++) book.sent(1000 * second, 1000 * second);
  const lagMs = book.lagMs(348.3, 200_000);
  assert.ok(lagMs > 85_000 && lagMs < 90_000, String(lagMs));
});

test('each client sends once per period in its own slot, and missed slots are caught up', () => {
  const schedule = new SendSchedule<string>(100, 0.5);
  const turns: string[] = [];
  schedule.join('late', 0.9);
  schedule.join('early', 0.1);
  for (let nowMs = 1; nowMs <= 1000; nowMs += 7) schedule.tick(nowMs, (one) => turns.push(one));
  assert.equal(turns, Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'early' : 'late')));
  schedule.leave('early');
  schedule.tick(1500, (one) => turns.push(one));
  assert.equal(turns.slice(20), Array.from({ length: 5 }, () => 'late'));
});

test('messages are masked frames of the length that RFC 6455 writes', () => {
  for (const length of [1, 125, 126, 4410]) {
    const payload = Uint8Array.from({ length }, (_, index) => index & 255);
    const bytes = frame(payload);
    const head = length < 126 ? 2 : 4;
    assert.is(bytes[0], 0x82);
    assert.is(head === 2 ? bytes[1]! & 127 : bytes.readUInt16BE(2), length);
    const mask = bytes.subarray(head, head + 4);
    assert.equal(bytes.subarray(head + 4).map((byte, index) => byte ^ mask[index & 3]!), Buffer.from(payload));
  }
});

test('the sound is whole messages of real-time length, and no other', () => {
  const { frames, messageMs, format } = makeSound({ encoding: 's16le', sampleRate: 22_050, seconds: 1 });
  assert.equal([frames.length, frames[0]!.length, messageMs], [10, 8 + 4410, 100]);
  assert.equal(format, { encoding: 's16le', sampleRate: 22_050, channels: 1 });
  const opus = makeSound({ encoding: 'opus', sampleRate: 48_000, seconds: 1 });
  assert.equal([opus.frames.length, opus.messageMs], [50, 20]);
  // 174 ms are 3,836.7 samples, and 100 ms of half that rate 1,102.5.
  const half = makeSound({ encoding: 's16le', sampleRate: 22_050, seconds: 1, messageMs: 174 });
  assert.equal([half.frames.length, half.frames[0]!.length, half.messageMs], [5, 8 + 2 * 3837, 1000 * 3837 / 22_050]);
  assert.is(makeSound({ encoding: 's16le', sampleRate: 11_025, seconds: 1 }).messageMs, 1000 * 1103 / 11_025);
  assert.throws(() => makeSound({ encoding: 'opus', sampleRate: 22_025, seconds: 1 }), /not a whole number of samples/);
});

test('the largest passing count is found from below and from above without repeated tries', async () => {
  for (const [limit, guess] of [[700, 100], [700, 3000], [4000, 100], [1, 100], [0, 8]] as const) {
    const tries: number[] = [];
    const found = await findMax(async (count) => {
      tries.push(count);
      return count <= limit;
    }, guess, 4000);
    assert.ok(found <= limit && found >= 0.94 * limit, `${found} of ${limit}`);
    assert.is(new Set(tries).size, tries.length);
  }
});

test('self time goes to the area of the file, or of whoever called', () => {
  const node = (id: number, functionName: string, url: string, children: number[] = []) => ({ id, callFrame: { functionName, url, lineNumber: 9 }, children });
  const { totalMs, areas, functions } = threadTimes({
    nodes: [
      node(1, '(root)', '', [2, 4, 6, 7]),
      node(2, 'run', 'file:///x/dist/models/step/simd-step.js', [3]),
      node(3, 'wasm-function[1]', 'wasm://wasm/1'),
      node(4, 'decode', 'file:///x/dist/server/pipe/opus.js', [5]),
      node(5, 'wasm-function[1]', 'wasm://wasm/2'),
      node(6, '(idle)', ''),
      node(7, 'toString', ''),
    ],
    samples: [6, 2, 3, 3, 5, 7, 6],
    timeDeltas: [0, 5000, 1000, 2000, 3000, 4000, 500],
  });
  assert.is(totalMs, 15.5);
  assert.equal(Object.fromEntries(areas.map(({ name, ms }) => [name, ms])), { network: 6, idle: 5, 'decode, resample': 4, other: 0.5 });
  assert.equal(functions[0], { name: 'wasm-function[1] WebAssembly', ms: 9 });
  assert.ok(functions.some(({ name, ms }) => name === 'run models/step/simd-step.js:10' && ms === 1));
});

test('files of each room belong to their area', () => {
  const root = new URL('../../', import.meta.url);
  for (const [file, wanted] of [
    ['server/sockets/senders.js', 'sockets'], ['server/shards/shard-link.js', 'messages between threads'], ['dsp/pcm/pcm-decoder.js', 'decode, resample'],
    ['server/pipe/opus.js', 'decode, resample'], ['dsp/mel/mel-columns.js', 'mel'], ['server/pipe/blocks.js', 'mel'],
    ['models/layers/descriptors/descriptor.js', 'descriptors'], ['models/step/simd-step.js', 'network'], ['server/pipe/smoothing.js', 'smoothing'],
    ['server/pipe/prediction-messages.js', 'prediction messages'], ['server/protocol/encoded-message.js', 'prediction messages'], ['server/pipe/pipeline.js', 'pipe'], ['server/streams/stream.js', 'pipe'],
  ] as const) {
    assert.ok(existsSync(new URL(file, root)), `${file} has moved`);
    assert.is(AREAS.find(([, files]) => files.test(`file:///x/dist/${file}`))?.[0], wanted, file);
  }
});

test('the folder name comes from the processor name', () => {
  assert.equal(['AMD EPYC', 'AMD EPYC 7763 64-Core Processor', 'Intel(R) Xeon(R) CPU @ 2.20GHz', 'Apple M2', ''].map(shortCpu), ['epyc', 'epyc', 'xeon', 'm2', 'unknown']);
});

test('a small load gives all figures', async () => {
  const figures = await measureLoad({ streams: 2, seconds: 3, shards: 1, soundS: 5, warmS: 0.5, settleS: 0 });
  const { lagMs, streams, shards, dropped, uncountedMs } = figures;
  assert.equal({ streams, shards, dropped }, { streams: 2, shards: 1, dropped: 0 });
  // Two streams of 2.87 predictions a second, the first of which come late in the window.
  assert.ok(figures.predictionsPerSecond > 3 && figures.predictionsPerSecond < 7, String(figures.predictionsPerSecond));
  assert.ok(figures.audioSeconds > 4 && figures.audioSeconds < 7, String(figures.audioSeconds));
  // Later than the whole load lasted none can be.
  assert.ok(lagMs.max! < 10_000 && lagMs.p50! > 0 && lagMs.p50! <= lagMs.p99! && lagMs.p99! <= lagMs.max!);
  assert.ok(uncountedMs < 1, String(uncountedMs));
  assert.ok(figures.cpuMsPerStreamSecond > 0 && Math.abs(figures.realTimeFactor - figures.cpuMsPerStreamSecond / 1000) < 1e-4);
  assert.ok(figures.rssMb > 20 && Number.isFinite(figures.rssPerStreamKb));
  assert.ok(figures.mainThreadShare === null || (figures.mainThreadShare > 0 && figures.mainThreadShare < 1));
  assert.ok(figures.firstPredictionMs.p50! > 354, String(figures.firstPredictionMs.p50));
  assert.equal([figures.refusals, figures.losses], [{}, {}]);
  assert.ok(keepsUp(figures, 60_000) && !keepsUp({ ...figures, dropped: 1 }, 60_000) && !keepsUp({ ...figures, refusals: { 503: 1 } }, 60_000));
});

test.run();
