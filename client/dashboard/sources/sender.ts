/** Sends audio from the browser to the server, resampled; the SDK collects it into messages. */
import { Resampler } from '../../../dsp/resample/resampler.js';
import { GenreClient } from '../../sdk/index.js';
import { SEND_SAMPLE_RATE, type SendOptions } from './audio-source.js';

export class Sender {
  readonly client: GenreClient;
  #inputRate: number;
  #resampler: Resampler;

  /** @param inputRate sample rate of the samples passed to `push`, Hz */
  constructor(name: string, inputRate: number, options: SendOptions) {
    this.#inputRate = inputRate;
    this.#resampler = new Resampler(inputRate, SEND_SAMPLE_RATE);
    this.client = new GenreClient({ ...options, name, encoding: 's16le', sampleRate: SEND_SAMPLE_RATE, channels: 1 });
  }

  /** Another device may have another rate. */
  setInputRate(inputRate: number): void {
    if (inputRate === this.#inputRate) return;
    this.client.send(this.#resampler.flush());
    this.#inputRate = inputRate;
    this.#resampler = new Resampler(inputRate, SEND_SAMPLE_RATE);
  }

  /** @param samples mono, -1 to 1 */
  push(samples: Float32Array): void {
    this.client.send(this.#resampler.push(samples));
  }

  /** Sends what the resampler and the client hold back. */
  flush(): void {
    this.client.send(this.#resampler.flush());
    this.client.flush();
  }

  /** Sends the rest of the audio and ends the stream; the summary arrives as an event. */
  finish(): void {
    this.flush();
    // A stream that ends without a summary fires an error event.
    this.client.stop().catch(() => {});
  }
}
