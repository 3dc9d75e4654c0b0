/** The visitor's microphone as a widget's stream: opened only by a click. */
import type { Prediction } from '../../server/protocol/messages.js';
import { openMicrophone, type MicrophoneSource } from '../dashboard/sources/microphone.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import type { ConnectionOptions, GenreError, SocketConstructor } from '../sdk/index.js';
import { StreamStatus } from './stream-status.js';
import { findConnectionProblem } from './connection-problem.js';

const TOP_K = 3;

/** Error texts, short enough for a card; keys are DOMException names, or `insecure` and why no sound comes. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  insecure: 'Browsers allow the microphone only on https pages.',
  NotAllowedError: 'It is blocked for this page. Allow it in the site settings next to the address.',
  SecurityError: 'This page’s policy forbids it.',
  NotFoundError: 'None is connected.',
  NotReadableError: 'Another program may be using it.',
  AbortError: 'It delivers no audio, or this page’s policy blocks its script.',
  lost: 'It was unplugged or switched off.',
  muted: 'It is muted, by a call or a switch.',
  interrupted: 'A call has taken the audio.',
  suspended: 'The browser has paused this page’s audio.',
  stalled: 'It delivers no sound.',
  zeros: 'It may be muted: only zeros come.',
};

type Server = { readonly url: string } & Pick<ConnectionOptions, 'token'>;

export class Microphone {
  readonly status = new StreamStatus();
  readonly #server: Server;
  readonly #where: string | null;
  /** The classifier on this device; undefined for the server's. */
  #device: SocketConstructor | undefined;
  readonly #onChange: (prediction?: Prediction) => void;
  #source: MicrophoneSource | undefined;
  /** The visitor has pressed in this interruption. */
  #hasTried = false;
  #stopFollowing = (): void => {};
  /** Counts clicks, so that a microphone that opens after a stop is closed again. */
  #press = 0;
  /** Decides the widget's state unless it is `on`: then the stream does. */
  phase: 'idle' | 'asking' | 'refused' | 'on' = 'idle';
  /** Why there is no microphone. */
  refusal = '';

  /**
   * @param server its address ends with a slash
   * @param where `device`, `auto` (the device if it can, else the server), or null for the server
   */
  constructor(server: Server, where: string | null, onChange: (prediction?: Prediction) => void) {
    this.#server = server;
    this.#where = where;
    this.#onChange = onChange;
  }

  /** Why no sound comes from the open microphone, as a sentence. */
  get interruption(): string | undefined { return this.#source?.interruption; }

  /** What a press does: an interruption is resumed once, then the microphone can be closed. */
  get action(): 'listen' | 'resume' | 'stop' {
    if (this.phase !== 'on' && this.phase !== 'asking') return 'listen';
    return this.interruption === undefined || this.#hasTried ? 'stop' : 'resume';
  }

  press(): void {
    const { action } = this;
    if (action === 'listen') return void this.listen();
    if (action === 'stop') return this.stop();
    this.#hasTried = true;
    this.#source?.resume();
    this.#onChange();
  }

  async listen(): Promise<void> {
    this.stop();
    const press = this.#press;
    this.#enter('asking');
    try {
      const host = {
        captureUrl: new URL('capture.js', this.#server.url).href,
        errorText: (name: string) => ERROR_TEXTS[name] ?? `It could not be opened (${name}).`,
        onChange: () => {
          if (this.interruption === undefined) this.#hasTried = false;
          this.#onChange();
        },
      };
      this.#device = await this.#loadDevice();
      if (press !== this.#press) return;
      const source = await openMicrophone({ ...this.#server, WebSocket: this.#device, topK: TOP_K, tags: TOP_K, spectrogram: false }, host);
      if (press !== this.#press) return source.end();
      this.#source = source;
      this.#stopFollowing = this.status.follow(source.link, WALL_CLOCK, this.#onChange, (error) => void this.#lost(source, error));
      this.#enter('on');
    } catch (error) {
      if (press === this.#press) this.#refuse((error as Error).message);
    }
  }

  /** Closes the microphone and the connection. */
  stop(): void {
    this.#press += 1;
    this.#hasTried = false;
    this.#stopFollowing();
    this.#stopFollowing = () => {};
    this.#source?.end();
    this.#source = undefined;
    this.status.problem = undefined;
    if (this.phase !== 'idle') this.#enter('idle');
  }

  /** From a file of its own, loaded only where it is wanted. */
  async #loadDevice(): Promise<SocketConstructor | undefined> {
    if (!this.#where) return undefined;
    try {
      return await ((await import(new URL('device/device.js', this.#server.url).href)) as typeof import('../device/device.js')).loadDevice();
    } catch (error) {
      if (this.#where !== 'auto') throw error;
    }
    return undefined;
  }

  #refuse(sentence: string): void {
    this.stop();
    this.refusal = sentence;
    this.#enter('refused');
  }

  async #lost(source: MicrophoneSource, { code, message }: GenreError): Promise<void> {
    if (this.#device) return source.link.state === 'closed' ? this.#refuse(message) : this.#onChange();
    if (code !== 'unreachable' && source.link.state === 'reconnecting') return this.#onChange(); // the server is there: the next attempt shows more
    const problem = await findConnectionProblem(new URL('v1/streams', this.#server.url).href);
    if (this.#source !== source) return;
    this.status.problem = source.link.state === 'open' ? undefined : problem;
    // An interrupted microphone goes on as a new stream when its sound is back.
    if (source.link.state !== 'closed' || source.interruption !== undefined) return this.#onChange();
    source.end(); // no server, so close the microphone
    this.#enter('idle');
  }

  #enter(phase: Microphone['phase']): void {
    this.phase = phase;
    this.#onChange();
  }
}
