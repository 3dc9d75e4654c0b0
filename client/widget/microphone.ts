/** The visitor's microphone as a widget's stream: opened only by a click. */
import type { Prediction } from '../../server/protocol/messages.js';
import type { AudioSource } from '../dashboard/sources/audio-source.js';
import { openMicrophone } from '../dashboard/sources/microphone.js';
import { SourceError } from '../dashboard/sources/source-errors.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { StreamStatus } from './stream-status.js';
import { findConnectionProblem } from './connection-problem.js';

const TOP_K = 3;

/** Error texts, short enough for a card; keys are DOMException names, or `insecure` and `lost`. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  insecure: 'Browsers allow the microphone only on https pages.',
  NotAllowedError: 'It is blocked for this page. Allow it in the site settings next to the address.',
  SecurityError: 'This page’s policy forbids it.',
  NotFoundError: 'None is connected.',
  NotReadableError: 'Another program may be using it.',
  AbortError: 'It delivers no audio, or this page’s policy blocks its script.',
  lost: 'It was unplugged or switched off.',
};

export class Microphone {
  readonly status = new StreamStatus();
  readonly #server: string;
  readonly #onChange: (prediction?: Prediction) => void;
  #source: AudioSource | undefined;
  #stopFollowing = (): void => {};
  /** Counts clicks, so that a microphone that opens after a stop is closed again. */
  #press = 0;
  /** Decides the widget's state unless it is `on`: then the stream does. */
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
      const host = {
        captureUrl: new URL('capture.js', this.#server).href,
        errorText: (name: string) => ERROR_TEXTS[name] ?? `It could not be opened (${name}).`,
      };
      const source = await openMicrophone({ url: this.#server, topK: TOP_K, spectrogram: false }, (sentence) => this.#refuse(sentence), host);
      if (press !== this.#press) return source.end();
      this.#source = source;
      this.#stopFollowing = this.status.follow(source.link, WALL_CLOCK, this.#onChange, () => void this.#lost(source));
      this.#enter('on');
    } catch (error) {
      if (press === this.#press) this.#refuse(error instanceof SourceError ? error.message : String(error));
    }
  }

  /** Closes the microphone and the connection. */
  stop(): void {
    this.#press += 1;
    this.#stopFollowing();
    this.#stopFollowing = () => {};
    this.#source?.end();
    this.#source = undefined;
    this.status.problem = undefined;
    if (this.phase !== 'idle') this.#enter('idle');
  }

  #refuse(sentence: string): void {
    this.stop();
    this.refusal = sentence;
    this.#enter('refused');
  }

  async #lost(source: AudioSource): Promise<void> {
    this.status.problem = await findConnectionProblem(new URL('v1/streams', this.#server).href);
    if (this.#source !== source) return;
    if (source.link.state !== 'closed') return this.#onChange();
    source.end(); // no server, so close the microphone
    this.#enter('idle');
  }

  #enter(phase: Microphone['phase']): void {
    this.phase = phase;
    this.#onChange();
  }
}
