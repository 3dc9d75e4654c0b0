import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { BlockLevels } from '../../../dsp/pcm/block-levels.js';
import { Downmixer } from '../../../dsp/pcm/downmix.js';
import type { Level } from '../../../dsp/pcm/level.js';
import { cutAt, noise, tone } from '../signals.js';

const RATE = 22_050;
const BLOCK_S = 0.35;

/** Mono of whole channels, pushed in pieces, with the levels of its blocks. */
function mixed(channels: readonly Float32Array[], cuts: readonly number[] = []): { mono: Float32Array; levels: Level[] } {
  const levels = new BlockLevels(channels.length, (index) => (index + 1) * BLOCK_S);
  const mixer = new Downmixer(RATE, channels.length, levels);
  const pieces = channels.map((samples) => cutAt(samples, cuts));
  const mono = pieces[0]!.flatMap((_, piece) => Array.from(mixer.push(pieces.map((each) => each[piece]!))));
  return { mono: Float32Array.from(mono), levels: Array.from({ length: Math.floor(channels[0]!.length / RATE / BLOCK_S) }, () => levels.take()) };
}

const scaled = (samples: Float32Array, gain: number): Float32Array => samples.map((value) => gain * value);

test('one channel passes as it is', () => {
  const samples = noise(5000, 1);
  const mixer = new Downmixer(RATE, 1);
  assert.is(mixer.push([samples]), samples);
  assert.equal(mixed([samples]).mono, samples);
});

test('channels of ordinary sound are averaged, to the bit', () => {
  const [left, right] = [noise(RATE, 1), noise(RATE, 2)];
  assert.equal(mixed([left, right]).mono, left.map((value, i) => (value + right[i]!) / 2));
  assert.equal(mixed([left, left]).mono, left);
  assert.equal(mixed([left, scaled(left, 0)]).mono, scaled(left, 0.5), 'one side alone');
  const many = Array.from({ length: 12 }, (_, channel) => noise(RATE, channel + 1));
  assert.equal(mixed(many).mono, left.map((_, i) => many.reduce((sum, samples) => sum + samples[i]!, 0) / 12));
});

test('where channels cancel, the louder one is heard, within 50 ms and without a step', () => {
  const sound = tone(RATE, 440, RATE);
  const { mono } = mixed([scaled(sound, 0.4), scaled(sound, -0.5)]);
  const from = RATE / 20;
  assert.equal(mono.subarray(from), scaled(sound, -0.5).subarray(from));
  const steps = mono.subarray(1).map((value, i) => Math.abs(value - mono[i]!));
  assert.ok(Math.max(...steps) < 0.15);
});

test('when they no longer cancel they are mixed again', () => {
  const sound = noise(2 * RATE, 3);
  const right = sound.map((value, i) => (i < RATE ? -value : value));
  const { mono } = mixed([sound, right]);
  assert.equal(mono.subarray(1.5 * RATE), sound.subarray(1.5 * RATE));
});

test('sound that is only wide is no cancellation', () => {
  const [mid, side] = [noise(RATE, 4), noise(RATE, 5)];
  // The side 6 dB louder than the middle.
  const left = mid.map((value, i) => 0.3 * value + 0.6 * side[i]!);
  const right = mid.map((value, i) => 0.3 * value - 0.6 * side[i]!);
  assert.equal(mixed([left, right]).mono, left.map((value, i) => (value + right[i]!) * 0.5));
});

test('the level is that of the loudest channel, before they are mixed', () => {
  const sound = tone(RATE, 440, RATE);
  for (const [left, right] of [[0.5, 0.5], [0.5, -0.5], [0.5, 0], [0.1, -0.5]]) {
    const { levels } = mixed([scaled(sound, left!), scaled(sound, right!)]);
    assert.is(levels.length, 2);
    for (const { rmsDb, peakDb } of levels) {
      assert.ok(Math.abs(rmsDb - 20 * Math.log10(0.5 / Math.SQRT2)) < 0.05, `${left}, ${right}: ${rmsDb}`);
      assert.ok(Math.abs(peakDb - 20 * Math.log10(0.5)) < 0.2, `${left}, ${right}: ${peakDb}`);
    }
  }
});

test('silence is the floor, and no float is above full scale', () => {
  for (const { rmsDb, peakDb } of mixed([new Float32Array(RATE)]).levels) assert.equal([rmsDb, peakDb], [-120, -120]);
  for (const { rmsDb, peakDb } of mixed([scaled(noise(RATE, 1), 4)]).levels) assert.equal([rmsDb, peakDb], [0, 0]);
});

test('any cut gives the same mono and the same levels', () => {
  const sound = noise(RATE, 6);
  const channels = [sound, sound.map((value, i) => (i % 9000 < 4000 ? -value : 0.5 * value))];
  const whole = mixed(channels);
  fc.assert(fc.property(fc.array(fc.nat(RATE), { maxLength: 20 }), (cuts) => {
    const parts = mixed(channels, cuts);
    assert.equal(parts.mono, whole.mono);
    parts.levels.forEach(({ rmsDb, peakDb }, block) => {
      assert.ok(Math.abs(rmsDb - whole.levels[block]!.rmsDb) < 1e-4);
      assert.ok(Math.abs(peakDb - whole.levels[block]!.peakDb) < 1e-4);
    });
  }), { numRuns: 50 });
});

test.run();
