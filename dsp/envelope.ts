/** The outline of a waveform: lowest and highest sample of each stretch of equal length. */
export class Envelope {
  readonly #samplesPerPoint: number;
  #points = new Int8Array(64);
  #count = 0;
  #low = Infinity;
  #high = -Infinity;
  #held = 0;

  constructor(samplesPerPoint: number) {
    if (!Number.isInteger(samplesPerPoint) || samplesPerPoint < 1) throw new RangeError(`A point needs a whole number of samples, not ${samplesPerPoint}.`);
    this.#samplesPerPoint = samplesPerPoint;
  }

  push(samples: Float32Array): void {
    for (let index = 0; index < samples.length; index++) {
      const sample = samples[index]!;
      if (sample < this.#low) this.#low = sample;
      if (sample > this.#high) this.#high = sample;
      if (++this.#held === this.#samplesPerPoint) this.#point();
    }
  }

  /**
   * Takes out the `points` oldest finished points; zeros where there are fewer.
   * @returns [points][lowest, highest] × 127, cut to ±127
   */
  take(points: number): Int8Array {
    const taken = new Int8Array(2 * points);
    const there = Math.min(points, this.#count);
    taken.set(this.#points.subarray(0, 2 * there));
    this.#points.copyWithin(0, 2 * there, 2 * this.#count);
    this.#count -= there;
    return taken;
  }

  #point(): void {
    if (2 * this.#count === this.#points.length) {
      const wider = new Int8Array(2 * this.#points.length);
      wider.set(this.#points);
      this.#points = wider;
    }
    this.#points[2 * this.#count] = toByte(this.#low);
    this.#points[2 * this.#count + 1] = toByte(this.#high);
    this.#count++;
    this.#low = Infinity;
    this.#high = -Infinity;
    this.#held = 0;
  }
}

function toByte(sample: number): number {
  return Math.round(127 * Math.max(-1, Math.min(1, sample)));
}
