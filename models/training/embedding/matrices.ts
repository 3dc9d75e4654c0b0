/** The linear algebra of a closed-form fit, on row-major Float64Arrays: products, Cholesky, eigenvectors. */

/** AᵀB / rows, [a × b], of A [rows × a] and B [rows × b]. */
export function crossMoments(a: Float64Array, aSize: number, b: Float64Array, bSize: number): Float64Array {
  const rows = a.length / aSize;
  const out = new Float64Array(aSize * bSize);
  for (let row = 0; row < rows; row++) {
    const other = b.subarray(row * bSize, (row + 1) * bSize);
    for (let i = 0; i < aSize; i++) {
      const value = a[row * aSize + i]! / rows;
      if (value === 0) continue;
      for (let j = 0, at = i * bSize; j < bSize; j++, at++) out[at]! += value * other[j]!;
    }
  }
  return out;
}

/** AB, [rows × columns], of A [rows × inner] and B [inner × columns]. */
export function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const value = a[row * inner + k]!;
      for (let column = 0, at = row * columns, from = k * columns; column < columns; column++, at++, from++) out[at]! += value * b[from]!;
    }
  }
  return out;
}

/**
 * Solves AX = B for a symmetric positive definite A by Cholesky's decomposition.
 * @param a [size × size]; is overwritten
 * @param b [size × columns]; becomes X
 */
export function solve(a: Float64Array, b: Float64Array, size: number): void {
  const columns = b.length / size;
  // A = LLᵀ: L in the lower triangle.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let k = 0, left = i * size, right = j * size; k < j; k++, left++, right++) sum -= a[left]! * a[right]!;
      if (i > j) a[i * size + j] = sum / a[j * size + j]!;
      else if (sum > 0) a[i * size + i] = Math.sqrt(sum);
      else throw new Error('The matrix is not positive definite.');
    }
  }
  const subtract = (to: number, from: number, factor: number): void => {
    for (let column = 0, at = to * columns, of = from * columns; column < columns; column++, at++, of++) b[at]! -= factor * b[of]!;
  };
  const divide = (row: number): void => {
    for (let at = row * columns; at < (row + 1) * columns; at++) b[at]! /= a[row * size + row]!;
  };
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, a[i * size + k]!);
    divide(i);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtract(i, k, a[k * size + i]!);
    divide(i);
  }
}

const MAX_SWEEPS = 30;

/**
 * Eigenvalues, largest first, and eigenvectors of a symmetric matrix, by Jacobi's rotations.
 * @returns `vectors` [size × size], one in each row
 */
export function eigen(matrix: Float64Array, size: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  const rotateRows = (m: Float64Array, p: number, q: number, c: number, s: number): void => {
    for (let k = 0, x = p * size, y = q * size; k < size; k++, x++, y++) {
      const [left, right] = [m[x]!, m[y]!];
      m[x] = c * left - s * right;
      m[y] = s * left + c * right;
    }
  };
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2;
    if (off <= 1e-20 * total) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apq = a[p * size + q]!;
        if (apq * apq <= 1e-26 * total) continue;
        const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        rotateRows(a, p, q, c, s);
        for (let k = 0, x = p, y = q; k < size; k++, x += size, y += size) {
          const [left, right] = [a[x]!, a[y]!];
          a[x] = c * left - s * right;
          a[y] = s * left + c * right;
        }
        rotateRows(v, p, q, c, s);
      }
    }
  }
  const order = [...Array(size).keys()].sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => vectors.set(v.subarray(from * size, (from + 1) * size), to * size));
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors };
}
