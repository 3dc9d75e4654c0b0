/**
 * Ring buffers with the last seconds of a stream for drawing: mel columns and waveform peaks, indexed
 * by stream time. Missing data leaves empty slots and shifts nothing.
 */
import type { DecodedColumns } from '../../sdk/index.js';

export interface PictureFormat {
  /** Distance of two columns, ms. */
  readonly hopMs: number;
  readonly bands: number;
  /** Duration of a block, ms. */
  readonly blockMs: number;
  readonly fMinHz: number;
  readonly fMaxHz: number;
}

/** 512 columns are 44 s with the shipped front end; pages show at most 24 s. */
const COLUMNS = 512;
const POINTS = 4096;
const EMPTY = -1;

export class Picture {
  readonly format: PictureFormat;
  readonly columns = COLUMNS;
  readonly points = POINTS;
  /** [columns × bands] level bytes; column n is at index n mod columns. */
  readonly levels: Uint8Array;
  /** [points × (lowest, highest sample)], × 127; point n is at index n mod points. */
  readonly peaks = new Int8Array(2 * POINTS);
  /** Distance of two points of the waveform, ms; 0 before the first block. */
  pointMs = 0;
  /** One past the number of the newest column. */
  endColumn = 0;
  /** One past the number of the newest point. */
  endPoint = 0;
  /** Column number stored in each slot. */
  readonly #columnAt = new Int32Array(COLUMNS).fill(EMPTY);
  /** Point number stored in each slot. */
  readonly #pointAt = new Int32Array(POINTS).fill(EMPTY);

  constructor(format: PictureFormat) {
    this.format = format;
    this.levels = new Uint8Array(COLUMNS * format.bands);
  }

  get endMs(): number { return this.endColumn * this.format.hopMs; }

  /** Adds one block. @returns the range of its column numbers, end exclusive */
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

  /** Highest absolute sample, 0 to 1, in the points from `fromMs` to `toMs`; 0 if there are none. */
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
