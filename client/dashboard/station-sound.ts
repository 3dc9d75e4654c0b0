/**
 * A station as the server hears it, played as it comes. Not an `<audio>`: that can't send the admin
 * token, and not every browser plays a WAV without end.
 */
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';

const SAMPLE_RATE = 22_050;
const HEADER_BYTES = 44;
/** Sound comes in lumps and now and then late; so much is kept ahead of what is heard. */
const BUFFER_S = 0.5;
/** What a paused or slow clock lets pile up beyond this is left out. */
const MAX_BUFFER_S = 5;

export type SoundState = 'loading' | 'playing' | 'failed';

export class StationSound {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE });
  readonly #abort = new AbortController();
  readonly #onState: (state: SoundState) => void;
  #endsAtS = 0;

  /**
   * Plays at once: to be made where somebody pressed a button, or browsers keep it silent.
   * @param onState not called any more after `stop`
   */
  constructor(fetchSound: (signal: AbortSignal) => Promise<Response>, onState: (state: SoundState) => void) {
    this.#onState = onState;
    onState('loading');
    void this.#play(fetchSound);
  }

  stop(): void {
    this.#abort.abort();
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  async #play(fetchSound: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    const { signal } = this.#abort;
    try {
      void this.#context.resume();
      const { ok, body } = await fetchSound(signal);
      if (ok && body) await this.#playBody(body.getReader());
    } catch {
      // Stopped, refused or cut off: for who listens it is the same, there is no more sound.
    }
    if (signal.aborted) return;
    this.stop();
    this.#onState('failed');
  }

  async #playBody(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new PcmDecoder('s16le', 1);
    let headerLeft = HEADER_BYTES;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const bytes = next.value.subarray(Math.min(headerLeft, next.value.length));
      headerLeft = Math.max(0, headerLeft - next.value.length);
      const samples = decoder.decode(bytes);
      if (samples.length > 0) this.#schedule(samples);
    }
  }

  #schedule(samples: Float32Array): void {
    const nowS = this.#context.currentTime;
    if (this.#endsAtS > nowS + MAX_BUFFER_S) return;
    const isLate = this.#endsAtS < nowS;
    if (isLate) this.#endsAtS = nowS + BUFFER_S;
    const buffer = this.#context.createBuffer(1, samples.length, SAMPLE_RATE);
    buffer.copyToChannel(new Float32Array(samples), 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    source.start(this.#endsAtS);
    this.#endsAtS += buffer.duration;
    if (isLate) this.#onState('playing');
  }
}
