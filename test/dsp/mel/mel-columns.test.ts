import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';
import type { FrontEnd } from '../../../dsp/mel/mel-columns.js';
import { goldenArray, hasGolden, goldenSamples, goldenSignals } from '../golden.js';
import { cutAt, noise } from '../signals.js';

function columnsOf(frontEnd: FrontEnd, chunks: Float32Array[]): Float32Array[] {
  const mel = new MelColumns(frontEnd);
  const columns: Float32Array[] = [];
  for (const chunk of chunks) mel.push(chunk, (power) => columns.push(power.slice()));
  return columns;
}

/** Mel power of one window from the definitions: a direct DFT and triangles by formula. */
function directColumn(frontEnd: FrontEnd, samples: Float32Array): number[] {
  const { sampleRate, nFft, bands, fMin, fMax } = frontEnd;
  const mel = (hz: number) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4));
  const hz = (m: number) => (m < 15 ? (200 * m) / 3 : 1000 * 6.4 ** ((m - 15) / 27));
  const edge = (i: number) => hz(mel(fMin) + (i * (mel(fMax) - mel(fMin))) / (bands + 1));
  const power = Array.from({ length: nFft / 2 + 1 }, (_, bin) => {
    let re = 0;
    let im = 0;
    for (let i = 0; i < nFft; i++) {
      const windowed = samples[i]! * Math.sin((Math.PI * i) / nFft) ** 2;
      re += windowed * Math.cos((2 * Math.PI * bin * i) / nFft);
      im -= windowed * Math.sin((2 * Math.PI * bin * i) / nFft);
    }
    return re * re + im * im;
  });
  return Array.from({ length: bands }, (_, band) => {
    const [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)];
    return power.reduce((sum, p, bin) => {
      const f = (bin * sampleRate) / nFft;
      const triangle = f <= low || f >= high ? 0 : f < centre ? (f - low) / (centre - low) : (high - f) / (high - centre);
      return sum + (p * triangle * 2) / (high - low);
    }, 0);
  });
}

/** Largest relative difference over cells above 1e-10 of the column's maximum. */
function worstDifference(column: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const floor = 1e-10 * Math.max(...Array.from(wanted));
  let worst = 0;
  for (let band = 0; band < wanted.length; band++) {
    if (wanted[band]! <= floor) continue;
    worst = Math.max(worst, Math.abs(column[band]! - wanted[band]!) / wanted[band]!);
  }
  return worst;
}

for (const hop of [512, 1920]) {
  for (const name of hasGolden ? goldenSignals() : []) {
    test(`${name} with hop ${hop} agrees with librosa to 1e-4`, async () => {
      const { shape, data } = await goldenArray(`${name}.mel${hop}`);
      const columns = columnsOf({ ...FRONT_END_V1, hop }, [goldenSamples(name)]);
      assert.equal(columns.length, shape[0], 'number of columns');
      columns.forEach((column, n) => {
        const wanted = Array.from({ length: 64 }, (_, band) => data[n * 64 + band]!);
        const worst = worstDifference(column, wanted);
        assert.ok(worst <= 1e-4, `column ${n} differs by ${worst}`);
        if (Math.max(...wanted) === 0) assert.equal(Math.max(...column), 0, 'silence has no power');
      });
    });
  }
}

test('columns of noise agree with the definitions', () => {
  for (const [nFft, hop] of [[256, 100], [256, 256], [256, 333], [512, 1000]] as const) {
    const frontEnd = { ...FRONT_END_V1, nFft, hop, bands: 12 };
    const samples = noise(4 * nFft + 3 * hop, nFft + hop);
    const columns = columnsOf(frontEnd, [samples]);
    assert.equal(columns.length, 1 + Math.floor((samples.length - nFft) / hop));
    columns.forEach((column, n) => {
      const worst = worstDifference(column, directColumn(frontEnd, samples.subarray(n * hop, n * hop + nFft)));
      assert.ok(worst < 1e-6, `column ${n} of nFft ${nFft}, hop ${hop} differs by ${worst}`);
    });
  }
});

test('one window of the shipped front end agrees with the definitions', () => {
  const samples = noise(2048, 5);
  const [column] = columnsOf(FRONT_END_V1, [samples]);
  assert.ok(worstDifference(column!, directColumn(FRONT_END_V1, samples)) < 1e-6);
});

test('columns are bit-identical for any chunking of the samples', () => {
  for (const hop of [512, 1920, 3000]) {
    const frontEnd = { ...FRONT_END_V1, hop };
    const samples = noise(12_000, hop);
    const whole = columnsOf(frontEnd, [samples]);
    assert.ok(whole.length >= 4);
    fc.assert(fc.property(fc.array(fc.nat(samples.length), { maxLength: 40 }), (cuts) => {
      assert.equal(columnsOf(frontEnd, cutAt(samples, cuts)), whole);
    }), { numRuns: 25 });
  }
});

test('columns are bit-identical for samples pushed one by one', () => {
  const samples = noise(6000, 9);
  assert.equal(columnsOf(FRONT_END_V1, Array.from(samples, (_, i) => samples.subarray(i, i + 1))), columnsOf(FRONT_END_V1, [samples]));
});

test('half the amplitude is a quarter of the power', () => {
  const samples = noise(8000, 3);
  const full = columnsOf(FRONT_END_V1, [samples]);
  columnsOf(FRONT_END_V1, [samples.map((sample) => sample / 2)]).forEach((column, n) => {
    assert.equal(column, full[n]!.map((power) => power / 4)); // exact: powers of two
  });
});

test('a column is complete at its last sample, not before', () => {
  assert.is(columnsOf(FRONT_END_V1, [noise(2047, 1)]).length, 0);
  assert.is(columnsOf(FRONT_END_V1, [noise(2048, 1)]).length, 1);
  assert.is(columnsOf(FRONT_END_V1, [noise(2048 + 1919, 1)]).length, 1);
  assert.is(columnsOf(FRONT_END_V1, [noise(2048 + 1920, 1)]).length, 2);
});

test('two streams with the same front end do not affect each other', () => {
  const [a, b] = [noise(9000, 21), noise(9000, 22)];
  const [melA, melB] = [new MelColumns(FRONT_END_V1), new MelColumns(FRONT_END_V1)];
  const [columnsA, columnsB]: Float32Array[][] = [[], []];
  for (let at = 0; at < 9000; at += 700) {
    melA.push(a.subarray(at, at + 700), (power) => {
      melB.push(b.subarray(at, at + 300), (other) => columnsB!.push(other.slice()));
      columnsA!.push(power.slice());
    });
  }
  assert.equal(columnsA, columnsOf(FRONT_END_V1, [a]));
});

test('unsupported settings are rejected by name', () => {
  const refused: [Partial<Record<keyof FrontEnd, unknown>>, RegExp][] = [
    [{ nFft: 2000 }, /nFft must be a power of two.*not 2000/],
    [{ hop: 0 }, /hop.*not 0/],
    [{ hop: 1.5 }, /hop.*not 1.5/],
    [{ bands: 0 }, /bands.*not 0/],
    [{ fMin: -1 }, /fMin.*not -1/],
    [{ fMin: 11025 }, /fMin.*not 11025/],
    [{ fMax: 12000 }, /fMax.*not 12000/],
    [{ sampleRate: 0 }, /sampleRate.*not 0/],
    [{ sampleRate: undefined }, /sampleRate/],
    [{ window: 'hamming' }, /window.*"hamming"/],
    [{ power: 1 }, /power.*not 1/],
    [{ melScale: 'htk' }, /melScale.*"htk"/],
    [{ melNorm: null }, /melNorm.*null/],
  ];
  for (const [change, message] of refused) {
    assert.throws(() => new MelColumns({ ...FRONT_END_V1, ...change } as FrontEnd), (error: unknown) => error instanceof RangeError && message.test(error.message));
  }
});

test.run();
