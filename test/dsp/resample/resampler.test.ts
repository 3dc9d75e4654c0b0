import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { concatenate } from '../../../dsp/concatenate.js';
import { Resampler } from '../../../dsp/resample/resampler.js';
import { cutAt, fitTone, noise, sineLevelDb, tone } from '../signals.js';

const OUT = 22_050;
const RATES = [8000, 11_025, 16_000, 24_000, 32_000, 37_800, 44_100, 44_101, 48_000, 88_200, 96_000, 192_000];

function resampled(chunks: readonly Float32Array[], inputRate: number, outputRate = OUT): Float32Array {
  const resampler = new Resampler(inputRate, outputRate);
  const parts = chunks.map((chunk) => resampler.push(chunk).slice());
  return concatenate([...parts, resampler.flush().slice()]);
}

/** First output of `steady`, 50 ms in: the start and end of a tone have a wide spectrum. */
const STEADY_FROM = 1103;

/** Half a second of a resampled tone without 50 ms at each end. */
function steady(hz: number, inputRate: number): Float32Array {
  return resampled([tone(inputRate / 2, hz, inputRate)], inputRate).slice(STEADY_FROM, -STEADY_FROM);
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

for (const rate of RATES) {
  test(`from ${rate} Hz: the level of 1 kHz is unchanged and the pass band is flat`, () => {
    assert.ok(Math.abs(fitTone(steady(1000, rate), 1000, OUT).amplitudeDb) < 0.01);
    const edge = 0.9 * Math.min(rate, OUT) / 2;
    for (let i = 1; i <= 24; i++) {
      const hz = (edge * i) / 24;
      const { amplitudeDb } = fitTone(steady(hz, rate), hz, OUT);
      assert.ok(Math.abs(amplitudeDb) < 0.005, `${amplitudeDb} dB at ${hz} Hz`);
    }
  });

  test(`from ${rate} Hz: images, aliases and noise are 90 dB below a tone`, () => {
    const half = Math.min(rate, OUT) / 2;
    for (const hz of [0.02, 0.11, 0.3, 0.5, 0.77, 0.9, 0.96, 0.99].map((share) => share * half)) {
      const { restDb } = fitTone(steady(hz, rate), hz, OUT);
      assert.ok(restDb < -90, `residual of ${restDb} dB at ${hz} Hz`);
    }
  });

  test(`from ${rate} Hz: tones are not shifted in time`, () => {
    for (const hz of [50, 440, 3100]) {
      const { phase } = fitTone(steady(hz, rate), hz, OUT);
      const wanted = (2 * Math.PI * hz * STEADY_FROM) / OUT;
      const late = (Math.sin(wanted - phase) * OUT) / (2 * Math.PI * hz);
      assert.ok(Math.cos(wanted - phase) > 0.9 && Math.abs(late) < 0.001, `${late} output samples late at ${hz} Hz`);
    }
  });
}

for (const rate of [24_000, 44_100, 44_101, 48_000, 96_000, 192_000]) {
  test(`from ${rate} Hz: frequencies that would alias, from half the output rate on, are attenuated by 90 dB`, () => {
    for (const hz of [11_025, 11_100, 11_500, 12_000, 15_000, 20_000, 22_000, 22_100, 30_000, 40_000, 47_000, 90_000]) {
      if (hz > rate / 2) continue;
      const levelDb = sineLevelDb(steady(hz, rate));
      assert.ok(levelDb < -90, `${levelDb} dB from ${hz} Hz`);
    }
  });
}

test('a click is not shifted in time', () => {
  for (const rate of RATES) {
    const at = Math.round(0.2 * rate);
    const input = new Float32Array(at * 2);
    input[at] = 1;
    const output = resampled([input], rate);
    let [weighted, sum] = [0, 0];
    output.forEach((sample, i) => {
      weighted += i * sample * sample;
      sum += sample * sample;
    });
    const late = weighted / sum - (at / rate) * OUT;
    assert.ok(Math.abs(late) < 0.01, `${late} output samples late from ${rate} Hz`);
  }
});

test('n samples in give ⌈n × output rate / input rate⌉ out, and a constant is unchanged', () => {
  const rate = fc.oneof(fc.integer({ min: 8000, max: 192_000 }), fc.constantFrom(...RATES));
  fc.assert(fc.property(rate, rate, fc.integer({ min: 0, max: 20_000 }), (inputRate, outputRate, length) => {
    const output = resampled([new Float32Array(length).fill(0.5)], inputRate, outputRate);
    assert.is(BigInt(output.length), (BigInt(length) * BigInt(outputRate) + BigInt(inputRate) - 1n) / BigInt(inputRate));
    const edge = Math.ceil(0.02 * outputRate);
    for (let k = edge; k < output.length - edge; k++) {
      if (Math.abs(output[k]! - 0.5) > 1e-4) assert.unreachable(`${output[k]} at output ${k} of ${inputRate} to ${outputRate} Hz`);
    }
  }), { numRuns: 60, examples: [[8000, 192_000, 3000], [192_000, 8000, 20_000], [8000, 8001, 5000], [192_000, 191_999, 20_000]] });
});

test('the output is bit-identical for any chunking of the samples', () => {
  fc.assert(fc.property(
    fc.constantFrom(...RATES),
    fc.integer({ min: 0, max: 20_000 }),
    fc.array(fc.nat(20_000), { maxLength: 30 }),
    (rate, length, cuts) => {
      const samples = noise(length, rate);
      assert.ok(sameBits(resampled(cutAt(samples, cuts), rate), resampled([samples], rate)));
    },
  ), { numRuns: 100 });
});

test('the output is bit-identical for samples pushed one by one', () => {
  const samples = noise(5000, 4);
  assert.ok(sameBits(resampled(cutAt(samples, Array.from(samples, (_, i) => i)), 48_000), resampled([samples], 48_000)));
});

test('after n samples all outputs before n - delayInputSamples were returned', () => {
  for (const rate of RATES) {
    const resampler = new Resampler(rate);
    assert.ok(resampler.delayInputSamples / rate < 0.06, `${rate} Hz waits ${resampler.delayInputSamples} samples`);
    let [pushed, out] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const chunk = noise(1 + ((i * 97) % 300), i);
      pushed += chunk.length;
      out += resampler.push(chunk).length;
      assert.ok(out >= Math.ceil(((pushed - resampler.delayInputSamples) * OUT) / rate), `${out} outputs after ${pushed} samples at ${rate} Hz`);
    }
  }
});

test('the phase of a tone does not drift over minutes at an odd rate', () => {
  const rate = 44_101;
  const resampler = new Resampler(rate);
  const period = tone(rate, 1000, rate); // whole periods: each second is the same
  let last = 0;
  for (let second = 0; second < 120; second++) last += resampler.push(period).length;
  const before = last;
  const output = resampler.push(period);
  const { phase } = fitTone(output, 1000, OUT);
  const wanted = (2 * Math.PI * 1000 * before) / OUT;
  assert.ok(Math.abs(Math.sin((phase - wanted) / 2)) < 1e-4, `phase ${phase}, wanted ${wanted % (2 * Math.PI)}`);
});

test('half the amplitude in is half the amplitude out, and silence gives exact zeros', () => {
  const samples = noise(9000, 8);
  const full = resampled([samples], 48_000);
  assert.ok(sameBits(resampled([samples.map((sample) => sample / 2)], 48_000), full.map((sample) => sample / 2)));
  assert.ok(resampled([new Float32Array(9000)], 48_000).every((sample) => sample === 0));
});

test('streams with the same rates do not affect each other', () => {
  const [a, b] = [new Resampler(48_000), new Resampler(48_000)];
  const parts: Float32Array[] = [];
  const samples = noise(20_000, 6);
  for (let at = 0; at < samples.length; at += 500) {
    parts.push(a.push(samples.subarray(at, at + 500)).slice());
    b.push(noise(777, at));
  }
  assert.ok(sameBits(concatenate([...parts, a.flush()]), resampled([samples], 48_000)));
});

test('after flush a new stream starts', () => {
  const samples = noise(5000, 7);
  const resampler = new Resampler(44_100);
  resampler.push(noise(3333, 1));
  resampler.flush();
  assert.ok(sameBits(concatenate([resampler.push(samples).slice(), resampler.flush()]), resampled([samples], 44_100)));
  assert.is(resampler.flush().length, 0, 'no input, no output');
});

test('with equal rates samples are passed through unchanged', () => {
  const resampler = new Resampler(OUT);
  const samples = noise(100, 2);
  assert.is(resampler.push(samples), samples);
  assert.is(resampler.flush().length, 0);
  assert.is(resampler.delayInputSamples, 0);
});

test('invalid rates are rejected with the value', () => {
  for (const rate of [0, -44_100, 7999, 192_001, 44_100.5, NaN, Infinity]) {
    assert.throws(() => new Resampler(rate), (error: unknown) => error instanceof RangeError && error.message.includes(`input rate`) && error.message.includes(`not ${rate}`));
    assert.throws(() => new Resampler(48_000, rate), (error: unknown) => error instanceof RangeError && error.message.includes('output rate'));
  }
});

test.run();
