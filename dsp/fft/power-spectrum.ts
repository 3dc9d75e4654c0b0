/** The power spectrum of a Hann window of samples: |FFT|², not scaled, as `librosa.stft` has it. */
import { RealFft } from './fft.js';

/** Transforms windows of one length. It has scratch of its own: one instance, one caller at a time. */
export class PowerSpectrum {
  /** nFft / 2 + 1. */
  readonly bins: number;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  readonly #frame: Float64Array;

  /** @throws RangeError unless `nFft` is a power of two, at least 4 */
  constructor(nFft: number) {
    this.bins = nFft / 2 + 1;
    this.#fft = new RealFft(nFft);
    this.#window = hann(nFft);
    this.#frame = new Float64Array(nFft);
  }

  /** @param samples [nFft]; unchanged. @param power receives [bins]; bin k is k sampleRate / nFft Hz */
  column(samples: Float32Array, power: Float64Array): void {
    const frame = this.#frame;
    const window = this.#window;
    for (let i = 0; i < frame.length; i++) frame[i] = samples[i]! * window[i]!;
    this.#fft.power(frame, power);
  }
}

/** Hann's window, periodic: the period is `size`, not size - 1 (`scipy.signal.get_window('hann', size, fftbins=True)`). */
export function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}
