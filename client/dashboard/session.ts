/** The current audio source and its data: the state that all components of a page show. */
import type { ModelInfo, Prediction, StationMessage, Summary } from '../../server/protocol/messages.js';
import { decodeColumns, type ConnectionState } from '../sdk/index.js';
import type { ModelCard } from './api.js';
import { continuedText } from './model/continued.js';
import { History } from './model/history.js';
import { SoundView } from './model/sound-view.js';
import type { AudioSource } from './sources/audio-source.js';

export class Session {
  readonly #fetchModel: (model: ModelInfo) => Promise<Pick<ModelCard, 'frontEnd'>>;
  readonly #onChange: () => void;
  #stops: (() => void)[] = [];
  /** Id of the stream shown; empty if none. */
  streamId = '';

  audioSource: AudioSource | undefined;
  connection: ConnectionState | 'idle' = 'idle';
  model: ModelInfo | undefined;
  blockMs = 0;
  prediction: Prediction | undefined;
  history: History | undefined;
  soundView: SoundView | undefined;
  summary: Summary | undefined;
  /** Status of the station, if the source is one. */
  station: StationMessage | undefined;
  /** Error message for the page; empty if none. */
  trouble = '';
  /** What the visitor should know although the sound goes on; empty if nothing. */
  notice = '';
  /** Sound lost in this page or on the way, ms; what the server drops is in `prediction`. */
  lostMs = 0;

  /** @param onChange called after every change */
  constructor(fetchModel: (model: ModelInfo) => Promise<Pick<ModelCard, 'frontEnd'>>, onChange: () => void) {
    this.#fetchModel = fetchModel;
    this.#onChange = onChange;
  }

  /** Why no sound comes from the source, as a sentence. */
  get interruption(): string | undefined { return this.audioSource?.interruption; }

  /** The source has ended; one that is interrupted goes on when its sound is back, if need be as a new stream. */
  get isOver(): boolean { return this.connection === 'closed' && this.interruption === undefined; }

  /** Ends the current source and starts showing this one. */
  switchTo(audioSource: AudioSource): void {
    this.end();
    this.audioSource = audioSource;
    this.connection = audioSource.link.state;
    this.trouble = this.notice = '';
    this.lostMs = 0;
    const { link } = audioSource;
    this.#stops = [
      link.on('state', (state) => this.#change(() => { this.connection = state; })),
      link.on('ready', (ready) => this.#change(() => {
        this.trouble = '';
        const isOtherModel = this.model?.name !== ready.model.name || this.model.version !== ready.model.version;
        this.model = ready.model;
        this.blockMs = ready.blockMs;
        this.summary = undefined;
        this.lostMs = link.droppedMs ?? 0;
        if (ready.streamId !== this.streamId || isOtherModel) this.#begin(ready.streamId);
      })),
      link.on('prediction', (prediction) => this.#change(() => {
        // After a restart of the server the demo station has the same id, but its time starts at 0.
        if (this.history && prediction.atMs < this.history.endMs - 2 * this.blockMs) this.#begin(this.streamId);
        this.prediction = prediction;
        this.history?.push(prediction);
      })),
      link.on('columns', (columns) => this.#change(() => this.soundView?.picture.push(columns.atMs, decodeColumns(columns)))),
      link.on('station', (station) => this.#change(() => { this.station = station; })),
      link.on('continued', (continued) => this.#change(() => { this.notice = continuedText(continued, audioSource); })),
      link.on('summary', (summary) => this.#change(() => { this.summary = summary; })),
      link.on('error', (error) => this.#change(() => {
        if (link.state === 'closed' && this.interruption === undefined) this.trouble = error.message;
      })),
    ];
    this.#onChange();
  }

  /** Ends the source; its data stays on the page. */
  stop(): void {
    this.audioSource?.end();
    this.#onChange();
  }

  /** Ends the source and clears its data. */
  end(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.audioSource?.end();
    this.audioSource = undefined;
    this.connection = 'idle';
    this.streamId = '';
    this.station = undefined;
    this.notice = '';
    this.#forget();
    this.#onChange();
  }

  /** Takes the notice off the page. */
  dismiss(): void {
    this.#change(() => { this.notice = ''; });
  }

  fail(sentence: string): void {
    this.#change(() => { this.trouble = sentence; });
  }

  #forget(): void {
    this.prediction = this.history = this.soundView = this.summary = undefined;
  }

  /** Starts with an empty history for a new stream. */
  #begin(streamId: string): void {
    this.streamId = streamId;
    this.#forget();
    this.history = new History(this.blockMs);
    void this.#openSoundView(this.history, this.model!);
  }

  async #openSoundView(history: History, model: ModelInfo): Promise<void> {
    const { blockMs } = this;
    let card: Pick<ModelCard, 'frontEnd'>;
    try {
      card = await this.#fetchModel(model);
    } catch {
      return; // no spectrogram; the genres are shown without it
    }
    if (this.history !== history) return; // another stream has started meanwhile
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
