/**
 * The outline of a waveform: lowest and highest sample of each stretch of equal length, as signed
 * bytes. Points that are complete wait here until they are taken, so a picture of a block may be
 * taken later than the block's last sample came.
 */

/** 127 is a sample of 1; -127 is -1; what is beyond is drawn there. */
const FULL_SCALE = 127;

/** Points of exactly `samplesPerPoint` samples, counted from the start of the stream whatever the cut. */
export class Envelope {
  readonly #samplesPerPoint: number;
  #count = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #waiting = new Int8Array(128); // [points][lowest, highest]
  #points = 0;

  /** @throws RangeError unless `samplesPerPoint` is a whole number, at least 1 */
  constructor(samplesPerPoint: number) {
    if (!Number.isInteger(samplesPerPoint) || samplesPerPoint < 1) {
      throw new RangeError(`A point of an envelope has a whole number of samples, at least 1, not ${samplesPerPoint}.`);
    }
    this.#samplesPerPoint = samplesPerPoint;
  }

  /** Complete points that wait to be taken. They are kept until then: take as often as you push. */
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
   * The oldest `points` points that wait, in order, which then wait no more: with points of 240
   * samples, `take(32)` after each block of 7,680 samples gives the picture of that block.
   * @returns [points][lowest, highest], -127 to 127, the caller's own; zeros at the end where fewer
   *   points are ready
   */
  take(points: number): Int8Array {
    const taken = new Int8Array(2 * points);
    const found = Math.min(points, this.#points);
    taken.set(this.#waiting.subarray(0, 2 * found));
    this.#waiting.copyWithin(0, 2 * found, 2 * this.#points);
    this.#points -= found;
    return taken;
  }

  #finishPoint(): void {
    if (2 * this.#points === this.#waiting.length) {
      const wider = new Int8Array(2 * this.#waiting.length);
      wider.set(this.#waiting);
      this.#waiting = wider;
    }
    this.#waiting[2 * this.#points] = toByte(this.#lowest);
    this.#waiting[2 * this.#points + 1] = toByte(this.#highest);
    this.#points++;
    this.#count = 0;
    this.#lowest = Infinity;
    this.#highest = -Infinity;
  }
}

function toByte(sample: number): number {
  return Math.round(FULL_SCALE * (sample > 1 ? 1 : sample < -1 ? -1 : sample));
}
