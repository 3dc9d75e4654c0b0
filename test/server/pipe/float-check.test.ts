import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import { FloatCheck } from '../../../server/pipe/float-check.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { noise, tone } from '../../dsp/signals.js';

const RATE = 8000;

/** Decodes floats in chunks of 100 ms and checks them; returns how many were clipped. */
function check(samples: Float32Array): number {
  const decoder = new PcmDecoder('f32le', 1);
  const floats = new FloatCheck(decoder, RATE, 1);
  for (let from = 0; from < samples.length; from += RATE / 10) {
    const part = samples.slice(from, from + RATE / 10);
    floats.push(decoder.decode(new Uint8Array(part.buffer))[0]!.length);
  }
  floats.judge();
  return decoder.clippedSamples;
}

const refusal = (reason: RegExp) => (error: unknown): boolean => error instanceof ProtocolError && error.code === 'not-audio' && reason.test(error.message);

test('loud music and single clicks pass', () => {
  assert.is(check(noise(RATE, 1).map((value) => 1.8 * value)), 0);
  const clicks = tone(RATE, 440, RATE);
  for (let at = 0; at < RATE; at += 400) clicks[at] = 100;
  assert.is(check(clicks), 20);
});

test('16-bit integers as floats are refused, with what to do', () => {
  assert.throws(() => check(tone(RATE, 440, RATE).map((value) => Math.round(20_000 * value))), refusal(/16-bit integers.*divide them by 32768/));
});

test('bytes of another encoding are refused, with what to do', () => {
  const integers = Int16Array.from(noise(2 * RATE, 2), (value) => Math.round(20_000 * value));
  assert.throws(() => check(new Float32Array(integers.buffer)), refusal(/another encoding, such as s16le/));
});

test('a short stream is judged at its end', () => {
  assert.throws(() => check(new Float32Array(500).fill(1000.5)), refusal(/100 % of the samples/));
});

test('what turns wrong in mid-stream is refused', () => {
  const samples = noise(4 * RATE, 3).map((value, i) => (i < 3 * RATE ? value : 1e6 * value));
  assert.throws(() => check(samples), refusal(/another encoding/));
});

test.run();
