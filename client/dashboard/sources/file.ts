/** A local file: played aloud and sent to the server at playback speed. */
import { Downmixer } from '../../../dsp/pcm/downmix.js';
import type { StreamLink, AudioSource, SendOptions } from './audio-source.js';
import { Sender } from './sender.js';
import { MAX_FILE_BYTES, PAUSED_FILE_TEXT, SourceError, fileTooBigText, undecodableFileText } from './source-errors.js';

const SEND_EVERY_MS = 100;

/** `blocked`: the browser plays no audio: it may require a click to start, or have paused it for a call. */
export type PlaybackState = 'blocked' | 'playing' | 'ended';

export class FilePlayback implements AudioSource {
  readonly kind = 'file';
  readonly name: string;
  readonly #context: AudioContext;
  readonly #sound: AudioBuffer;
  readonly #gain: GainNode;
  readonly #sender: Sender;
  readonly #channels: readonly Float32Array[];
  readonly #downmixer: Downmixer;
  readonly #onChange: () => void;
  #player: AudioBufferSourceNode | undefined;
  #startedAtS = 0;
  #sentFrames = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #state: PlaybackState = 'blocked';

  private constructor(name: string, context: AudioContext, sound: AudioBuffer, sendOptions: SendOptions, onChange: () => void) {
    this.name = name;
    this.#context = context;
    context.onstatechange = () => this.#contextChanged();
    this.#sound = sound;
    this.#onChange = onChange;
    this.#channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
    this.#downmixer = new Downmixer(sound.sampleRate, sound.numberOfChannels);
    this.#gain = context.createGain();
    this.#gain.connect(context.destination);
    this.#sender = new Sender(name.slice(0, 100), sound.sampleRate, sendOptions);
  }

  /**
   * Decodes a file and starts playing it.
   * @param onChange called when the position or the state changes
   * @throws SourceError with a message that says what to do
   */
  static async open(file: File, sendOptions: SendOptions, onChange: () => void): Promise<FilePlayback> {
    if (file.size > MAX_FILE_BYTES) throw new SourceError(fileTooBigText(file.name, file.size));
    const context = new AudioContext();
    try {
      const sound = await context.decodeAudioData(await file.arrayBuffer());
      const playback = new FilePlayback(file.name, context, sound, sendOptions, onChange);
      playback.play();
      return playback;
    } catch {
      void context.close();
      throw new SourceError(undecodableFileText(file.name));
    }
  }

  get link(): StreamLink { return this.#sender.client; }
  get state(): PlaybackState { return this.#state; }
  /** The browser has paused playback: nothing is sent, and the position stays. */
  get interruption(): string | undefined { return this.#player && this.#state === 'blocked' ? PAUSED_FILE_TEXT : undefined; }
  get durationMs(): number { return this.#sound.duration * 1000; }
  get isMuted(): boolean { return this.#gain.gain.value === 0; }

  get positionMs(): number {
    if (!this.#player && this.#state === 'blocked') return 0;
    if (this.#state === 'ended') return this.#sentFrames / this.#sound.sampleRate * 1000;
    return Math.min(this.durationMs, (this.#context.currentTime - this.#startedAtS) * 1000);
  }

  set isMuted(isMuted: boolean) {
    this.#gain.gain.value = isMuted ? 0 : 1;
    this.#onChange();
  }

  /** Starts as soon as the browser allows it and the server is ready; a click on Play calls it again. */
  play(): void {
    void this.#context.resume()
      .then(() => this.#sender.client.connect())
      .then(() => this.#start())
      // A refused connection is reported by the link's error event; a context closed meanwhile needs no handling.
      .catch(() => {});
  }

  /** After an interruption. */
  resume(): void {
    this.play();
  }

  /** Stops playback and ends the stream; the server then sends a summary. */
  stop(): void {
    if (!this.#player) return;
    this.#finish();
  }

  end(): void {
    this.#stopPlayback();
    this.#sender.client.close();
  }

  #start(): void {
    if (this.#player || this.#state === 'ended' || this.#context.state !== 'running') return;
    this.#state = 'playing';
    this.#player = new AudioBufferSourceNode(this.#context, { buffer: this.#sound });
    this.#player.connect(this.#gain);
    this.#startedAtS = this.#context.currentTime;
    this.#player.start();
    this.#timer = setInterval(() => this.#sendPlayed(), SEND_EVERY_MS);
    this.#onChange();
  }

  #contextChanged(): void {
    if (!this.#player) return;
    this.#state = this.#context.state === 'running' ? 'playing' : 'blocked';
    // After a long pause the server has ended the stream; the rest of the file is a new one.
    if (this.#state === 'playing' && this.#sender.client.state === 'closed') this.#sender.client.connect().catch(() => {});
    this.#onChange();
  }

  /** Sends what was played since the last call; at the end of the file, ends the stream. */
  #sendPlayed(): void {
    if (this.#state === 'blocked') return;
    const rate = this.#sound.sampleRate;
    const played = Math.min(this.#sound.length, Math.round(this.positionMs / 1000 * rate));
    if (this.#sender.client.state === 'closed') return this.#stopPlayback();
    if (played > this.#sentFrames) this.#sender.push(this.#downmixer.push(this.#channels.map((samples) => samples.subarray(this.#sentFrames, played))));
    this.#sentFrames = played;
    if (played === this.#sound.length) this.#finish();
    this.#onChange();
  }

  #finish(): void {
    this.#stopPlayback();
    this.#sender.finish();
  }

  #stopPlayback(): void {
    clearInterval(this.#timer);
    if (this.#player) this.#state = 'ended';
    this.#player?.stop();
    this.#player = undefined;
    if (this.#context.state !== 'closed') void this.#context.close();
    this.#onChange();
  }
}
