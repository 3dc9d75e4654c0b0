/** The loops of `Resampler`, four numbers at a time, in float32: within -120 dB of those one by one. */
import { ScalarBlockFilter, type BandLimitPlan, type BlockFilter } from './band-limit.js';
import { ScalarPolyphaseFilter, type InterpolationPlan, type PolyphaseFilter } from './interpolate.js';
import type { ResampleLoops } from './resampler.js';
import { MIN_POINTS, twiddlesLength, writeTwiddles } from '../fft/fft-tables.js';
import { Kernels } from '../kernels/kernels.js';

export const SIMD_RESAMPLE: ResampleLoops = {
  blockFilter: (plan) => (Math.min(plan.size, backwardSize(plan)) < MIN_POINTS ? new ScalarBlockFilter(plan) : new SimdBlockFilter(plan)),
  polyphase: (plan) => (plan.taps === 1 ? new ScalarPolyphaseFilter(plan) : new SimdPolyphaseFilter(plan)),
};

function backwardSize({ size, up, down }: BandLimitPlan): number {
  return (size * up) / down;
}

class SimdBlockFilter implements BlockFilter {
  readonly #plan: BandLimitPlan;
  readonly #bins: number;
  readonly #output: Float32Array;
  readonly #kernels: Kernels<'input' | 'response' | 'points' | 'forward' | 'backward'>;

  constructor(plan: BandLimitPlan) {
    const { size, hop, response, outputs } = this.#plan = plan;
    const bins = this.#bins = backwardSize(plan);
    const { arrays } = this.#kernels = new Kernels({
      input: size + hop,
      response: response.length,
      points: 4 * response.length,
      forward: twiddlesLength(size),
      backward: twiddlesLength(bins),
    });
    this.#output = new Float32Array(outputs);
    arrays.response.values.set(response);
    writeTwiddles(size, arrays.forward.values);
    writeTwiddles(bins, arrays.backward.values);
  }

  filter(input: Float32Array): Float32Array {
    const { size, hop, half, up, down, response, outputs } = this.#plan;
    const { run, arrays: { input: blocks, response: gains, points, forward, backward } } = this.#kernels;
    const bins = this.#bins;
    blocks.values.set(input);
    const found = run.bandLimit(size, bins, response.length, hop, blocks.address, gains.address, points.address, forward.address, backward.address);
    const second = (found - points.address) / 4 + (half * up) / down;
    const first = second + bins;
    this.#output.set(points.values.subarray(first, first + outputs / 2));
    this.#output.set(points.values.subarray(second, second + outputs / 2), outputs / 2);
    return this.#output;
  }
}

/** Values and outputs that are in WebAssembly's memory at once. */
const MOST = 4096;

class SimdPolyphaseFilter implements PolyphaseFilter {
  readonly Samples = Float32Array;
  readonly #plan: InterpolationPlan;
  readonly #kernels: Kernels<'samples' | 'rows' | 'outputs'>;
  /** Outputs of so many samples at most. */
  readonly #most: number;

  constructor(plan: InterpolationPlan) {
    const { stride, phases, taps, rows } = this.#plan = plan;
    this.#most = Math.max(1, Math.min(MOST, Math.floor((MOST * phases) / stride)));
    this.#kernels = new Kernels({ samples: MOST + Math.ceil(stride / phases) + taps, rows: rows.length, outputs: MOST });
    this.#kernels.arrays.rows.values.set(rows);
  }

  filter(samples: Float32Array, first: number, phase: number, count: number, outputs: Float32Array, offset: number): void {
    const { stride, phases, taps, rowCount } = this.#plan;
    const { run, arrays: { samples: own, rows, outputs: found } } = this.#kernels;
    for (let done = 0; done < count; done += this.#most) {
      const part = Math.min(this.#most, count - done);
      const place = first * phases + phase + done * stride;
      const from = Math.floor(place / phases);
      const last = Math.floor((place + (part - 1) * stride) / phases);
      own.values.set(samples.subarray(from, last + taps));
      run.interpolate(own.address, place % phases, part, stride, phases, taps, rowCount, rows.address, found.address);
      outputs.set(found.values.subarray(0, part), offset + done);
    }
  }
}
