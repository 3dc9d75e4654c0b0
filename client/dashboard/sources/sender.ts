/** Sends audio from the browser to the server: resampled, in chunks of a tenth of a second. */
import { Resampler } from '../../../dsp/resample/resampler.js';
import { GenreClient } from '../../sdk/index.js';
import { SEND_SAMPLE_RATE, type SendOptions } from './audio-source.js';

const CHUNK_SAMPLES = SEND_SAMPLE_RATE / 10;

export class Sender {
  readonly client: GenreClient;
  #inputRate: number;
  #resampler: Resampler;
  readonly #chunk = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;

  /** @param inputRate sample rate of the samples passed to `push`, Hz */
  constructor(name: string, inputRate: number, options: SendOptions) {
    this.#inputRate = inputRate;
    this.#resampler = new Resampler(inputRate, SEND_SAMPLE_RATE);
    this.client = new GenreClient({ ...options, name, encoding: 's16le', sampleRate: SEND_SAMPLE_RATE, channels: 1 });
  }

  /** Another device may have another rate. */
  setInputRate(inputRate: number): void {
    if (inputRate === this.#inputRate) return;
    this.#send(this.#resampler.flush());
    this.#inputRate = inputRate;
    this.#resampler = new Resampler(inputRate, SEND_SAMPLE_RATE);
  }

  /** @param samples mono, -1 to 1 */
  push(samples: Float32Array): void {
    this.#send(this.#resampler.push(samples));
  }

  /** Sends the rest of the audio and ends the stream; the summary arrives as an event. */
  finish(): void {
    this.#send(this.#resampler.flush());
    this.client.send(this.#chunk.subarray(0, this.#filled));
    // A stream that ends without a summary fires an error event.
    this.client.stop().catch(() => {});
  }

  #send(samples: Float32Array): void {
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + CHUNK_SAMPLES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < CHUNK_SAMPLES) return;
      this.client.send(this.#chunk);
      this.#filled = 0;
    }
  }
}
