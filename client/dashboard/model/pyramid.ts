/**
 * Rows of bytes at several zooms: each row of a level combines two of the level below, so that a view of any length
 * is drawn from about as many rows as it has pixels. Rows are appended; the newest row of a level may be incomplete.
 */

type Bytes = Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer>;

interface Level<T extends Bytes> {
  bytes: T;
  /** Rows; the last one may stand for fewer rows than the others. */
  rows: number;
}

const FIRST_ROWS = 1024;

export class Pyramid<T extends Bytes> {
  readonly width: number;
  readonly #make: (length: number) => T;
  readonly #combine: (one: number, other: number, index: number) => number;
  readonly #levels: Level<T>[] = [];

  /**
   * @param width bytes in a row
   * @param combine one byte of two rows, at the same index
   */
  constructor(width: number, make: (length: number) => T, combine: (one: number, other: number, index: number) => number) {
    this.width = width;
    this.#make = make;
    this.#combine = combine;
  }

  get rows(): number { return this.#levels[0]?.rows ?? 0; }

  get levels(): number { return this.#levels.length; }

  /** Rows of a level. */
  rowsAt(level: number): number { return this.#levels[level]?.rows ?? 0; }

  /** [rows × width], longer than the rows that are filled; valid until the next `append`. */
  bytesAt(level: number): T | undefined { return this.#levels[level]?.bytes; }

  /** The level at which `rowsPerPixel` of the lowest are nearest to one, but not fewer. */
  levelFor(rowsPerPixel: number): number {
    return Math.max(0, Math.min(this.#levels.length - 1, Math.floor(Math.log2(Math.max(1, rowsPerPixel)))));
  }

  /** @param rows whole rows */
  append(rows: T): void {
    const count = rows.length / this.width;
    const lowest = this.#grown(0, this.rows + count);
    const from = lowest.rows;
    lowest.bytes.set(rows, from * this.width);
    lowest.rows += count;
    for (let level = 1, first = from; this.#levels[level - 1]!.rows > 1; level++) first = this.#refill(level, first >> 1);
  }

  /** Computes the rows of a level from `first` on. */
  #refill(level: number, first: number): number {
    const { width } = this;
    const below = this.#levels[level - 1]!;
    const rows = Math.ceil(below.rows / 2);
    const above = this.#grown(level, rows);
    for (let row = first; row < rows; row++) {
      const one = 2 * row * width;
      const hasOther = 2 * row + 1 < below.rows;
      for (let index = 0; index < width; index++) {
        const byte = below.bytes[one + index]!;
        above.bytes[row * width + index] = hasOther ? this.#combine(byte, below.bytes[one + width + index]!, index) : byte;
      }
    }
    above.rows = rows;
    return first;
  }

  #grown(level: number, rows: number): Level<T> {
    const present = this.#levels[level] ??= { bytes: this.#make(FIRST_ROWS * this.width), rows: 0 };
    if (rows * this.width > present.bytes.length) {
      const bytes = this.#make(Math.max(rows * this.width, 2 * present.bytes.length));
      bytes.set(present.bytes as never);
      present.bytes = bytes;
    }
    return present;
  }
}

/** Mel levels, [columns × bands]; two columns become their mean. */
export function levelPyramid(bands: number): Pyramid<Uint8Array<ArrayBuffer>> {
  return new Pyramid(bands, (length) => new Uint8Array(length), (one, other) => (one + other + 1) >> 1);
}

/** Lowest and highest samples, [points × 2]; two points become the range of both. */
export function peakPyramid(): Pyramid<Int8Array<ArrayBuffer>> {
  return new Pyramid(2, (length) => new Int8Array(length), (one, other, index) => (index === 0 ? Math.min(one, other) : Math.max(one, other)));
}
