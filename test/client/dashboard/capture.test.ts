import { test } from 'uvu';
import * as assert from 'uvu/assert';

const BLOCK = 128;
const SAMPLE_RATE = 48_000;
const CHUNK = 4096;

interface Worklet {
  process(inputs: readonly (readonly Float32Array[])[]): boolean;
}

const posted: Float32Array[] = [];
let post = (samples: Float32Array): void => void posted.push(samples);
let Capture: new () => Worklet;

test.before(async () => {
  // As in a browser's AudioWorkletGlobalScope.
  Object.assign(globalThis, {
    sampleRate: SAMPLE_RATE,
    AudioWorkletProcessor: class { readonly port = { postMessage: (samples: Float32Array) => post(samples) }; },
    registerProcessor: (_name: string, processor: new () => Worklet) => { Capture = processor; },
  });
  await import('../../../client/dashboard/capture.js');
});

const tone = (block: number, gain: number): Float32Array => Float32Array.from({ length: BLOCK }, (_, i) => gain * Math.sin(2 * Math.PI * 440 * (block * BLOCK + i) / SAMPLE_RATE));

function rms(parts: readonly Float32Array[]): number {
  const samples = parts.flatMap((part) => [...part]);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

test('the microphone is mixed as the server mixes: the mean, or one channel where they cancel', () => {
  const capture = new Capture();
  const push = (gains: readonly number[]): number => {
    posted.length = 0;
    for (let block = 0; block < 416; block++) assert.is(capture.process([gains.map((gain) => tone(block, gain))]), true);
    assert.ok(posted.every(({ length }) => length === CHUNK));
    return rms(posted.slice(posted.length >> 1));
  };
  const loud = 0.5 / Math.SQRT2;
  for (const [gains, expected] of [[[0.5], loud], [[0.5, 0.5], loud], [[0.5, -0.5], loud], [[0.5, 0], loud / 2], [[0.5], loud]] as const) {
    const level = push(gains);
    assert.ok(Math.abs(level - expected) < 0.01, `channels of ${gains.join(' and ')}: ${level}, not ${expected}`);
  }
});

test('what was taken of a device that ends is posted, and nothing after', () => {
  const capture = new Capture();
  posted.length = 0;
  for (let block = 0; block < 35; block++) capture.process([[tone(block, 0.5)]]);
  assert.is(capture.process([[]]), true);
  assert.is(capture.process([[]]), true);
  assert.equal(posted.map(({ length }) => length), [CHUNK, 3 * BLOCK]);
  assert.equal(posted.flatMap((part) => [...part]), Array.from({ length: 35 }, (_, block) => [...tone(block, 0.5)]).flat());
});

test('without a device the worklet stays alive and posts nothing', () => {
  const capture = new Capture();
  posted.length = 0;
  assert.is(capture.process([[]]), true);
  assert.is(capture.process([]), true);
  assert.equal(posted, []);
});

test('ten minutes are posted without a gap, in whole chunks', () => {
  // More samples than a float can count. A ramp of whole numbers, which floats hold exactly, over and over.
  const ramp = Float32Array.from({ length: 2 ** 20 }, (_, index) => index);
  const bytes = Buffer.from(ramp.buffer);
  const blocks = Math.floor(600 * SAMPLE_RATE / CHUNK) * CHUNK / BLOCK;
  const capture = new Capture();
  let taken = 0;
  let wrong = 0;
  const postBefore = post;
  post = (samples) => {
    const from = 4 * (taken % ramp.length);
    if (samples.length !== CHUNK || Buffer.from(samples.buffer).compare(bytes, from, from + 4 * CHUNK) !== 0) wrong += 1;
    taken += samples.length;
  };
  for (let block = 0, at = 0; block < blocks; block++, at = (at + BLOCK) % ramp.length) capture.process([[ramp.subarray(at, at + BLOCK)]]);
  post = postBefore;
  assert.equal([wrong, taken], [0, blocks * BLOCK]);
});

test.run();
