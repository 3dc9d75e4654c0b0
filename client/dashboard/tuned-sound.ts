/**
 * Plays one station after another with a short cross-fade. Each is tried at its own address where the
 * browser may, then through the server: the first that gives sound is taken.
 */

const FADE_MS = 1500;
const STEP_MS = 50;
/** Time for an address to give sound. */
const PATIENCE_MS = 6000;

export type TunedState = 'off' | 'loading' | 'playing' | 'failed';

interface Voice {
  readonly audio: HTMLAudioElement;
  readonly abort: AbortController;
  timer?: ReturnType<typeof setTimeout>;
}

export class TunedSound {
  readonly #onState: (state: TunedState, address: string) => void;
  #playing: Voice | undefined;
  #coming: Voice | undefined;
  readonly #fading = new Set<Voice>();
  #volume = 1;
  /** Addresses that gave no sound; they are not waited for again. */
  readonly #dead = new Set<string>();

  /** @param onState called at each change, with the address that plays */
  constructor(onState: (state: TunedState, address: string) => void) {
    this.#onState = onState;
  }

  /** 0 to 1. */
  set volume(volume: number) {
    this.#volume = volume;
    if (this.#playing) this.#playing.audio.volume = volume;
  }

  /** What was heard before goes on until this has sound. Call it first in a click handler, or the browser mutes it. */
  play(addresses: readonly string[]): void {
    if (this.#coming) this.#end(this.#coming);
    const voice: Voice = this.#coming = { audio: new Audio(), abort: new AbortController() };
    if (!this.#playing) this.#onState('loading', '');
    const living = addresses.filter((address) => !this.#dead.has(address));
    this.#try(voice, living.length > 0 ? living : addresses);
  }

  stop(): void {
    for (const voice of [this.#coming, this.#playing, ...this.#fading]) if (voice) this.#end(voice);
    this.#coming = this.#playing = undefined;
    this.#onState('off', '');
  }

  #try(voice: Voice, [address, ...others]: readonly string[]): void {
    const { audio } = voice;
    clearTimeout(voice.timer);
    if (address === undefined) {
      this.#end(voice);
      if (this.#coming === voice) this.#coming = undefined;
      return this.#onState('failed', '');
    }
    const trial = new AbortController();
    const { signal } = trial;
    voice.abort.signal.addEventListener('abort', () => trial.abort(), { signal });
    const fail = (): void => {
      if (signal.aborted) return;
      trial.abort();
      this.#dead.add(address);
      this.#try(voice, others);
    };
    voice.timer = setTimeout(fail, PATIENCE_MS);
    audio.addEventListener('error', fail, { signal });
    audio.addEventListener('playing', () => {
      clearTimeout(voice.timer);
      this.#take(voice, address);
    }, { signal });
    // A station that ends or fails while it plays is tried again from its next address on.
    audio.addEventListener('ended', fail, { signal });
    audio.volume = this.#playing ? 0 : this.#volume;
    audio.src = address;
    // What is refused comes as an error, too; a stop in between is none.
    audio.play().catch(() => {});
  }

  #take(voice: Voice, address: string): void {
    if (voice === this.#coming) {
      const before = this.#playing;
      this.#playing = voice;
      this.#coming = undefined;
      if (before) this.#crossFade(before, voice);
      else voice.audio.volume = this.#volume;
    }
    if (voice === this.#playing) this.#onState('playing', address);
  }

  #crossFade(from: Voice, to: Voice): void {
    this.#fading.add(from);
    const startedMs = performance.now();
    const step = (): void => {
      const part = Math.min(1, (performance.now() - startedMs) / FADE_MS);
      // Equal power, so that the loudness stays.
      to.audio.volume = this.#volume * Math.sin(part * Math.PI / 2);
      from.audio.volume = this.#volume * Math.cos(part * Math.PI / 2);
      if (part < 1 && !to.abort.signal.aborted) from.timer = setTimeout(step, STEP_MS);
      else this.#end(from);
    };
    step();
  }

  #end(voice: Voice): void {
    this.#fading.delete(voice);
    clearTimeout(voice.timer);
    voice.abort.abort();
    voice.audio.pause();
    // Ends the download, too.
    voice.audio.removeAttribute('src');
    voice.audio.load();
  }
}

/**
 * Where a station's sound is, best first: its own address, unless the page may not use it, then its
 * bytes through the server, then WAV.
 * @param url undefined for visitors who may not see it
 * @param served the addresses at the server
 */
export function soundAddresses(url: string | undefined, isSecurePage: boolean, served: readonly string[]): string[] {
  const own = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  const schemes = isSecurePage ? ['https:'] : ['http:', 'https:'];
  const mayUse = own !== undefined && schemes.includes(own.protocol) && own.username === '' && own.password === '';
  return [...(mayUse ? [own.href] : []), ...served];
}
