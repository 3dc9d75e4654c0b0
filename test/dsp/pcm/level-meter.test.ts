import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { FLOOR_DB, LevelMeter } from '../../../dsp/pcm/level-meter.js';
import { cutAt, noise, tone } from '../signals.js';

function levelOf(...chunks: Float32Array[]) {
  const meter = new LevelMeter();
  for (const chunk of chunks) meter.push(chunk);
  return meter.read();
}

function near(actual: number, wanted: number, within = 1e-6): void {
  assert.ok(Math.abs(actual - wanted) <= within, `${actual}, wanted ${wanted}`);
}

test('a full-scale square wave is 0 dBFS', () => {
  const square = Float32Array.from({ length: 1000 }, (_, i) => (i % 20 < 10 ? 1 : -1));
  near(levelOf(square).rmsDb, 0);
  near(levelOf(square).peakDb, 0);
});

test('a full-scale sine has an RMS of -3.01 dBFS', () => {
  const sine = tone(44_100, 441, 44_100);
  near(levelOf(sine).rmsDb, 10 * Math.log10(0.5), 1e-4);
  near(levelOf(sine).peakDb, 0, 1e-4);
});

test('the peak counts negative samples', () => {
  near(levelOf(new Float32Array([0.1, -0.5, 0.2])).peakDb, 20 * Math.log10(0.5));
});

test('silence, no samples and levels below the floor read the floor', () => {
  for (const samples of [new Float32Array(10), new Float32Array(0), new Float32Array(10).fill(1e-7)]) {
    assert.equal(levelOf(samples), { rmsDb: FLOOR_DB, peakDb: FLOOR_DB });
  }
});

test('read resets the meter', () => {
  const meter = new LevelMeter();
  meter.push(new Float32Array(10).fill(1));
  meter.read();
  assert.equal(meter.read(), { rmsDb: -120, peakDb: -120 });
  meter.push(new Float32Array(10).fill(0.1));
  near(meter.read().rmsDb, -20, 1e-4);
});

test('levels are the same for any chunking, and ten times the amplitude is 20 dB more', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(5000), { maxLength: 20 }), (length, cuts) => {
    const samples = noise(length, length);
    const whole = levelOf(samples);
    const parts = levelOf(...cutAt(samples, cuts));
    near(parts.rmsDb, whole.rmsDb, 1e-9);
    assert.is(parts.peakDb, whole.peakDb);
    near(levelOf(samples.map((sample) => sample * 10)).rmsDb, whole.rmsDb + 20, 1e-5);
  }));
});

test.run();
