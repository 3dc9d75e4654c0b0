/**
 * The tempogram: the periods at which onset strength repeats, as its autocorrelation under a Hann
 * window, scaled to 1 at lag 0 (Grosche, Müller and Kurth 2010; `librosa.feature.tempogram`).
 */
import { RealFft } from '../fft/fft.js';

/** Lags of a column: 8.9 s of onset strength at 22,050 Hz and hop 512. */
export const TEMPOGRAM_LAGS = 384;

/** Autocorrelates segments of a fixed length. Not reentrant: it uses its own scratch buffers. */
export class Tempogram {
  readonly lags: number;
  readonly #window: Float64Array;
  readonly #fft: RealFft;
  readonly #frame: Float64Array;
  readonly #power: Float64Array;
  readonly #spectrum: Float64Array;

  constructor(lags = TEMPOGRAM_LAGS) {
    let size = 4;
    while (size < 2 * lags) size *= 2; // zero padding, so that the circular autocorrelation does not wrap around
    this.lags = lags;
    this.#window = Float64Array.from({ length: lags }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / lags));
    this.#fft = new RealFft(size);
    this.#frame = new Float64Array(size);
    this.#power = new Float64Array(size / 2 + 1);
    this.#spectrum = new Float64Array(size + 2);
  }

  /**
   * One column; costs two FFTs (the transform of the power spectrum is the autocorrelation).
   * @param envelope onset strength; the segment is `from` up to `from + lags`, values outside the array count as 0
   * @param out receives [lags], 0 to 1; all 0 where there are no onsets
   */
  column(envelope: Float32Array, from: number, out: Float32Array): void {
    const { lags } = this;
    const frame = this.#frame;
    const power = this.#power;
    const spectrum = this.#spectrum;
    const window = this.#window;
    frame.fill(0);
    for (let i = Math.max(0, -from); i < lags && from + i < envelope.length; i++) frame[i] = envelope[from + i]! * window[i]!;
    this.#fft.power(frame, power);
    frame.set(power);
    for (let bin = 1; bin < power.length; bin++) frame[frame.length - bin] = power[bin]!;
    this.#fft.transform(frame, spectrum);
    const atZero = spectrum[0]!;
    for (let lag = 0; lag < lags; lag++) out[lag] = atZero > 0 ? spectrum[2 * lag]! / atZero : 0;
  }
}

/**
 * The tempogram of a whole recording, column n centred on value n of its onset strength, which is
 * extended by linear ramps to 0 before its start and after its end, as librosa does.
 * @returns [values × lags]
 */
export function tempogramOf(envelope: Float32Array, lags = TEMPOGRAM_LAGS): Float32Array {
  const tempogram = new Tempogram(lags);
  const padded = withRamps(envelope, Math.floor(lags / 2));
  const columns = new Float32Array(envelope.length * lags);
  for (let n = 0; n < envelope.length; n++) tempogram.column(padded, n, columns.subarray(n * lags, (n + 1) * lags));
  return columns;
}

function withRamps(envelope: Float32Array, width: number): Float32Array {
  const padded = new Float32Array(envelope.length + 2 * width);
  padded.set(envelope, width);
  for (let i = 0; i < width; i++) {
    padded[i] = (envelope[0]! * i) / width;
    padded[padded.length - 1 - i] = (envelope[envelope.length - 1]! * i) / width;
  }
  return padded;
}
