/** What is being listened to and what is known of it: the one state that all parts of the page show. */
import type { ModelInfo, Prediction, StationMessage, Summary } from '../../server/protocol/messages.js';
import { decodeColumns, type ConnectionState } from '../sdk/index.js';
import type { ModelCard } from './api.js';
import { History } from './model/history.js';
import { SoundView } from './model/sound-view.js';
import type { AudioSource } from './sources/audio-source.js';

export class Session {
  readonly #fetchModel: () => Promise<ModelCard>;
  readonly #onChange: () => void;
  #stops: (() => void)[] = [];
  /** The stream that is shown; empty where there is none. */
  streamId = '';

  audioSource: AudioSource | undefined;
  connection: ConnectionState | 'idle' = 'idle';
  model: ModelInfo | undefined;
  blockMs = 0;
  prediction: Prediction | undefined;
  history: History | undefined;
  soundView: SoundView | undefined;
  summary: Summary | undefined;
  /** How the station is doing, where it is one. */
  station: StationMessage | undefined;
  /** What went wrong and what to do, for the page. */
  trouble = '';

  /** @param onChange called after every change */
  constructor(fetchModel: () => Promise<ModelCard>, onChange: () => void) {
    this.#fetchModel = fetchModel;
    this.#onChange = onChange;
  }

  /** Ends what was listened to and takes this instead. */
  switchTo(audioSource: AudioSource): void {
    this.end();
    this.audioSource = audioSource;
    this.connection = audioSource.link.state;
    this.trouble = '';
    const { link } = audioSource;
    this.#stops = [
      link.on('state', (state) => this.#change(() => { this.connection = state; })),
      link.on('ready', (ready) => this.#change(() => {
        this.trouble = '';
        this.model = ready.model;
        this.blockMs = ready.blockMs;
        this.summary = undefined;
        if (ready.streamId !== this.streamId) this.#begin(ready.streamId);
      })),
      link.on('prediction', (prediction) => this.#change(() => {
        // The demo station keeps its id when the server starts again, but not its time.
        if (this.history && prediction.atMs < this.history.endMs - 2 * this.blockMs) this.#begin(this.streamId);
        this.prediction = prediction;
        this.history?.push(prediction);
      })),
      link.on('columns', (columns) => this.#change(() => this.soundView?.picture.push(columns.atMs, decodeColumns(columns)))),
      link.on('station', (station) => this.#change(() => { this.station = station; })),
      link.on('summary', (summary) => this.#change(() => { this.summary = summary; })),
      link.on('error', (error) => this.#change(() => {
        if (link.state === 'closed') this.trouble = error.message;
      })),
    ];
    this.#onChange();
  }

  /** Stops audioSource; what was heard stays on the page. */
  stop(): void {
    this.audioSource?.end();
  }

  /** Ends what is listened to and forgets it. */
  end(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.audioSource?.end();
    this.audioSource = undefined;
    this.connection = 'idle';
    this.streamId = '';
    this.station = undefined;
    this.#forget();
    this.#onChange();
  }

  fail(sentence: string): void {
    this.#change(() => { this.trouble = sentence; });
  }

  #forget(): void {
    this.prediction = this.history = this.soundView = this.summary = undefined;
  }

  /** A stream from its first prediction on. */
  #begin(streamId: string): void {
    this.streamId = streamId;
    this.#forget();
    this.history = new History(this.blockMs);
    void this.#openSoundView(this.history, this.blockMs);
  }

  async #openSoundView(history: History, blockMs: number): Promise<void> {
    let card: ModelCard;
    try {
      card = await this.#fetchModel();
    } catch {
      return; // no picture; the genres are there all the same
    }
    if (this.history !== history) return; // another stream meanwhile
    const { sampleRate, hop, bands, fMin, fMax } = card.frontEnd;
    this.#change(() => {
      this.soundView = new SoundView({ hopMs: hop / sampleRate * 1000, bands, blockMs, fMinHz: fMin, fMaxHz: fMax });
    });
  }

  #change(change: () => void): void {
    change();
    this.#onChange();
  }
}
