/** The interface of a layer in plain loops: columns of one stream at a time, with its state. */
export interface PlainLayer {
  /**
   * @param x [columns × values] of the layer's input
   * @param state of the stream, all states of the layer concatenated; updated in place
   * @param input [columns of the network × bands] that `x` was computed from
   * @returns [columns of the output × values], valid until the next call
   */
  run(x: Float32Array, columns: number, state: Float32Array, input: Float32Array): Float32Array;
}

/** out += x · matrix. @param matrix [x.length × out.length] */
export function addProduct(x: Float32Array, matrix: Float32Array, out: Float64Array): void {
  const units = out.length;
  for (let row = 0; row < x.length; row++) {
    const value = x[row]!;
    if (value === 0) continue; // half of the values after a ReLU
    for (let unit = 0, at = row * units; unit < units; unit++, at++) out[unit] = out[unit]! + value * matrix[at]!;
  }
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
