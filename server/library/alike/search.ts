/**
 * The matrix of all tracks' embeddings and the search in it: every track is compared, which for 100,000 tracks
 * takes milliseconds (`npm run bench:alike`), so there is no index that could miss one.
 */

export class Matrix {
  readonly size: number;
  readonly rows: number;
  /** [rows × size], each of length 1. */
  readonly #values: Float32Array;

  constructor(values: Float32Array, size: number) {
    this.#values = values;
    this.size = size;
    this.rows = size === 0 ? 0 : values.length / size;
  }

  row(index: number): Float32Array {
    return this.#values.subarray(index * this.size, (index + 1) * this.size);
  }

  cosine(a: number, b: number): number {
    return this.cosineWith(this.row(a), b);
  }

  cosineWith(vector: Float32Array, index: number): number {
    let sum = 0;
    for (let at = 0, from = index * this.size; at < this.size; at += 1, from += 1) sum += vector[at]! * this.#values[from]!;
    return sum;
  }

  /**
   * Cosines of all rows with a vector of length 1.
   * @returns [rows], in `out` where it is given
   */
  cosines(vector: Float32Array, out = new Float32Array(this.rows)): Float32Array {
    const [values, size] = [this.#values, this.size];
    const whole = size - (size % 8);
    for (let row = 0, from = 0; row < this.rows; row += 1, from += size) {
      // Several sums, so that additions need not wait for each other.
      let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
      let at = 0;
      for (; at < whole; at += 8) {
        a += vector[at]! * values[from + at]!;
        b += vector[at + 1]! * values[from + at + 1]!;
        c += vector[at + 2]! * values[from + at + 2]!;
        d += vector[at + 3]! * values[from + at + 3]!;
        e += vector[at + 4]! * values[from + at + 4]!;
        f += vector[at + 5]! * values[from + at + 5]!;
        g += vector[at + 6]! * values[from + at + 6]!;
        h += vector[at + 7]! * values[from + at + 7]!;
      }
      for (; at < size; at += 1) a += vector[at]! * values[from + at]!;
      out[row] = a + b + (c + d) + (e + f + (g + h));
    }
    return out;
  }
}

/** Rows from the highest score down, found as they are asked for: most callers stop after a few. */
export function* bestFirst(scores: Float32Array): Generator<number, void, void> {
  const PART = 64;
  const left = scores.slice();
  for (;;) {
    const part = topOf(left, PART);
    if (part.length === 0) return;
    for (const row of part) left[row] = -Infinity;
    yield* part;
  }
}

/** The `count` rows with the highest scores, best first, of equal ones the first; rows of -Infinity are none. */
function topOf(scores: Float32Array, count: number): number[] {
  const top: number[] = [];
  let lowest = -Infinity;
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row]!;
    if (!(score > lowest)) continue;
    let at = top.length;
    while (at > 0 && scores[top[at - 1]!]! < score) at -= 1;
    top.splice(at, 0, row);
    if (top.length > count) top.pop();
    if (top.length === count) lowest = scores[top[count - 1]!]!;
  }
  return top;
}
