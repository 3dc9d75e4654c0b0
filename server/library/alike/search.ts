/**
 * The matrix of all tracks' embeddings and the search in it: every track is compared, which for 100,000 tracks
 * takes milliseconds (`npm run bench:alike`), so there is no index that could miss one.
 */
import { EmbeddingMatrix } from '../../../models/alike/search.simd.js';

export class Matrix {
  readonly #matrix: EmbeddingMatrix;

  /** @param values [rows × size], each of length 1; copied */
  constructor(values: Float32Array, size: number) {
    this.#matrix = new EmbeddingMatrix(values, size);
  }

  get size(): number {
    return this.#matrix.size;
  }

  get rows(): number {
    return this.#matrix.rows;
  }

  row(index: number): Float32Array {
    return this.#matrix.row(index);
  }

  cosine(a: number, b: number): number {
    return this.cosineWith(this.row(a), b);
  }

  cosineWith(vector: Float32Array, index: number): number {
    return this.row(index).reduce((sum, value, at) => sum + value * vector[at]!, 0);
  }

  /**
   * Cosines of all rows with a vector of length 1.
   * @returns [rows], in `out` where it is given
   */
  cosines(vector: Float32Array, out = new Float32Array(this.rows)): Float32Array {
    this.#matrix.innerProducts(vector, out);
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
