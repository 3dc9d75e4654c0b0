/** Types of the part of fft.js 4.0 that is used here; the package's own types are all `any`. */
declare module 'fft.js' {
  export default class FFT {
    constructor(size: number);
    readonly size: number;
    /** Both arrays are interleaved complex numbers, `2 × size` values. */
    transform(out: Float64Array, data: Float64Array): void;
  }
}
