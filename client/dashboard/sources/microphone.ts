/**
 * Microphone source. When no sound comes (a call, a pulled headset, audio paused by the browser) it says
 * why within 2 s, keeps the stream with silence, and goes on by itself or by `resume`.
 */
import { WALL_CLOCK, type Clock } from '../../sdk/clock.js';
import type { GenreClient } from '../../sdk/index.js';
import { SEND_SAMPLE_RATE, type AudioSource, type SendOptions } from './audio-source.js';
import { openCapture, type Capture } from './microphone-capture.js';
import { MicrophoneWatch, type Interruption } from './microphone-watch.js';
import { Sender } from './sender.js';
import { SourceError } from './source-errors.js';

/** What differs between the dashboard and the widget as hosts of the microphone. */
export interface MicrophoneHost {
  /** URL of capture.js. */
  readonly captureUrl: string;
  /** @param name a DOMException's name, 'insecure' or an `Interruption` */
  errorText(name: string): string;
  /** Called when `interruption` of the source has changed. */
  onChange(): void;
}

/** How often to look whether sound comes, and to send silence in its place. */
const LOOK_EVERY_MS = 250;
/** Not at once: the system may still be taking the device away, and some browsers break when they resume into a call. */
const FIRST_TRY_MS = 1000;
/** Tries get rarer up to this, so that a lost device costs next to nothing. */
const RAREST_TRY_MS = 15_000;
/** No more silence than this at once: a computer that slept for hours owes the server none of them. */
const MAX_FILL_MS = 2000;

/**
 * Requests the microphone and sends its audio to the server.
 * @throws SourceError with a message that says what to do
 */
export async function openMicrophone(sendOptions: SendOptions, host: MicrophoneHost, clock: Clock = WALL_CLOCK): Promise<MicrophoneSource> {
  try {
    const source = new MicrophoneSource(sendOptions, host, clock);
    await source.open();
    return source;
  } catch (error) {
    throw new SourceError(host.errorText(nameOf(error)));
  }
}

export class MicrophoneSource implements AudioSource {
  readonly kind = 'microphone';
  readonly name = 'Microphone';
  readonly #host: MicrophoneHost;
  readonly #clock: Clock;
  readonly #sender: Sender;
  readonly #watch = new MicrophoneWatch();
  readonly #page = new AbortController();
  #capture: Capture | undefined;
  #interruption: Interruption | undefined;
  /** Name of the error of the last try to open a device again. */
  #refusal: string | undefined;
  /** Up to here the server has samples or silence. */
  #sentUntilMs = 0;
  /** Tries and presses in this interruption. */
  #tries = 0;
  #presses = 0;
  #nextTryMs = 0;
  #isOpening = false;
  #cancelLook = (): void => {};

  constructor(sendOptions: SendOptions, host: MicrophoneHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    this.#sender = new Sender('Microphone', SEND_SAMPLE_RATE, sendOptions); // each device sets its own rate
  }

  get link(): GenreClient { return this.#sender.client; }

  /** Why no sound comes, as a sentence; undefined while it does. */
  get interruption(): string | undefined {
    return this.#interruption && this.#host.errorText(this.#refusal ?? this.#interruption);
  }

  /** @throws DOMException, or an Error named `insecure`, if there is no microphone */
  async open(): Promise<void> {
    await this.#openCapture();
    // Errors of the connection are reported as events.
    this.link.connect().catch(() => {});
    const { signal } = this.#page;
    const tryNow = (): void => {
      if (document.visibilityState === 'visible') this.#tryNow();
    };
    navigator.mediaDevices.addEventListener('devicechange', tryNow, { signal });
    document.addEventListener('visibilitychange', tryNow, { signal });
    addEventListener('pagehide', () => this.#sender.flush(), { signal });
    this.#sentUntilMs = this.#clock.now();
    this.#look();
  }

  /** After a press: some browsers open and resume audio only then. */
  resume(): void {
    if (this.#interruption === undefined) return;
    this.#presses += 1;
    const isPaused = this.#interruption === 'suspended' || this.#interruption === 'interrupted';
    if (isPaused && this.#presses === 1) this.#capture?.resume();
    else void this.#reopen(true);
  }

  end(): void {
    this.#page.abort();
    this.#cancelLook();
    this.#capture?.end();
    this.#interruption = undefined;
    this.#sender.flush();
    this.link.close();
  }

  async #openCapture(): Promise<void> {
    const capture = await openCapture(this.#host.captureUrl, { samples: (samples) => this.#heard(samples), changed: () => this.#look() });
    this.#capture?.end();
    if (this.#page.signal.aborted) return capture.end();
    this.#capture = capture;
    this.#sender.setInputRate(capture.sampleRate);
    this.#watch.start(this.#clock.now());
  }

  #heard(samples: Float32Array): void {
    const nowMs = this.#clock.now();
    this.#watch.heard(samples, nowMs);
    if (this.#interruption !== undefined) this.#look();
    if (this.link.state === 'closed') return;
    // What a muted microphone still delivers is not to be sent.
    this.#sender.push(this.#interruption === 'muted' ? new Float32Array(samples.length) : samples);
    this.#sentUntilMs = nowMs;
  }

  /** Looks whether sound comes; repeats itself. */
  #look(): void {
    this.#cancelLook();
    if (this.#page.signal.aborted || !this.#capture) return;
    const nowMs = this.#clock.now();
    const interruption = this.#watch.look(this.#capture.state, nowMs);
    if (interruption !== this.#interruption) this.#change(interruption, nowMs);
    if (interruption !== undefined) {
      this.#fill(nowMs);
      if (nowMs >= this.#nextTryMs) this.#try(interruption, nowMs);
    }
    this.#cancelLook = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #change(interruption: Interruption | undefined, nowMs: number): void {
    if (interruption === undefined) {
      this.#refusal = undefined;
      this.#tries = this.#presses = 0;
    } else if (this.#interruption === undefined) this.#nextTryMs = nowMs + FIRST_TRY_MS;
    this.#interruption = interruption;
    this.#host.onChange();
  }

  /** Keeps the stream, and its time, with silence. */
  #fill(nowMs: number): void {
    const missingMs = nowMs - this.#sentUntilMs;
    if (missingMs < LOOK_EVERY_MS || this.link.state === 'closed') return;
    this.#sentUntilMs = nowMs;
    this.#sender.push(new Float32Array(Math.round(Math.min(missingMs, MAX_FILL_MS) / 1000 * this.#capture!.sampleRate)));
  }

  #try(interruption: Interruption, nowMs: number): void {
    this.#tries += 1;
    this.#nextTryMs = nowMs + Math.min(RAREST_TRY_MS, FIRST_TRY_MS * 2 ** this.#tries);
    if (interruption === 'suspended') this.#capture!.resume();
    else if (interruption === 'lost' || interruption === 'stalled') void this.#reopen(false);
    // A switch on the device gives zeros too: opening it again and again would only make its light blink.
    else if (interruption === 'zeros' && this.#tries === 1) void this.#reopen(false);
    // `muted` and `interrupted` end by themselves; some browsers break when they resume into a call.
  }

  /** The devices have changed, or the page is seen again: what failed before may work now. */
  #tryNow(): void {
    const interruption = this.#interruption;
    if (interruption === undefined) return;
    this.#tries = 0;
    if (interruption === 'interrupted') this.#capture!.resume(); // of those that leave it to the page when the call is over
    else if (interruption === 'muted') void this.#reopen(false); // of those that never unmute
    else this.#try(interruption, this.#clock.now());
  }

  /**
   * Opens a device again, which may be another one than before.
   * @param isPressed the visitor wants it; otherwise only if the browser asks no question
   */
  async #reopen(isPressed: boolean): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    try {
      const permission = await microphonePermission();
      if (permission === 'denied') this.#refusal = 'NotAllowedError';
      else if (isPressed || permission === 'granted') {
        await this.#openCapture();
        this.#refusal = undefined;
      }
    } catch (error) {
      if (isPressed || nameOf(error) === 'NotAllowedError') this.#refusal = nameOf(error);
    }
    this.#isOpening = false;
    if (this.#page.signal.aborted) return;
    this.#host.onChange();
    this.#look();
  }
}

async function microphonePermission(): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' as PermissionName })).state;
  } catch {
    return 'prompt'; // this browser does not tell
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
