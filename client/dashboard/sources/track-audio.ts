/** Plays tracks of the library, one at a time: from the server by ranges, or as a whole where the request needs the admin token. */

export interface TrackAudioParts {
  /** Address of a track's sound. */
  readonly address: (id: number) => string;
  /** The sound with the visitor's token; undefined if no token is needed. */
  readonly fetch: () => ((id: number, signal: AbortSignal) => Promise<Response>) | undefined;
  readonly onChange: () => void;
}

export class TrackAudio {
  readonly #audio = new Audio();
  readonly #parts: TrackAudioParts;
  #id = -1;
  #loading: AbortController | undefined;
  #object: string | undefined;
  #trouble = '';

  constructor(parts: TrackAudioParts) {
    this.#parts = parts;
    const audio = this.#audio;
    audio.onplay = audio.onpause = audio.onended = audio.onseeked = audio.ontimeupdate = audio.ondurationchange = () => parts.onChange();
    audio.onerror = () => this.#failed('It can’t be played: the file is gone, or this browser does not know its format.');
  }

  /** The chosen track; -1 for none. */
  get id(): number { return this.#id; }

  get isPlaying(): boolean { return this.#id >= 0 && !this.#audio.paused && !this.#audio.ended; }

  /** Why it can't be played; empty if it can. */
  get trouble(): string { return this.#trouble; }

  get positionS(): number { return this.#audio.currentTime; }

  /** Of the whole, s; undefined while it is not known. */
  get durationS(): number | undefined { return Number.isFinite(this.#audio.duration) ? this.#audio.duration : undefined; }

  /** Plays a track from its start; the one that plays is paused, or goes on. */
  toggle(id: number): void {
    if (id !== this.#id || this.#trouble !== '') void this.#load(id);
    else if (this.isPlaying) this.#audio.pause();
    else this.#start();
  }

  seek(positionS: number): void {
    this.#audio.currentTime = positionS;
  }

  end(): void {
    const audio = this.#audio;
    this.#id = -1;
    this.#loading?.abort();
    audio.onplay = audio.onpause = audio.onended = audio.onseeked = audio.ontimeupdate = audio.ondurationchange = audio.onerror = null;
    audio.pause();
    audio.removeAttribute('src');
    audio.load();
    this.#forget();
  }

  async #load(id: number): Promise<void> {
    this.#loading?.abort();
    const { signal } = this.#loading = new AbortController();
    this.#id = id;
    this.#trouble = '';
    this.#audio.pause();
    this.#forget();
    const fetchSound = this.#parts.fetch();
    this.#parts.onChange();
    if (!fetchSound) {
      this.#audio.src = this.#parts.address(id);
      return this.#start();
    }
    try {
      const response = await fetchSound(id, signal);
      if (!response.ok) throw new Error(`The server answered with ${response.status}.`);
      this.#object = URL.createObjectURL(await response.blob());
      if (signal.aborted) return this.#forget();
      this.#audio.src = this.#object;
      this.#start();
    } catch (error) {
      if (!signal.aborted) this.#failed((error as Error).message);
    }
  }

  #start(): void {
    this.#audio.play().catch((error: unknown) => {
      // A pause while it starts is no error, and an unknown format is told by `onerror`.
      if ((error as DOMException).name === 'NotAllowedError') this.#failed('The browser plays nothing before a press on Play.');
    });
  }

  #failed(trouble: string): void {
    if (this.#id < 0) return;
    this.#trouble = trouble;
    this.#parts.onChange();
  }

  #forget(): void {
    if (this.#object !== undefined) URL.revokeObjectURL(this.#object);
    this.#object = undefined;
  }
}
