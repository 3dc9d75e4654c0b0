/**
 * Variants of computing mel columns: ours, and textbook code (window, FFT, dense filter matrix), which
 * computes each column once or all of the last 4 s again for each block.
 */
import { createRequire } from 'node:module';
import { hzToMel, melToHz } from '../../dsp/mel/filterbank.js';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { WINDOW_S } from './network-variants.js';
import type { Variant } from './rounds.js';

/** Chunk length of a live stream. */
const CHUNK_S = 0.1;
/** Repetitions per run of ours, which would otherwise be too short to time. */
const TIMES = 6;

/** fft.js as its own README shows it: plain arrays, and the real transform of full length. */
interface TextbookFft {
  createComplexArray(): number[];
  realTransform(out: number[], data: ArrayLike<number>): void;
}

/** A second copy of fft.js: in one copy that sees plain arrays and typed ones the compiled code is slow for both. */
function ownFft(size: number): TextbookFft {
  const require = createRequire(import.meta.url);
  const path = require.resolve('fft.js');
  const shared = require.cache[path];
  delete require.cache[path];
  const FFT = require(path) as new (size: number) => TextbookFft;
  if (shared !== undefined) require.cache[path] = shared;
  return new FFT(size);
}

/** Samples of column n as views of all samples, hop × n to hop × n + nFft - 1. */
export function windowsOf(samples: Float32Array, { nFft, hop }: FrontEnd): Float32Array[] {
  const count = Math.max(0, Math.floor((samples.length - nFft) / hop) + 1);
  return Array.from({ length: count }, (_, column) => samples.subarray(column * hop, column * hop + nFft));
}

/** Of Slaney's mel filters: [bands + 2], filter b rises from edge b to b + 1 and falls to b + 2. */
export function edgesHz({ bands, fMin, fMax }: FrontEnd): number[] {
  const [low, high] = [hzToMel(fMin), hzToMel(fMax)];
  return Array.from({ length: bands + 2 }, (_, i) => melToHz(low + (i * (high - low)) / (bands + 1)));
}

/** @returns samples [nFft] → mel power [bands] */
export function textbookColumn(frontEnd: FrontEnd): (samples: Float32Array) => number[] {
  const { sampleRate, nFft, bands } = frontEnd;
  const fft = ownFft(nFft);
  const hann = Array.from({ length: nFft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / nFft));
  const edges = edgesHz(frontEnd);
  const filters = Array.from({ length: bands }, (_, band) => {
    const [low, centre, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    return Array.from({ length: nFft / 2 + 1 }, (_, bin) => {
      const hz = (bin * sampleRate) / nFft;
      return Math.max(0, Math.min((hz - low) / (centre - low), (high - hz) / (high - centre))) * (2 / (high - low));
    });
  });
  return (samples) => {
    const spectrum = fft.createComplexArray();
    fft.realTransform(spectrum, hann.map((weight, i) => weight * samples[i]!));
    const power: number[] = [];
    for (let bin = 0; bin <= nFft / 2; bin++) power.push(spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2);
    return filters.map((filter) => {
      let sum = 0;
      for (let bin = 0; bin < filter.length; bin++) sum += filter[bin]! * power[bin]!;
      return sum;
    });
  };
}

/**
 * Our columns as the server computes them, from chunks of 100 ms, windowing included; an endless stream
 * that repeats its samples.
 */
export function ours(samples: Float32Array, frontEnd: FrontEnd): Variant {
  const columns = new MelColumns(frontEnd, simdColumnTransform(frontEnd));
  const length = Math.round(CHUNK_S * frontEnd.sampleRate);
  const chunks = Array.from({ length: Math.ceil(samples.length / length) }, (_, index) => samples.subarray(index * length, (index + 1) * length));
  let checksum = 0;
  const addColumn = (power: Float32Array): void => {
    checksum += power[0]!;
  };
  return {
    audioS: (TIMES * samples.length) / frontEnd.sampleRate,
    run: () => {
      for (let time = 0; time < TIMES; time++) for (const chunk of chunks) columns.push(chunk, addColumn);
      if (Number.isNaN(checksum)) throw new Error('A column is not a number.');
    },
  };
}

/** Computes each column once from precut windows. @param column samples [nFft] → anything */
export function eachColumnOnce(windows: readonly Float32Array[], { hop, sampleRate }: FrontEnd, column: (samples: Float32Array) => unknown): Variant {
  return {
    audioS: (windows.length * hop) / sampleRate,
    run: () => {
      for (const window of windows) column(window);
    },
  };
}

/** Recomputes all columns that begin in the last 4 s for each block. */
export function recomputedColumns(windows: readonly Float32Array[], { hop, sampleRate }: FrontEnd, blockColumns: number, column: (samples: Float32Array) => unknown): Variant {
  const kept = Math.ceil((WINDOW_S * sampleRate) / hop);
  const blocks = Math.floor((windows.length - kept) / blockColumns) + 1;
  return {
    audioS: (blocks * blockColumns * hop) / sampleRate,
    run: () => {
      for (let block = 0; block < blocks; block++) {
        const first = block * blockColumns;
        for (let index = first; index < first + kept; index++) column(windows[index]!);
      }
    },
  };
}
