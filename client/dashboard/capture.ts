/**
 * AudioWorklet that posts the microphone's samples to the page in chunks of 1,024, mixed to mono as the server does.
 * A separate file because the content security policy forbids inline code.
 */
import { Downmixer } from '../../dsp/pcm/downmix.js';

// Globals of AudioWorkletGlobalScope, which TypeScript's DOM library lacks.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const CHUNK_SAMPLES = 1024;

registerProcessor('capture', class extends AudioWorkletProcessor {
  #samples = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;

  #downmixer: Downmixer | undefined;
  #channels = 0;

  /** @param inputs [input][channel][128 samples]; another device may have another number of channels */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const [channels = []] = inputs;
    if (channels.length === 0) { // the device has ended or pauses
      if (this.#filled > 0) this.#post(this.#samples.slice(0, this.#filled));
      return true;
    }
    if (channels.length !== this.#channels) this.#downmixer = new Downmixer(sampleRate, this.#channels = channels.length);
    const samples = this.#downmixer!.push(channels);
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
    if (this.#filled >= CHUNK_SAMPLES) this.#post(this.#samples);
    return true;
  }

  #post(samples: Float32Array): void {
    this.port.postMessage(samples, [samples.buffer]);
    this.#samples = new Float32Array(CHUNK_SAMPLES);
    this.#filled = 0;
  }
});
