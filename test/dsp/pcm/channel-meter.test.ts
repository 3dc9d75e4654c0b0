import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChannelMeter, CUTOFF_HZ, sliceLength } from '../../../dsp/pcm/channel-meter.js';
import { simdMeasureSlices } from '../../../dsp/pcm/pcm.simd.js';
import { measureSlices, type MeasureSlices } from '../../../dsp/pcm/slice-statistics.js';
import { tone } from '../signals.js';

/** RMS and peak in dB after half a second, measured over a second and a half; chunks of 777 samples. */
function measured(samples: Float32Array, sampleRate: number, measure: MeasureSlices = measureSlices): { rmsDb: number; peakDb: number } {
  const length = sliceLength(sampleRate);
  const meter = new ChannelMeter(length, measure);
  let [energy, count, peak, filled, done] = [0, 0, 0, 0, 0];
  for (let from = 0; from < samples.length; from += 777) {
    const chunk = samples.subarray(from, from + 777);
    meter.measure(chunk, filled);
    for (let at = 0, piece = 0; at < chunk.length; piece++) {
      const to = Math.min(chunk.length, at + length - filled);
      meter.add(piece);
      filled = (filled + to - at) % length;
      at = to;
      if (filled > 0) continue;
      meter.close();
      done += length;
      if (done < sampleRate / 2) continue;
      energy += meter.energy;
      count += length;
      peak = Math.max(peak, meter.peak);
    }
  }
  return { rmsDb: 10 * Math.log10(energy / count), peakDb: 20 * Math.log10(peak) };
}

/** A tone of amplitude 0.5 on an offset. */
const at = (hz: number, offset: number, sampleRate: number): Float32Array => tone(2 * sampleRate, hz, sampleRate).map((value) => 0.5 * value + offset);
const TONE_RMS_DB = 20 * Math.log10(0.5 / Math.SQRT2);

for (const sampleRate of [8000, 22_050, 44_100, 48_000]) {
  for (const [name, measure] of [['plain loops', measureSlices], ['kernels', simdMeasureSlices]] as const) {
    test(`${name} at ${sampleRate} Hz: what can be heard reads right, whatever it lies on`, () => {
      for (const hz of [60, 100, 197, 440, 3000]) {
        for (const offset of [0, 0.4]) {
          const { rmsDb, peakDb } = measured(at(hz, offset, sampleRate), sampleRate, measure);
          assert.ok(Math.abs(rmsDb - TONE_RMS_DB) < 0.1, `${hz} Hz: ${rmsDb}`);
          assert.ok(Math.abs(peakDb - 20 * Math.log10(0.5)) < 0.3, `${hz} Hz: ${peakDb}`);
        }
      }
    });

    test(`${name} at ${sampleRate} Hz: DC and infrasound do not count`, () => {
      assert.ok(measured(at(0, 0.4, sampleRate), sampleRate, measure).rmsDb < -120);
      assert.ok(measured(at(5, 0, sampleRate), sampleRate, measure).rmsDb < TONE_RMS_DB - 24);
      assert.ok(measured(at(5, 0, sampleRate), sampleRate, measure).peakDb < 20 * Math.log10(0.5) - 18);
      assert.ok(measured(at(10, 0, sampleRate), sampleRate, measure).rmsDb < TONE_RMS_DB - 14);
      assert.ok(Math.abs(measured(at(CUTOFF_HZ, 0, sampleRate), sampleRate, measure).rmsDb - (TONE_RMS_DB - 3)) < 0.3);
    });

    test(`${name} at ${sampleRate} Hz: a faint tone on a large offset reads right`, () => {
      const faint = tone(2 * sampleRate, 440, sampleRate).map((value) => 1e-4 * value + 0.5);
      assert.ok(Math.abs(measured(faint, sampleRate, measure).rmsDb + 83.01) < 0.1);
    });
  }
}

test('digital silence after sound on an offset has no energy at all', () => {
  for (const offset of [0.004, 0.05, -0.3]) {
    const rate = 22_050;
    const sound = at(440, offset, rate).subarray(0, rate / 4);
    const samples = new Float32Array(2 * rate);
    samples.set(sound);
    const { rmsDb } = measured(samples, rate);
    assert.ok(rmsDb < -140, `${offset}: ${rmsDb} dB; rounded sums leave -125`);
  }
});

test('DC makes no transient at the start of a stream', () => {
  const meter = new ChannelMeter(110);
  meter.measure(new Float32Array(110).fill(0.3), 0);
  meter.add(0);
  meter.close();
  assert.ok(10 * Math.log10(meter.energy / 110) < -70);
  assert.ok(meter.peak < 1e-6);
});

test.run();
