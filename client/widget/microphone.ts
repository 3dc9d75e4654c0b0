/** The visitor's microphone as a widget's stream: opened by a press, never by itself. */
import type { Prediction } from '../../server/protocol/messages.js';
import type { Listening } from '../dashboard/sources/listening.js';
import { openMicrophone } from '../dashboard/sources/microphone.js';
import { SourceError } from '../dashboard/sources/sentences.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { Known } from './known.js';
import { findTrouble } from './trouble.js';

const TOP_K = 3;

/** Short enough for a card. */
const SENTENCES: Readonly<Record<string, string>> = {
  insecure: 'Browsers give the microphone to https pages only.',
  NotAllowedError: 'It is blocked for this page. Allow it in the site settings beside the address.',
  SecurityError: 'This page’s policy forbids it.',
  NotFoundError: 'None is connected.',
  NotReadableError: 'Another program may hold it.',
  AbortError: 'It gives no sound, or this page’s policy keeps its script away.',
  lost: 'It was unplugged or switched off.',
};

export class Microphone {
  readonly known = new Known();
  readonly #server: string;
  readonly #onChange: (prediction?: Prediction) => void;
  #listening: Listening | undefined;
  #stopFollowing = (): void => {};
  /** Counts presses, so that what opens after a stop is let go. */
  #press = 0;
  /** What decides where there is no stream. */
  phase: 'idle' | 'asking' | 'refused' | 'on' = 'idle';
  /** Why there is no microphone. */
  refusal = '';

  /** @param server address that ends with a slash */
  constructor(server: string, onChange: (prediction?: Prediction) => void) {
    this.#server = server;
    this.#onChange = onChange;
  }

  async listen(): Promise<void> {
    this.stop();
    const press = this.#press;
    this.#enter('asking');
    try {
      const page = {
        captureUrl: new URL('capture.js', this.#server).href,
        sentence: (name: string) => SENTENCES[name] ?? `It could not be opened (${name}).`,
      };
      const listening = await openMicrophone({ url: this.#server, topK: TOP_K, spectrogram: false }, (sentence) => this.#refuse(sentence), page);
      if (press !== this.#press) return listening.end();
      this.#listening = listening;
      this.#stopFollowing = this.known.follow(listening.link, WALL_CLOCK, this.#onChange, () => void this.#lost(listening));
      this.#enter('on');
    } catch (error) {
      if (press === this.#press) this.#refuse(error instanceof SourceError ? error.message : String(error));
    }
  }

  /** Lets go of everything. */
  stop(): void {
    this.#press += 1;
    this.#stopFollowing();
    this.#stopFollowing = () => {};
    this.#listening?.end();
    this.#listening = undefined;
    this.known.trouble = undefined;
    if (this.phase !== 'idle') this.#enter('idle');
  }

  #refuse(sentence: string): void {
    this.stop();
    this.refusal = sentence;
    this.#enter('refused');
  }

  async #lost(listening: Listening): Promise<void> {
    this.known.trouble = await findTrouble(new URL('v1/streams', this.#server).href);
    if (this.#listening !== listening) return;
    if (listening.link.state !== 'closed') return this.#onChange();
    listening.end(); // a microphone that nobody hears is let go
    this.#enter('idle');
  }

  #enter(phase: Microphone['phase']): void {
    this.phase = phase;
    this.#onChange();
  }
}
