/**
 * The last seconds of a stream's picture: mel columns and the outline of its wave, addressed by
 * stream time in rings of fixed size. What never came is empty, not shifted.
 */
import type { DecodedColumns } from '../../sdk/index.js';

export interface PictureFormat {
  /** ms from one column to the next. */
  readonly hopMs: number;
  readonly bands: number;
  /** ms of a block. */
  readonly blockMs: number;
  readonly fMinHz: number;
  readonly fMaxHz: number;
}

/** 512 columns are 44 s with the shipped front end: more than any screen shows. */
const COLUMNS = 512;
const POINTS = 4096;
const EMPTY = -1;

export class Picture {
  readonly format: PictureFormat;
  readonly columns = COLUMNS;
  readonly points = POINTS;
  /** [columns × bands] level bytes, column n at n mod columns. */
  readonly levels: Uint8Array;
  /** [points × (lowest, highest)], × 127. */
  readonly peaks = new Int8Array(2 * POINTS);
  /** ms from one point of the wave to the next; known with the first block. */
  pointMs = 0;
  /** Number of the first column or point not yet there. */
  endColumn = 0;
  endPoint = 0;
  readonly #columnAt = new Int32Array(COLUMNS).fill(EMPTY);
  readonly #pointAt = new Int32Array(POINTS).fill(EMPTY);

  constructor(format: PictureFormat) {
    this.format = format;
    this.levels = new Uint8Array(COLUMNS * format.bands);
  }

  get endMs(): number { return this.endColumn * this.format.hopMs; }

  /** One block. @returns numbers of its first column and of the one after its last */
  push(atMs: number, { levels, peaks }: DecodedColumns): readonly [from: number, to: number] {
    const { hopMs, bands, blockMs } = this.format;
    const columns = Math.floor(levels.length / bands);
    const end = Math.round(atMs / hopMs);
    const from = Math.max(0, end - columns);
    for (let n = from; n < end; n++) {
      const slot = n % COLUMNS;
      this.levels.set(levels.subarray((n - from) * bands, (n - from + 1) * bands), slot * bands);
      this.#columnAt[slot] = n;
    }
    this.endColumn = Math.max(this.endColumn, end);
    const points = peaks.length / 2;
    this.pointMs = blockMs / points;
    const endPoint = Math.round(atMs / blockMs) * points;
    for (let i = 0; i < points; i++) {
      const n = endPoint - points + i;
      if (n < 0) continue;
      const slot = n % POINTS;
      this.peaks[2 * slot] = peaks[2 * i]!;
      this.peaks[2 * slot + 1] = peaks[2 * i + 1]!;
      this.#pointAt[slot] = n;
    }
    this.endPoint = Math.max(this.endPoint, endPoint);
    return [from, end];
  }

  hasColumn(n: number): boolean { return n >= 0 && this.#columnAt[n % COLUMNS] === n; }

  hasPoint(n: number): boolean { return n >= 0 && this.#pointAt[n % POINTS] === n; }

  /** Highest sample, 0 to 1, in the points from `fromMs` to `toMs`; 0 where there are none. */
  peakBetween(fromMs: number, toMs: number): number {
    if (this.pointMs === 0) return 0;
    let highest = 0;
    const end = Math.min(this.endPoint, Math.ceil(toMs / this.pointMs));
    for (let n = Math.max(0, Math.floor(fromMs / this.pointMs)); n < end; n++) {
      if (!this.hasPoint(n)) continue;
      const slot = n % POINTS;
      highest = Math.max(highest, -this.peaks[2 * slot]!, this.peaks[2 * slot + 1]!);
    }
    return Math.min(1, highest / 127);
  }
}
