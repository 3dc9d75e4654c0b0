/** Plays a file of this computer from any place on, all of it or one stretch, without decoding it into memory. */

export class FileAudio {
  readonly #audio = new Audio();
  readonly #address: string;
  readonly #onChange: () => void;
  #untilMs = Infinity;
  #trouble = '';

  /** @param onChange called when it starts, stops, or can't be played */
  constructor(file: File, onChange: () => void) {
    this.#onChange = onChange;
    this.#address = URL.createObjectURL(file);
    const audio = this.#audio;
    audio.preload = 'metadata';
    audio.src = this.#address;
    audio.onplay = audio.onpause = audio.onended = audio.onseeked = () => onChange();
    audio.onerror = () => {
      this.#trouble = 'This browser can’t play this format; the analysis does not need it to.';
      onChange();
    };
  }

  /** Why it can't be played; empty if it can. */
  get trouble(): string { return this.#trouble; }

  get isPlaying(): boolean { return !this.#audio.paused && !this.#audio.ended; }

  /** Also stops at the end of a stretch: called for each frame. */
  get positionMs(): number {
    const ms = this.#audio.currentTime * 1000;
    if (ms < this.#untilMs) return ms;
    this.#audio.pause();
    return this.#untilMs;
  }

  /** @param untilMs where it stops; else at the end */
  play(fromMs: number = this.positionMs, untilMs = Infinity): void {
    this.seek(fromMs);
    this.#untilMs = untilMs;
    this.#audio.play().catch((error: unknown) => {
      // A pause while it starts is no error.
      if ((error as DOMException).name === 'NotAllowedError') this.#trouble = 'The browser plays nothing before a press on Play.';
      this.#onChange();
    });
  }

  pause(): void {
    this.#audio.pause();
  }

  seek(ms: number): void {
    this.#untilMs = Infinity;
    if (Math.abs(this.#audio.currentTime * 1000 - ms) > 1) this.#audio.currentTime = ms / 1000;
    this.#onChange();
  }

  end(): void {
    const audio = this.#audio;
    audio.onplay = audio.onpause = audio.onended = audio.onseeked = audio.onerror = null;
    audio.pause();
    audio.removeAttribute('src');
    audio.load();
    URL.revokeObjectURL(this.#address);
  }
}
