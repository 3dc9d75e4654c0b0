/**
 * FFT of real samples at half the cost of a complex one: even and odd samples are the real and
 * imaginary part of a transform of half the size, and the two spectra are separated afterwards
 * (Sorensen, Jones, Heideman and Burrus 1987, "Real-valued fast Fourier transform algorithms",
 * section on the complex transform of half the length).
 */
import FFT from 'fft.js';

/** Transforms frames of a fixed length. Not reentrant: it uses its own scratch buffers. */
export class RealFft {
  readonly size: number;
  readonly #half: FFT;
  readonly #mixed: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** @throws RangeError unless `size` is a power of two from 4 to 2^24 */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 4 || size > 2 ** 24 || (size & (size - 1)) !== 0) {
      throw new RangeError(`The FFT size must be a power of two from 4 to ${2 ** 24}, not ${size}.`);
    }
    this.size = size;
    this.#half = new FFT(size / 2);
    this.#mixed = new Float64Array(size);
    this.#cos = Float64Array.from({ length: size / 4 + 1 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 4 + 1 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  }

  /**
   * |X|² of the transform, without storing the spectrum.
   * @param frame [size] real samples; unchanged
   * @param power receives [size / 2 + 1]; not scaled
   */
  power(frame: Float64Array, power: Float64Array): void {
    const half = this.size / 2;
    const mixed = this.#mixed;
    this.#half.transform(mixed, frame);

    power[0] = (mixed[0]! + mixed[1]!) ** 2;
    power[half] = (mixed[0]! - mixed[1]!) ** 2;
    // The same separation as in `transform`, without halving sums and differences, hence the 0.25.
    for (let k = 1, j = half - 1; k <= j; k++, j--) {
      const aRe = mixed[2 * k]!;
      const aIm = mixed[2 * k + 1]!;
      const bRe = mixed[2 * j]!;
      const bIm = mixed[2 * j + 1]!;
      const evenRe = aRe + bRe;
      const evenIm = aIm - bIm;
      const oddRe = aIm + bIm;
      const oddIm = bRe - aRe;
      const cos = this.#cos[k]!;
      const sin = this.#sin[k]!;
      const turnedRe = oddRe * cos + oddIm * sin;
      const turnedIm = oddIm * cos - oddRe * sin;
      power[k] = 0.25 * ((evenRe + turnedRe) ** 2 + (evenIm + turnedIm) ** 2);
      power[j] = 0.25 * ((evenRe - turnedRe) ** 2 + (turnedIm - evenIm) ** 2);
    }
  }

  /**
   * @param frame [size] real samples; unchanged
   * @param spectrum receives [size / 2 + 1] bins of real and imaginary part, interleaved; not scaled
   */
  transform(frame: Float64Array, spectrum: Float64Array): void {
    const half = this.size / 2;
    const mixed = this.#mixed;
    this.#half.transform(mixed, frame);

    spectrum[0] = mixed[0]! + mixed[1]!;
    spectrum[1] = 0;
    spectrum[2 * half] = mixed[0]! - mixed[1]!;
    spectrum[2 * half + 1] = 0;
    // Bins k and half - k follow from the same two values: even = (a + conj b) / 2, odd = (a - conj b) / 2i.
    for (let k = 1, j = half - 1; k <= j; k++, j--) {
      const aRe = mixed[2 * k]!;
      const aIm = mixed[2 * k + 1]!;
      const bRe = mixed[2 * j]!;
      const bIm = mixed[2 * j + 1]!;
      const evenRe = 0.5 * (aRe + bRe);
      const evenIm = 0.5 * (aIm - bIm);
      const oddRe = 0.5 * (aIm + bIm);
      const oddIm = 0.5 * (bRe - aRe);
      const cos = this.#cos[k]!;
      const sin = this.#sin[k]!;
      const turnedRe = oddRe * cos + oddIm * sin;
      const turnedIm = oddIm * cos - oddRe * sin;
      spectrum[2 * k] = evenRe + turnedRe;
      spectrum[2 * k + 1] = evenIm + turnedIm;
      spectrum[2 * j] = evenRe - turnedRe;
      spectrum[2 * j + 1] = turnedIm - evenIm;
    }
  }
}
