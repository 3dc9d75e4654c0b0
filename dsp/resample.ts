/**
 * Streaming conversion from any sample rate to another: a polyphase filter bank (Crochiere and
 * Rabiner 1983, Multirate Digital Signal Processing, chapter 3) of a sinc windowed by Kaiser
 * (Kaiser 1974; length and β by his formulas). The pass band ends at 0.9 of half the lower rate,
 * the stop band begins at half the lower rate exactly, so nothing aliases into any band.
 *
 * Output k lies at input time k × input rate / output rate: no net delay. The position is kept as
 * two integers, so it never drifts. All that is carried is the last stretch of input.
 */
const STOPBAND_DB = 96;
const PASSBAND_SHARE = 0.9;
/** Up to so many phases are exact; beyond, as many are kept and interpolated between. */
const MAX_PHASES = 1024;
/** Filters kept for later streams of the same rates. */
const KEPT_FILTERS = 16;

interface Filter {
  /** Taps of each phase, a multiple of 4. */
  readonly taps: number;
  readonly phases: number;
  /** [phases + 1][taps]; the last row is the first one an input sample later. */
  readonly rows: Float32Array;
}

/** Converts one stream. */
export class Resampler {
  /** Samples of input that must follow an output's time before it can be computed. */
  readonly delayInputSamples: number;
  /** Output samples for each `#down` input samples. */
  readonly #up: number;
  readonly #down: number;
  readonly #filter: Filter | undefined;
  #input: Float32Array;
  /** Samples in `#input`; the first one is left of the first tap of the next output. */
  #held: number;
  /** Where the next output lies: its first tap in `#input`, and how far beyond, in `#up`ths of an input sample. */
  #first = 0;
  #phase = 0;
  #output = new Float32Array(0);

  /** @throws RangeError when a rate is not a whole number of 1,000 to 768,000 Hz */
  constructor(inputRate: number, outputRate = 22050) {
    for (const rate of [inputRate, outputRate]) {
      if (!Number.isInteger(rate) || rate < 1000 || rate > 768_000) throw new RangeError(`A sample rate must be a whole number of 1,000 to 768,000 Hz, not ${rate}.`);
    }
    const divisor = gcd(inputRate, outputRate);
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    this.#filter = inputRate === outputRate ? undefined : filterFor(inputRate, outputRate, this.#up);
    const taps = this.#filter?.taps ?? 0;
    this.delayInputSamples = taps / 2;
    this.#held = Math.max(0, taps / 2 - 1); // silence before the first sample
    this.#input = new Float32Array(this.#held + 4096);
  }

  /**
   * @returns the outputs that are complete now; a view valid until the next call (the input itself
   * where both rates are equal)
   */
  push(samples: Float32Array): Float32Array {
    if (this.#filter === undefined) return samples;
    this.#append(samples, samples.length);
    return this.#convert(this.#filter, this.#held - this.#filter.taps);
  }

  /**
   * The end of the stream: what the last half filter still owes, as if silence followed. In all,
   * n samples in give ⌈n × output rate / input rate⌉ out. Nothing may be pushed after.
   */
  flush(): Float32Array {
    if (this.#filter === undefined) return new Float32Array(0);
    const { taps } = this.#filter;
    const end = this.#held - taps / 2; // first taps beyond belong to times after the last sample
    this.#append(undefined, taps / 2);
    return this.#convert(this.#filter, end);
  }

  #append(samples: Float32Array | undefined, count: number): void {
    if (this.#held + count > this.#input.length) {
      const wider = new Float32Array(Math.max(2 * this.#input.length, this.#held + count));
      wider.set(this.#input.subarray(0, this.#held));
      this.#input = wider;
    }
    if (samples === undefined) this.#input.fill(0, this.#held, this.#held + count);
    else this.#input.set(samples, this.#held);
    this.#held += count;
  }

  /** Outputs whose first tap is at most at `last`. One multiply-add a tap (two where phases are interpolated). */
  #convert(filter: Filter, last: number): Float32Array {
    const { taps, phases, rows } = filter;
    const up = this.#up;
    const down = this.#down;
    const most = last < this.#first ? 0 : Math.ceil(((last - this.#first + 1) * up) / down) + 1;
    if (this.#output.length < most) this.#output = new Float32Array(most);
    const output = this.#output;
    const input = this.#input;
    const exact = phases === up;
    const wholeStep = Math.floor(down / up);
    const phaseStep = down % up;
    let first = this.#first;
    let phase = this.#phase;
    let count = 0;
    while (first <= last) {
      if (exact) {
        output[count++] = dot(input, first, rows, phase * taps, taps);
      } else {
        const position = (phase * phases) / up;
        const row = Math.floor(position);
        const low = dot(input, first, rows, row * taps, taps);
        const high = dot(input, first, rows, (row + 1) * taps, taps);
        output[count++] = low + (position - row) * (high - low);
      }
      first += wholeStep;
      phase += phaseStep;
      if (phase >= up) {
        phase -= up;
        first++;
      }
    }
    const passed = Math.min(first, this.#held);
    input.copyWithin(0, passed, this.#held);
    this.#held -= passed;
    this.#first = first - passed;
    this.#phase = phase;
    return output.subarray(0, count);
  }
}

function dot(x: Float32Array, xAt: number, h: Float32Array, hAt: number, length: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < length; index += 4) {
    a += x[xAt + index]! * h[hAt + index]!;
    b += x[xAt + index + 1]! * h[hAt + index + 1]!;
    c += x[xAt + index + 2]! * h[hAt + index + 2]!;
    d += x[xAt + index + 3]! * h[hAt + index + 3]!;
  }
  return a + b + (c + d);
}

const filters = new Map<string, Filter>();

/** Filters are the same for all streams of the same rates, so they share them. */
function filterFor(inputRate: number, outputRate: number, up: number): Filter {
  const key = `${inputRate}:${outputRate}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  const filter = design(inputRate, outputRate, Math.min(up, MAX_PHASES));
  if (filters.size >= KEPT_FILTERS) filters.delete(filters.keys().next().value!);
  filters.set(key, filter);
  return filter;
}

function design(inputRate: number, outputRate: number, phases: number): Filter {
  const stop = Math.min(inputRate, outputRate) / 2 / inputRate; // cycles per input sample
  const pass = PASSBAND_SHARE * stop;
  const cutoff = (pass + stop) / 2;
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  const length = (STOPBAND_DB - 7.95) / (14.36 * (stop - pass)) + 1;
  const taps = 4 * Math.ceil(length / 4);
  const half = taps / 2;
  const rows = new Float32Array((phases + 1) * taps);
  const row = new Float64Array(taps);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const t = tap - (half - 1) - phase / phases; // input samples from the output's time
      const x = t / half;
      const window = Math.abs(x) >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
      row[tap] = sinc(2 * cutoff * t) * window;
      sum += row[tap]!;
    }
    for (let tap = 0; tap < taps; tap++) rows[phase * taps + tap] = row[tap]! / sum; // exactly 1 at 0 Hz
  }
  return { taps, phases, rows };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series (Abramowitz and Stegun 9.6.12). */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
