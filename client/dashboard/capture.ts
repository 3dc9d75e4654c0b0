/** AudioWorklet that posts the microphone's samples to the page in chunks of 1,024. A separate file because the content security policy forbids inline code. */

// Globals of AudioWorkletGlobalScope, which TypeScript's DOM library lacks.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const CHUNK_SAMPLES = 1024;

registerProcessor('capture', class extends AudioWorkletProcessor {
  #samples = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;

  /** @param inputs [input][channel][128 samples]; mono, as the node mixes down */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const samples = inputs[0]?.[0];
    if (!samples) return true;
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
    if (this.#filled >= CHUNK_SAMPLES) {
      this.port.postMessage(this.#samples, [this.#samples.buffer]);
      this.#samples = new Float32Array(CHUNK_SAMPLES);
      this.#filled = 0;
    }
    return true;
  }
});
