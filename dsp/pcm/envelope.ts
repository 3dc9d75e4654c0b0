/**
 * The envelope of a waveform: minimum and maximum of each run of `samplesPerPoint` samples, as signed
 * bytes. Complete points are queued until they are taken, which may be later than a block's last
 * sample was pushed.
 */

/** The byte of a sample of 1; samples beyond ±1 are clamped. */
const FULL_SCALE = 127;

/** Computes points of exactly `samplesPerPoint` samples, counted from the start of the stream for any chunk lengths. */
export class Envelope {
  readonly #samplesPerPoint: number;
  #count = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #queue = new Int8Array(128); // [points][lowest, highest]
  #points = 0;

  /** @throws RangeError unless `samplesPerPoint` is a whole number, at least 1 */
  constructor(samplesPerPoint: number) {
    if (!Number.isInteger(samplesPerPoint) || samplesPerPoint < 1) {
      throw new RangeError(`samplesPerPoint must be a whole number, at least 1, not ${samplesPerPoint}.`);
    }
    this.#samplesPerPoint = samplesPerPoint;
  }

  /** Number of queued points. The queue grows without limit: take as often as you push. */
  get ready(): number {
    return this.#points;
  }

  /** @param samples finite, full scale ±1; any number */
  push(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      if (sample < this.#lowest) this.#lowest = sample;
      if (sample > this.#highest) this.#highest = sample;
      if (++this.#count === this.#samplesPerPoint) this.#finishPoint();
    }
  }

  /**
   * Removes the oldest `points` points from the queue: with points of 240 samples, `take(32)` after
   * each block of 7,680 samples gives the envelope of that block.
   * @returns [points][lowest, highest], -127 to 127, a new array; padded with zeros if fewer points
   *   are ready
   */
  take(points: number): Int8Array {
    const taken = new Int8Array(2 * points);
    const count = Math.min(points, this.#points);
    taken.set(this.#queue.subarray(0, 2 * count));
    this.#queue.copyWithin(0, 2 * count, 2 * this.#points);
    this.#points -= count;
    return taken;
  }

  #finishPoint(): void {
    if (2 * this.#points === this.#queue.length) {
      const larger = new Int8Array(2 * this.#queue.length);
      larger.set(this.#queue);
      this.#queue = larger;
    }
    this.#queue[2 * this.#points] = toByte(this.#lowest);
    this.#queue[2 * this.#points + 1] = toByte(this.#highest);
    this.#points++;
    this.#count = 0;
    this.#lowest = Infinity;
    this.#highest = -Infinity;
  }
}

function toByte(sample: number): number {
  return Math.round(FULL_SCALE * (sample > 1 ? 1 : sample < -1 ? -1 : sample));
}
