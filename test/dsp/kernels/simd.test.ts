/** The `.simd.ts` files of `dsp` agree with the scalar loops up to float32 rounding. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { FRONT_END_V1, MelColumns, type ColumnTransform, type FrontEnd } from '../../../dsp/mel/mel-columns.js';
import { measureSlices, pieceCount, STATISTICS } from '../../../dsp/pcm/slice-statistics.js';
import { PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../../dsp/resample/resampler.js';
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import { toDecibels } from '../../../dsp/mel/decibels.simd.js';
import { simdColumnTransform } from '../../../dsp/mel/mel-columns.simd.js';
import { simdMeasureSlices, simdFromInt16 } from '../../../dsp/pcm/pcm.simd.js';
import { SIMD_RESAMPLE } from '../../../dsp/resample/resampler.simd.js';
import { goldenArray, hasGolden, goldenSamples, goldenSignals } from '../golden.js';
import { cutAt, noise, tone } from '../signals.js';

function columnsOf(frontEnd: FrontEnd, chunks: readonly Float32Array[], transform?: ColumnTransform): Float32Array[] {
  const mel = new MelColumns(frontEnd, transform);
  const columns: Float32Array[] = [];
  for (const chunk of chunks) mel.push(chunk, (power) => columns.push(power.slice()));
  return columns;
}

/** Largest relative difference over the cells above a share of the column's loudest cell. */
function worst(column: ArrayLike<number>, wanted: ArrayLike<number>, share: number): number {
  const all = Array.from(wanted);
  const floor = share * Math.max(...all);
  return Math.max(0, ...all.map((cell, band) => (cell > floor ? Math.abs(column[band]! / cell - 1) : 0)));
}

for (const name of hasGolden ? goldenSignals() : []) {
  // Rounding errors scale with the whole window, including a DC offset that no mel band contains.
  const within = name === 'dc-and-tiny' ? 1e-3 : 1e-4;
  test(`columns of ${name} agree with librosa to ${within} down to 60 dB below the loudest cell`, async () => {
    const { shape, data } = await goldenArray(`${name}.mel1920`);
    const columns = columnsOf(FRONT_END_V1, [goldenSamples(name)], simdColumnTransform(FRONT_END_V1));
    assert.equal(columns.length, shape[0], 'number of columns');
    columns.forEach((column, n) => {
      const wanted = Array.from({ length: 64 }, (_, band) => data[n * 64 + band]!);
      assert.ok(worst(column, wanted, 1e-6) <= within, `column ${n} differs by ${worst(column, wanted, 1e-6)}`);
      if (Math.max(...wanted) === 0) assert.equal(Math.max(...column), 0, 'silence has no power');
    });
  });
}

test('columns of any front end agree with the scalar loops', () => {
  // FFT sizes that are and are not powers of four; filters that cover no bin; windows too short for SIMD.
  for (const [nFft, hop, bands] of [[8, 4, 2], [16, 16, 4], [32, 20, 6], [64, 100, 20], [128, 64, 40], [512, 512, 40], [1024, 300, 64], [4096, 1920, 128]] as const) {
    const frontEnd = { ...FRONT_END_V1, nFft, hop, bands };
    const samples = noise(6 * nFft + 3 * hop, nFft);
    const wanted = columnsOf(frontEnd, [samples]);
    const columns = columnsOf(frontEnd, [samples], simdColumnTransform(frontEnd));
    assert.equal(columns.length, wanted.length);
    columns.forEach((column, n) => assert.ok(worst(column, wanted[n]!, 1e-6) < 1e-4, `column ${n} of nFft ${nFft}: ${worst(column, wanted[n]!, 1e-6)}`));
  }
});

test('cells far below a pure tone differ by float32 rounding only, 100 dB down', () => {
  const samples = tone(22_050, 1000, 22_050);
  const exact = columnsOf(FRONT_END_V1, [samples]);
  columnsOf(FRONT_END_V1, [samples], simdColumnTransform(FRONT_END_V1)).forEach((column, n) => {
    const loudest = Math.max(...exact[n]!);
    column.forEach((cell, band) => assert.ok(Math.abs(cell - exact[n]![band]!) < 1e-4 * exact[n]![band]! + 1e-10 * loudest, `column ${n}, band ${band}`));
  });
});

test('columns are bit-identical for any chunking of the samples', () => {
  const samples = noise(3 * FRONT_END_V1.nFft, 3);
  const transform = simdColumnTransform(FRONT_END_V1);
  const wanted = columnsOf(FRONT_END_V1, [samples], transform);
  fc.assert(fc.property(fc.array(fc.nat(samples.length)), (cuts) => {
    assert.equal(columnsOf(FRONT_END_V1, cutAt(samples, cuts), transform), wanted);
  }), { numRuns: 20 });
});

test('front ends that the scalar loops reject are rejected', () => {
  assert.throws(() => simdColumnTransform({ ...FRONT_END_V1, nFft: 1000 }), /nFft must be a power of two/);
});

test('all streams with the same front end share one transform', () => {
  assert.is(simdColumnTransform(FRONT_END_V1), simdColumnTransform(FRONT_END_V1));
});

test('16-bit samples are read to the same bits, at any offset, of any number and of one to three channels', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), fc.integer({ min: 1, max: 3 }), (bytes, offset, channels) => {
    const shifted = new Uint8Array(offset + bytes.length);
    shifted.set(bytes, offset);
    const wanted = new PcmDecoder('s16le', channels).decode(bytes);
    assert.equal(new PcmDecoder('s16le', channels, undefined, simdFromInt16).decode(shifted.subarray(offset)), wanted);
  }));
  const all = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
  for (const channels of [1, 2]) {
    const samples = new PcmDecoder('s16le', channels, undefined, simdFromInt16).decode(new Uint8Array(all.buffer));
    samples.forEach((each, channel) => assert.equal(each, Float32Array.from({ length: 65_536 / channels }, (_, i) => all[i * channels + channel]! / 32_768)));
  }
});

test('statistics of slices agree with the plain loop, whatever the cut and the offset', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 300 }), fc.nat(300), fc.double({ min: -1, max: 1, noNaN: true }), (count, length, begun, offset) => {
    const first = 1 + (begun % length);
    const pieces = pieceCount(count, first, length);
    const [found, wanted] = [new Float32Array(STATISTICS * pieces), new Float32Array(STATISTICS * pieces)];
    const samples = noise(count, count);
    simdMeasureSlices(samples, first, length, Math.fround(offset), found);
    measureSlices(samples, first, length, Math.fround(offset), wanted);
    found.forEach((value, at) => assert.ok(Math.abs(value - wanted[at]!) < 1e-4 + 1e-5 * Math.abs(wanted[at]!), `${at}: ${value}, wanted ${wanted[at]}`));
  }), { numRuns: 200 });
});

test('decibels are exact up to float32 rounding for any power and any number of values', () => {
  const power = Float32Array.from({ length: 5001 }, (_, i) => 10 ** ((i - 3700) / 100)); // 1e-37 to 1e13
  const levels = power.slice();
  toDecibels(levels);
  levels.forEach((level, i) => assert.ok(Math.abs(level - 10 * Math.log10(power[i]!)) < 1e-5 + 1e-7 * Math.abs(level), `${power[i]} is ${level} dB`));
  for (const count of [0, 1, 3, 4, 1023, 1024, 1025]) {
    const some = noise(count, 1).map(Math.abs);
    const wanted = some.map((value) => 10 * Math.log10(value));
    toDecibels(some);
    assert.ok(some.every((level, i) => Math.abs(level - wanted[i]!) < 1e-5));
  }
});

test('zero and subnormal power become -379 dB', () => {
  const power = new Float32Array([0, 1e-40, 1]);
  toDecibels(power);
  assert.ok(power[0]! < -379 && power[0]! > -380 && power[1] === power[0]);
  assert.is(power[2], 0);
});

for (const rate of [8000, 11_025, 16_000, 24_000, 37_800, 44_100, 44_101, 48_000, 88_200, 96_000, 192_000]) {
  test(`resampling from ${rate} Hz agrees with the scalar loops to -120 dB, bit-identically for any chunking`, () => {
    const samples = noise(Math.round(rate / 3), rate);
    const [whole, parts, plain] = [new Resampler(rate, 22_050, new ScratchBuffer(), SIMD_RESAMPLE), new Resampler(rate, 22_050, new ScratchBuffer(), SIMD_RESAMPLE), new Resampler(rate)];
    const wanted = [...plain.push(samples), ...plain.flush()];
    const outputs = [...whole.push(samples), ...whole.flush()];
    assert.equal(outputs.length, wanted.length);
    assert.ok(outputs.every((output, i) => Math.abs(output - wanted[i]!) < 1e-6), `off by ${Math.max(...outputs.map((output, i) => Math.abs(output - wanted[i]!)))}`);
    const again: number[] = [];
    for (const chunk of cutAt(samples, [1, 50, 51, 3000, 3001, 4000])) again.push(...parts.push(chunk));
    assert.equal([...again, ...parts.flush()], outputs);
  });
}

test('two streams with the same pair of rates do not affect each other', () => {
  const [first, second] = [new Resampler(48_000, 22_050, new ScratchBuffer(), SIMD_RESAMPLE), new Resampler(48_000, 22_050, new ScratchBuffer(), SIMD_RESAMPLE)];
  const alone = new Resampler(48_000, 22_050, new ScratchBuffer(), SIMD_RESAMPLE);
  const [one, other] = [noise(9600, 1), noise(9600, 2)];
  const wanted = [...alone.push(one)];
  const outputs: number[] = [];
  for (const [index, chunk] of cutAt(one, [2000, 4000, 6000, 8000]).entries()) {
    outputs.push(...first.push(chunk));
    second.push(other.subarray(index * 1000, index * 1000 + 1000));
  }
  assert.equal(outputs, wanted);
});

test.run();
