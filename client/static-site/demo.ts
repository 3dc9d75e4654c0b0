/** The demo's music as a source of this page: made here at the pace of the clock, classified on this device. It is not played. */
import { DEMO_SAMPLE_RATE, DemoSynth } from '../../server/sources/demo/synth.js';
import type { AudioSource, SendOptions } from '../dashboard/sources/audio-source.js';
import { Sender } from '../dashboard/sources/sender.js';
import { WALL_CLOCK, type Clock } from '../sdk/clock.js';
import type { GenreClient } from '../sdk/index.js';

/** Half a block: more often would give no earlier predictions. */
const TICK_MS = 174;
/** A page that slept does not make up for more than this. */
const MAX_LATE_MS = 2000;

export class DemoSource implements AudioSource {
  readonly kind = 'station';
  readonly name = 'Demo';
  readonly #clock: Clock;
  readonly #sender: Sender;
  readonly #synth: DemoSynth;
  /** Clock time up to which music was made. */
  #madeUntilMs: number;
  #cancelTick = (): void => {};

  /** @param seed the same one makes the same music */
  constructor(sendOptions: SendOptions, seed: number, clock: Clock = WALL_CLOCK) {
    this.#clock = clock;
    this.#synth = new DemoSynth(seed);
    this.#sender = new Sender(this.name, DEMO_SAMPLE_RATE, sendOptions);
    // Errors of the connection are reported as events.
    this.link.connect().catch(() => {});
    this.#madeUntilMs = clock.now();
    this.#tick();
  }

  get link(): GenreClient { return this.#sender.client; }

  end(): void {
    this.#cancelTick();
    this.#sender.flush();
    this.link.close();
  }

  #tick(): void {
    const nowMs = this.#clock.now();
    const dueMs = Math.min(MAX_LATE_MS, nowMs - this.#madeUntilMs);
    this.#madeUntilMs = nowMs;
    if (this.link.state !== 'closed') this.#sender.push(this.#synth.render(Math.round(dueMs / 1000 * DEMO_SAMPLE_RATE)));
    this.#cancelTick = this.#clock.after(TICK_MS, () => this.#tick());
  }
}
