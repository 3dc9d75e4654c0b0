/**
 * Rejects a stream of floats that can't be audio: more than 5 % of the samples of a quarter of a second
 * are far outside of -1 to 1. Single loud samples are clipped and counted by the decoder.
 */
import { CLIP_AT, type PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { ProtocolError } from '../protocol/errors.js';

const WINDOW_S = 0.25;
const MAX_CLIPPED = 0.05;
/** A stream with fewer samples is not judged. */
const MIN_SAMPLES = 100;

export class FloatCheck {
  readonly #decoder: Pick<PcmDecoder, 'clippedSamples' | 'clippedIntegers'>;
  readonly #window: number;
  #samples = 0;
  #clipped = 0;
  #integers = 0;

  constructor(decoder: Pick<PcmDecoder, 'clippedSamples' | 'clippedIntegers'>, sampleRate: number, channels: number) {
    this.#decoder = decoder;
    this.#window = Math.round(WINDOW_S * sampleRate * channels);
  }

  /**
   * Counts decoded samples, and judges each full window.
   * @throws ProtocolError `not-audio` with the likely reason
   */
  push(samples: number): void {
    this.#samples += samples;
    if (this.#samples >= this.#window) this.judge();
  }

  /** Judges the samples since the last window; also called at the end of a stream. @throws ProtocolError `not-audio` */
  judge(): void {
    const samples = this.#samples;
    if (samples < Math.min(MIN_SAMPLES, this.#window)) return;
    const clipped = this.#decoder.clippedSamples - this.#clipped;
    const integers = this.#decoder.clippedIntegers - this.#integers;
    this.#samples = 0;
    this.#clipped += clipped;
    this.#integers += integers;
    if (clipped <= MAX_CLIPPED * samples) return;
    const reason = integers > clipped / 2
      ? 'they look like 16-bit integers: divide them by 32768, or send them as s16le'
      : 'they look like bytes of another encoding, such as s16le, or of other byte order: start the stream with the encoding that the bytes have';
    throw new ProtocolError('not-audio', `${Math.round(100 * clipped / samples)} % of the samples are beyond ±${CLIP_AT} or not numbers, where floats of sound stay within ±1; ${reason}.`);
  }
}
