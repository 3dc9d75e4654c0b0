/** Reorders weights to the layout that the kernels read. */

/** Rounds up to a whole number of four-lane vectors. */
export function padded(count: number): number {
  return 4 * Math.ceil(count / 4);
}

/** A matrix as a function, so that rows and columns can be reordered and zero-padded without a copy. */
export interface Matrix {
  readonly rows: number;
  /** A multiple of 4. */
  readonly columns: number;
  at(row: number, column: number): number;
}

/** Writes a matrix in panels of eight columns, the last one of four where that is enough: see `models/layers/dense/gemm.as.ts`. */
export function writePanels({ rows, columns, at }: Matrix, out: Float32Array, offset = 0): void {
  for (let first = 0; first < columns; first += 8) {
    const width = Math.min(8, columns - first);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < width; column++) out[offset++] = at(row, first + column);
    }
  }
}

/** The filter transform G of Winograd's F(4, 3) (Lavin and Gray 2016): three weights to six. */
const FILTER_TRANSFORM = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;

/**
 * A 3 × 3 kernel, Winograd-transformed over bands: six matrices of [3 × channels] to filters.
 * @param kernel [3 columns][3 bands][channels][filters]
 * @returns six of [3 × padded channels × padded filters]
 */
export function transformed(kernel: ArrayLike<number>, channels: number, filters: number): Matrix[] {
  return FILTER_TRANSFORM.map((factors) => ({
    rows: 3 * padded(channels),
    columns: padded(filters),
    at: (row, filter) => {
      const [column, channel] = [Math.floor(row / padded(channels)), row % padded(channels)];
      if (channel >= channels || filter >= filters) return 0;
      return factors.reduce((sum, factor, band) => sum + factor * kernel[((column * 3 + band) * channels + channel) * filters + filter]!, 0);
    },
  }));
}
