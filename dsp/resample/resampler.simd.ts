/** The inner loops of `Resampler` on SIMD kernels, in float32: within -120 dB of the scalar loops. */
import { ScalarBlockFilter, type BandLimitPlan, type BlockFilter } from './band-limit.js';
import { ScalarPolyphaseFilter, type InterpolationPlan, type PolyphaseFilter } from './interpolate.js';
import type { ResampleLoops } from './resampler.js';
import { MIN_POINTS, twiddlesLength, writeTwiddles } from '../fft/fft-tables.js';
import { areKernelsAvailable, Kernels } from '../kernels/kernels.js';

export const SIMD_RESAMPLE: ResampleLoops = {
  blockFilter: (plan) => (Math.min(plan.size, backwardSize(plan)) < MIN_POINTS || !areKernelsAvailable() ? new ScalarBlockFilter(plan) : new SimdBlockFilter(plan)),
  polyphase: (plan) => (plan.taps === 1 || !areKernelsAvailable() ? new ScalarPolyphaseFilter(plan) : new SimdPolyphaseFilter(plan)),
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
    const result = run.bandLimit(size, bins, response.length, hop, blocks.address, gains.address, points.address, forward.address, backward.address);
    const second = (result - points.address) / 4 + (half * up) / down;
    const first = second + bins;
    this.#output.set(points.values.subarray(first, first + outputs / 2));
    this.#output.set(points.values.subarray(second, second + outputs / 2), outputs / 2);
    return this.#output;
  }
}

/** Maximum number of input samples, beyond the filter's taps, and of outputs per kernel call. */
const CHUNK = 4096;

class SimdPolyphaseFilter implements PolyphaseFilter {
  readonly Samples = Float32Array;
  readonly #plan: InterpolationPlan;
  readonly #kernels: Kernels<'samples' | 'rows' | 'outputs'>;
  /** Maximum number of outputs per kernel call. */
  readonly #maxOutputs: number;

  constructor(plan: InterpolationPlan) {
    const { stride, phases, taps, rows } = this.#plan = plan;
    this.#maxOutputs = Math.max(1, Math.min(CHUNK, Math.floor((CHUNK * phases) / stride)));
    this.#kernels = new Kernels({ samples: CHUNK + Math.ceil(stride / phases) + taps, rows: rows.length, outputs: CHUNK });
    this.#kernels.arrays.rows.values.set(rows);
  }

  filter(samples: Float32Array, first: number, phase: number, count: number, outputs: Float32Array, offset: number): void {
    const { stride, phases, taps, rowCount } = this.#plan;
    const { run, arrays: { samples: input, rows, outputs: results } } = this.#kernels;
    for (let done = 0; done < count; done += this.#maxOutputs) {
      const part = Math.min(this.#maxOutputs, count - done);
      const position = first * phases + phase + done * stride;
      const from = Math.floor(position / phases);
      const last = Math.floor((position + (part - 1) * stride) / phases);
      input.values.set(samples.subarray(from, last + taps));
      run.interpolate(input.address, position % phases, part, stride, phases, taps, rowCount, rows.address, results.address);
      outputs.set(results.values.subarray(0, part), offset + done);
    }
  }
}
