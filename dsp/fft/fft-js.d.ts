/** The part of fft.js 4.0 that is used here; the package's own types are all `any`. */
declare module 'fft.js' {
  export default class FFT {
    constructor(size: number);
    readonly size: number;
    /** Interleaved complex numbers, `2 × size` values each; any array type. */
    transform(out: Float64Array, data: Float64Array): void;
  }
}
