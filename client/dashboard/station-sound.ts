/**
 * Plays a station's audio from the server as it arrives. Not an `<audio>` element: that can't send the
 * admin token, and not every browser plays an endless WAV.
 */
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';

const SAMPLE_RATE = 22_050;
const CHANNELS = 2;
const HEADER_BYTES = 44;
/** Jitter buffer: audio arrives in bursts and sometimes late. */
const BUFFER_S = 0.5;
/** Audio beyond this much buffered is dropped (the audio clock is paused or slow). */
const MAX_BUFFER_S = 5;

export type SoundState = 'loading' | 'playing' | 'failed';

export class StationSound {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE });
  readonly #abort = new AbortController();
  readonly #onState: (state: SoundState) => void;
  #endsAtS = 0;

  /**
   * Starts playing; construct it in a click handler, or the browser's autoplay policy mutes it.
   * @param onState called at each change; not after `stop`
   */
  constructor(fetchSound: (signal: AbortSignal) => Promise<Response>, onState: (state: SoundState) => void) {
    this.#onState = onState;
    onState('loading');
    // The system may pause audio, as in a call; what the station sends meanwhile is dropped.
    this.#context.onstatechange = () => {
      if (this.#context.state === 'running' || this.#abort.signal.aborted) return;
      this.#endsAtS = 0;
      onState('loading');
    };
    document.addEventListener('visibilitychange', () => this.#resume(), { signal: this.#abort.signal });
    void this.#play(fetchSound);
  }

  stop(): void {
    this.#abort.abort();
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  async #play(fetchSound: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    const { signal } = this.#abort;
    try {
      this.#resume();
      const { ok, body } = await fetchSound(signal);
      if (ok && body) await this.#playBody(body.getReader());
    } catch {
      // Stopped, refused or disconnected: in each case the audio has ended.
    }
    if (signal.aborted) return;
    this.stop();
    this.#onState('failed');
  }

  #resume(): void {
    if (this.#context.state !== 'running') void this.#context.resume().catch(() => {}); // refused: it stays `loading`
  }

  async #playBody(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new PcmDecoder('s16le', CHANNELS);
    let headerLeft = HEADER_BYTES;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const bytes = next.value.subarray(Math.min(headerLeft, next.value.length));
      headerLeft = Math.max(0, headerLeft - next.value.length);
      const channels = decoder.decode(bytes);
      if (channels[0]!.length > 0) this.#schedule(channels);
    }
  }

  #schedule(channels: readonly Float32Array[]): void {
    if (this.#context.state !== 'running') return;
    const nowS = this.#context.currentTime;
    if (this.#endsAtS > nowS + MAX_BUFFER_S) return;
    const isLate = this.#endsAtS < nowS;
    if (isLate) this.#endsAtS = nowS + BUFFER_S;
    const buffer = this.#context.createBuffer(CHANNELS, channels[0]!.length, SAMPLE_RATE);
    channels.forEach((samples, channel) => buffer.copyToChannel(new Float32Array(samples), channel));
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    source.start(this.#endsAtS);
    this.#endsAtS += buffer.duration;
    if (isLate) this.#onState('playing');
  }
}
