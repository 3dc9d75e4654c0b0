import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { test } from 'uvu';
import { Biquad } from '../../../../server/sources/demo/filters.js';
import { DEMO_SAMPLE_RATE, DemoSynth, toS16 } from '../../../../server/sources/demo/synth.js';
import { STYLES } from '../../../../server/sources/demo/styles/index.js';

const RATE = DEMO_SAMPLE_RATE;

/** Eight seconds of a style, rendered once for all tests. */
const rendered = new Map<string, Float32Array>();
function music(style: (typeof STYLES)[number], seed: number): Float32Array {
  const key = `${style.name} ${seed}`;
  const samples = rendered.get(key) ?? new DemoSynth(seed, RATE, [style]).render(8 * RATE);
  rendered.set(key, samples);
  return samples;
}

function rmsDb(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return 10 * Math.log10(sum / samples.length + 1e-12);
}

/** Mean and deviation over time of the level in eight octaves or so: what a style sounds like from afar. */
function portrait(samples: Float32Array): number[] {
  const frame = RATE / 10;
  const band = new Float32Array(samples.length);
  return [60, 120, 250, 500, 1000, 2000, 4000, 7500].flatMap((hz) => {
    band.set(samples);
    new Biquad('bandpass', hz, 1.4, RATE).process(band);
    const levels: number[] = [];
    for (let at = 0; at + frame <= band.length; at += frame) levels.push(rmsDb(band.subarray(at, at + frame)));
    const mean = levels.reduce((a, b) => a + b, 0) / levels.length;
    return [mean, 2 * Math.sqrt(levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length)];
  });
}

test('the same seed gives the same samples, however many are asked for at a time', () => {
  const whole = new DemoSynth(11).render(3 * RATE);
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 20 }), (cuts) => {
    const synth = new DemoSynth(11);
    let at = 0;
    for (const cut of cuts) {
      const part = synth.render(Math.min(cut, whole.length - at));
      assert.equal(part, whole.slice(at, at + part.length));
      at += part.length;
    }
  }), { numRuns: 8 });
});

test('another seed gives other music', () => {
  const one = new DemoSynth(1, RATE, STYLES.slice(0, 1)).render(RATE);
  const two = new DemoSynth(2, RATE, STYLES.slice(0, 1)).render(RATE);
  assert.not.equal(one, two);
});

test('styles change every 20 to 30 s, all are played before one comes again, none twice running', () => {
  const rate = 1000; // the programme is the same at any
  const synth = new DemoSynth(3, rate);
  const changes: { atS: number; style: string }[] = [{ atS: 0, style: synth.style }];
  for (let tenths = 1; changes.length <= STYLES.length + 1; tenths += 1) {
    synth.render(rate / 10);
    if (synth.style !== changes.at(-1)?.style) changes.push({ atS: tenths / 10, style: synth.style });
    assert.ok(tenths < 4000, 'the programme stopped moving');
  }
  changes.slice(1).forEach(({ atS }, i) => {
    const lengthS = atS - (changes[i]?.atS ?? 0);
    assert.ok(lengthS > 19.8 && lengthS < 30.2, `${changes[i]?.style} lasted ${lengthS} s`);
  });
  assert.is(new Set(changes.slice(0, STYLES.length).map(({ style }) => style)).size, STYLES.length);
});

test('a change of style leaves no hole in the sound', () => {
  const synth = new DemoSynth(5);
  for (let tenths = 0; tenths < 320; tenths += 5) {
    const levelDb = rmsDb(synth.render(RATE / 2));
    assert.ok(levelDb > -40, `${levelDb.toFixed(1)} dBFS at ${tenths / 10} s`);
  }
});

for (const style of STYLES) {
  test(`${style.name} is as loud as the others, never clips and has no offset`, () => {
    for (const seed of [1, 4]) {
      const samples = music(style, seed);
      const levelDb = rmsDb(samples);
      assert.ok(levelDb > -19 && levelDb < -14, `${levelDb.toFixed(1)} dBFS`);
      let [largest, sum] = [0, 0];
      for (const sample of samples) {
        largest = Math.max(largest, Math.abs(sample));
        sum += sample;
      }
      assert.ok(largest < 0.98, 'a sample at full scale');
      assert.ok(Math.abs(sum / samples.length) < 1e-3, 'an offset');
    }
  });
}

test('each style sounds more like itself under another seed than like any other style', () => {
  const portraits = (seed: number): number[][] => STYLES.map((style) => portrait(music(style, seed)));
  const known = portraits(1);
  portraits(4).forEach((seen, i) => {
    const distances = known.map((other) => Math.hypot(...other.map((value, k) => value - (seen[k] as number))));
    assert.is(STYLES[distances.indexOf(Math.min(...distances))]?.name, STYLES[i]?.name);
  });
});

test('plays at other sample rates too', () => {
  const samples = new DemoSynth(2, 44100).render(44100);
  assert.ok(rmsDb(samples) > -30 && samples.every((sample) => Math.abs(sample) < 0.98));
});

test('16-bit samples keep full scale and sign', () => {
  assert.equal([...toS16(Float32Array.of(-1, 1, 0, 0.5, 2))], [-32767, 32767, 0, 16384, 32767]);
});

test.run();
