/** Power spectrum of a Hann-windowed frame: |FFT|², not scaled, as |`librosa.stft`|². */
import { RealFft } from './fft.js';

/** Transforms frames of a fixed length. Not reentrant: it uses its own scratch buffers. */
export class PowerSpectrum {
  /** nFft / 2 + 1. */
  readonly bins: number;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  readonly #frame: Float64Array;

  /** @throws RangeError unless `nFft` is a power of two from 4 to 2^24 */
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

/** Periodic Hann window: the period is `size`, not size - 1 (`scipy.signal.get_window('hann', size, fftbins=True)`). */
export function hann(size: number): Float64Array {
  const window = new Float64Array(size);
  for (let i = 0; i < size; i++) window[i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size);
  return window;
}
