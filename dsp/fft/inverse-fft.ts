/**
 * The inverse of `RealFft.transform` by one more forward transform: the Hartley transform is its own
 * inverse, and follows from a real FFT as real minus imaginary part (Bracewell 1983, "Discrete Hartley
 * transform").
 */
import { RealFft } from './fft.js';

/** Transforms spectra of a fixed size. Not reentrant: it uses its own scratch buffers. */
export class InverseRealFft {
  readonly size: number;
  readonly #fft: RealFft;
  readonly #hartley: Float64Array;
  readonly #spectrum: Float64Array;

  /** @throws RangeError unless `size` is a power of two from 4 to 2^24 */
  constructor(size: number) {
    this.size = size;
    this.#fft = new RealFft(size);
    this.#hartley = new Float64Array(size);
    this.#spectrum = new Float64Array(size + 2);
  }

  /**
   * @param spectrum [size / 2 + 1] bins of real and imaginary part, interleaved, from `offset` on; unchanged.
   *   The imaginary parts of the first and the last bin count as 0
   * @param frame receives [size] samples, scaled so that `transform` gives the spectrum again
   */
  transform(spectrum: Float32Array | Float64Array, offset: number, frame: Float64Array): void {
    const { size } = this;
    const half = size / 2;
    const hartley = this.#hartley;
    const turned = this.#spectrum;
    hartley[0] = spectrum[offset]!;
    hartley[half] = spectrum[offset + size]!;
    for (let k = 1; k < half; k++) {
      const re = spectrum[offset + 2 * k]!;
      const im = spectrum[offset + 2 * k + 1]!;
      hartley[k] = re - im;
      hartley[size - k] = re + im;
    }
    this.#fft.transform(hartley, turned);
    frame[0] = turned[0]! / size;
    frame[half] = turned[size]! / size;
    for (let n = 1; n < half; n++) {
      const re = turned[2 * n]!;
      const im = turned[2 * n + 1]!;
      frame[n] = (re - im) / size;
      frame[size - n] = (re + im) / size;
    }
  }
}
