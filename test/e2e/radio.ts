/** Fake station sources that play audio in real time. */
import { silence, tone } from '../server/sound.js';
import { SimulatedSources } from '../server/stations/simulated-sources.js';

const CHUNK_MS = 200;
const CHUNK_BYTES = 2 * 22_050 * CHUNK_MS / 1000;

/** Tones that the fake classifier labels `low` and `high`. */
export const LOW = tone(200, CHUNK_MS);
export const HIGH = tone(7000, CHUNK_MS);
export const NO_SOUND = silence(CHUNK_MS);

export class Radio extends SimulatedSources {
  readonly #playing = new Map<string, { readonly sound: Uint8Array; at: number }>();
  readonly #timer = setInterval(() => {
    for (const [url, playing] of this.#playing) {
      const { sound, at } = playing;
      this.emitAudio(url, sound.slice(at, at + CHUNK_BYTES));
      playing.at = (at + CHUNK_BYTES) % sound.length;
    }
  }, CHUNK_MS);

  /** Makes the station live with this audio in a loop. @param sound s16le, mono, 22,050 Hz; whole chunks */
  broadcast(url: string, sound: Uint8Array, title: string | null = null): void {
    this.emitState(url, 'live');
    this.emit(url, { type: 'title', title });
    this.#playing.set(url, { sound, at: 0 });
  }

  /** Makes the station fail for this reason. */
  fail(url: string, reason: string): void {
    this.#playing.delete(url);
    this.emit(url, { type: 'state', state: 'failing', reason, retryAt: Date.now() + 30_000, attempts: 3, decoder: { exitCode: 1, signal: null, lines: ['Invalid data found when processing input'] } });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
