/**
 * AudioWorklet that posts the microphone's samples to the page in chunks of 4,096, mixed to mono as the server does.
 * A separate file because the content security policy forbids inline code.
 */
import { Downmixer } from '../../dsp/pcm/downmix.js';

// Globals of AudioWorkletGlobalScope, which TypeScript's DOM library lacks.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const CHUNK_SAMPLES = 4096;

registerProcessor('capture', class extends AudioWorkletProcessor {
  /** [channel][CHUNK_SAMPLES] */
  #channels: readonly Float32Array[] = [];
  #filled = 0;
  #downmixer: Downmixer | undefined;

  /** Copies only; a chunk is mixed at once. @param inputs [input][channel][128 samples]; another device may have another number of channels */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const [channels = []] = inputs;
    if (channels.length !== this.#channels.length) {
      this.#post();
      this.#channels = channels.map(() => new Float32Array(CHUNK_SAMPLES));
      this.#downmixer = new Downmixer(sampleRate, channels.length);
    }
    if (channels.length === 0) return true; // the device has ended or pauses
    for (let channel = 0; channel < channels.length; channel++) this.#channels[channel]!.set(channels[channel]!, this.#filled);
    this.#filled += channels[0]!.length;
    if (this.#filled === CHUNK_SAMPLES) this.#post();
    return true;
  }

  #post(): void {
    if (this.#filled === 0) return;
    const samples = this.#downmixer!.push(this.#channels.map((values) => values.subarray(0, this.#filled))).slice();
    this.port.postMessage(samples, [samples.buffer]);
    this.#filled = 0;
  }
});
