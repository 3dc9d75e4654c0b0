/** Stations for the browser: each plays a tone, or nothing, in real time, until it is told otherwise. */
import { silence, tone } from '../server/sound.js';
import { Air } from '../server/stations/played.js';

const CHUNK_MS = 200;

/** What the fake classifier calls low and high. */
export const LOW = tone(200, CHUNK_MS);
export const HIGH = tone(7000, CHUNK_MS);
export const NO_SOUND = silence(CHUNK_MS);

export class Radio extends Air {
  readonly #playing = new Map<string, Uint8Array>();
  readonly #timer = setInterval(() => {
    for (const [url, bytes] of this.#playing) this.play(url, bytes);
  }, CHUNK_MS);

  /** Live from now on, with this sound. */
  broadcast(url: string, sound: Uint8Array, title: string | null = null): void {
    this.become(url, 'live');
    this.say(url, { type: 'title', title });
    this.#playing.set(url, sound);
  }

  /** Off the air, for this reason. */
  fail(url: string, reason: string): void {
    this.#playing.delete(url);
    this.say(url, { type: 'state', state: 'failing', reason, retryAt: Date.now() + 30_000, attempts: 3, decoder: { exitCode: 1, signal: null, lines: ['Invalid data found when processing input'] } });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
