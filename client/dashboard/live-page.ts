/**
 * The live page: one session, shown by many components. It starts with the demo station; the visitor
 * can choose another stream, the microphone or a file, and whether the last two are sent or classified on this device.
 */
import { html, LitElement } from 'lit';
import type { StreamInfo } from '../../server/protocol/messages.js';
import { BASE } from './base.js';
import { dropZone, type DropZone } from './model/drop-zone.js';
import { FILES } from './model/route.js';
import { Announcements } from './model/announcements.js';
import { delay } from './model/format.js';
import { SHOWN_TAGS } from './model/tag-words.js';
import { storePlace, storedPlace, type Place } from './model/place.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import type { Theme } from './model/theme.js';
import './parts/connection-state.js';
import './parts/file-player.js';
import './parts/genre-bars.js';
import './parts/genre-now.js';
import './parts/genre-timeline.js';
import './parts/level-meter.js';
import { sharedStyles } from './parts/shared-styles.js';
import { liveStyles, pageStyles, soundStyles } from './page-styles.js';
import './parts/mel-spectrogram.js';
import './parts/site-header.js';
import './parts/source-picker.js';
import './parts/wave-form.js';
import type { SocketConstructor } from '../sdk/index.js';
import { Session } from './session.js';
import type { Site } from './site.js';
import { FilePlayback } from './sources/file.js';
import type { AudioSource, SendOptions } from './sources/audio-source.js';
import { openMicrophone } from './sources/microphone.js';
import { microphoneErrorText, SourceError } from './sources/source-errors.js';
import { watchStation } from './sources/station.js';

const LIST_EVERY_MS = 5000;
/** After predictions for this long without columns, the stream counts as one without columns. */
const NO_COLUMNS_AFTER_MS = 2000;
/** The server's maximum number of labels in a prediction. */
const MAX_TOP_K = 100;

export class LivePage extends LitElement {
  static override properties = { site: { attribute: false }, streams: { state: true }, theme: { state: true }, isAsking: { state: true }, dropping: { state: true }, announcement: { state: true }, place: { state: true } };
  static override styles = [sharedStyles, pageStyles, soundStyles, liveStyles];

  declare site: Site;
  declare streams: readonly StreamInfo[];
  declare theme: Theme;
  declare isAsking: boolean;
  /** What happens with the files that hover over the page; undefined if there are none. */
  declare dropping: DropZone | undefined;
  declare announcement: string;
  declare place: Place;
  #session = this.#newSession();
  #announcements = new Announcements();
  readonly #palette = new GenrePalette();
  #listTimer: ReturnType<typeof setTimeout> | undefined;
  /** The list of streams has been loaded. */
  #hasAnswer = false;
  /** The visitor has chosen a source: the demo station no longer starts automatically. */
  #hasChosen = false;
  /** Counts choices, so that a source that opens after a later choice is closed. */
  #choice = 0;
  /** The last source that is classified on this device. */
  #local: AudioSource | undefined;
  #page: AbortController | undefined;
  #stopVisitor = (): void => {};

  constructor() {
    super();
    this.streams = [];
    this.theme = 'light';
    this.isAsking = false;
    this.dropping = undefined;
    this.announcement = '';
    this.place = storedPlace(() => localStorage);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#page = new AbortController();
    const { signal } = this.#page;
    addEventListener('dragover', (event) => this.#dragged(event), { signal });
    addEventListener('dragleave', (event) => { if (event.relatedTarget === null) this.dropping = undefined; }, { signal });
    addEventListener('drop', (event) => this.#dropped(event), { signal });
    addEventListener('pagehide', () => {
      this.#session.end();
      this.#hasChosen = false; // restored from the back/forward cache, the page starts with the demo again
    }, { signal });
    document.title = 'livegenre';
    this.#stopVisitor = this.site.visitor.on('change', () => this.requestUpdate());
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#page?.abort();
    this.#stopVisitor();
    clearTimeout(this.#listTimer);
    this.#session.end();
  }

  override render() {
    const session = this.#session;
    const { audioSource, soundView, history, summary, interruption, isOver } = session;
    const prediction = interruption === undefined ? session.prediction : undefined;
    const labels = session.model?.labels ?? [];
    const colours = this.#palette.of(labels, this.theme);
    const file = audioSource instanceof FilePlayback ? audioSource : undefined;
    return html`
      <site-header .site=${this.site} page="live" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}>
        <source-picker .canSend=${this.site.visitor.canSend} .streams=${this.#otherStreams} .audioSource=${audioSource} .isOver=${isOver} .isAsking=${this.isAsking} .place=${this.place}
          @place=${(event: CustomEvent<Place>) => this.#choosePlace(event.detail)}
          @station=${(event: CustomEvent<StreamInfo>) => this.#watch(event.detail)}
          @microphone=${() => this.#openMicrophone()}
          @file=${(event: CustomEvent<File>) => this.#openFile(event.detail)}
          @stop=${() => this.#stop()}></source-picker>
        <connection-state slot="state" .state=${interruption === undefined ? session.connection : 'interrupted'} .lagMs=${prediction?.lagMs} .droppedMs=${session.lostMs + (prediction?.droppedMs ?? 0)}></connection-state>
      </site-header>
      <div class="troubles">
        <div role="alert" class="trouble" ?hidden=${interruption === undefined}>
          <p>${interruption}</p>
          <button type="button" @click=${() => audioSource?.resume?.()}>Resume</button>
        </div>
        <div role="alert" class="trouble" ?hidden=${session.trouble === ''}>
          <p>${session.trouble}</p>
          <button type="button" @click=${() => session.fail('')}>Dismiss</button>
        </div>
        <div role="status" class="trouble notice" ?hidden=${session.notice === ''}>
          <p>${session.notice}</p>
          <button type="button" @click=${() => session.dismiss()}>Dismiss</button>
        </div>
      </div>
      <main>
        <h1 class="visually-hidden" tabindex="-1">Live</h1>
        <section class="now" aria-label="Genre now">
          <genre-now .prediction=${prediction} .summary=${summary} .colours=${colours} .source=${audioSource?.name ?? ''}
            .sinceMs=${history?.currentMs ?? 0} .isInterrupted=${interruption !== undefined} .isListening=${audioSource !== undefined && !isOver} .idle=${audioSource || this.site.visitor.canSend ? undefined : 'No station'}></genre-now>
          ${file ? html`<file-player .playback=${file} .positionMs=${file.positionMs} .state=${file.state} .isMuted=${file.isMuted}></file-player>` : ''}
        </section>
        <section class="bars" aria-label="All genres">
          <genre-bars .prediction=${prediction} .labels=${labels} .colours=${colours}></genre-bars>
        </section>
        <section class="sound" aria-label="Sound">
          <wave-form .soundView=${soundView} .theme=${this.theme}></wave-form>
          <mel-spectrogram .soundView=${soundView} .theme=${this.theme}></mel-spectrogram>
          ${history && soundView?.picture.endColumn === 0 && history.endMs - history.startMs > NO_COLUMNS_AFTER_MS
            ? html`<p class="none">No spectrogram: the sender did not request it</p>` : ''}
          <level-meter .soundView=${soundView} .prediction=${isOver ? undefined : prediction} .theme=${this.theme}></level-meter>
        </section>
        <section class="timeline" aria-label="Timeline">
          <genre-timeline .history=${history} .endMs=${history?.endMs ?? 0} .colours=${colours}></genre-timeline>
        </section>
      </main>
      <footer>${session.model ? html`
        <span>Model ${session.model.name} ${session.model.version}</span>
        <span>${labels.length} genres</span>
        <span>one prediction every ${delay(session.blockMs)}</span>
        ${audioSource && audioSource === this.#local ? html`<span>On this device: no sound is sent</span>` : ''}` : this.#hasAnswer ? '' : html`<span>Waiting for the server</span>`}
      </footer>
      <p class="visually-hidden" aria-live="polite">${this.announcement}</p>
      <div class="drop" ?hidden=${this.dropping === undefined} aria-hidden="true">
        <p class=${this.dropping === 'listen' ? 'chosen' : ''}>Listen<small>played and heard live</small></p>
        <p class=${this.dropping === 'analyse' ? 'chosen' : ''}>Analyse<small>all of the file, or of many</small></p>
      </div>`;
  }

  #newSession(): Session {
    return new Session((model) => this.site.model(model), () => {
      const { prediction } = this.#session;
      if (prediction && this.#session.interruption === undefined) this.announcement = this.#announcements.push(prediction, performance.now()) ?? this.announcement;
      this.requestUpdate();
    });
  }

  /** The streams to choose from: without the one that this page sends. */
  get #otherStreams(): readonly StreamInfo[] {
    const { audioSource, streamId } = this.#session;
    return audioSource?.kind === 'station' ? this.streams : this.streams.filter(({ id }) => id !== streamId);
  }

  /**
   * Polls the list of streams. If the visitor has not chosen yet, starts the demo station or, for a
   * visitor who may not send audio, the first stream.
   */
  async #list(): Promise<void> {
    try {
      this.streams = await this.site.streams();
      this.#hasAnswer = true;
    } catch {
      // The connection state shows the failure; the next poll tries again.
    }
    if (!this.isConnected) return;
    this.#listTimer = setTimeout(() => void this.#list(), LIST_EVERY_MS);
    const first = this.streams.find(({ source }) => source === 'demo') ?? (this.site.visitor.canSend ? undefined : this.streams[0]);
    if (first && !this.#hasChosen) this.#watch(first);
  }

  #watch(stream: StreamInfo): void {
    this.#take(this.#choose(), watchStation(stream, this.site.server, () => this.site.streams()));
  }

  async #openMicrophone(): Promise<void> {
    const choice = this.#choose();
    this.isAsking = true;
    await this.#open(choice, (sendOptions) => openMicrophone(sendOptions, {
      captureUrl: new URL('capture.js', BASE).href, errorText: microphoneErrorText, onChange: () => this.requestUpdate(),
    }));
    this.isAsking = false;
  }

  async #openFile(file: File): Promise<void> {
    await this.#open(this.#choose(), (sendOptions) => FilePlayback.open(file, sendOptions, () => this.requestUpdate()));
  }

  /** Opens the microphone or a file; the previous source continues until the new one is open. */
  async #open(choice: number, open: (sendOptions: SendOptions) => Promise<AudioSource>): Promise<void> {
    try {
      const { labels } = await this.site.newestModel();
      const WebSocket = this.place === 'device' ? await loadDevice() : undefined;
      const source = await open({ ...this.site.server, WebSocket, topK: Math.min(MAX_TOP_K, labels.length), tags: SHOWN_TAGS, spectrogram: true });
      if (WebSocket) this.#local = source;
      this.#take(choice, source);
    } catch (error) {
      if (choice !== this.#choice) return;
      this.#session.fail(error instanceof SourceError ? error.message : `Could not open the source: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #choosePlace(place: Place): void {
    this.place = place;
    storePlace(() => localStorage, place);
    // A file goes on where it is.
    if (this.#session.audioSource?.kind === 'microphone' && !this.#session.isOver) void this.#openMicrophone();
  }

  #choose(): number {
    this.#hasChosen = true;
    return ++this.#choice;
  }

  #take(choice: number, audioSource: AudioSource): void {
    if (choice !== this.#choice || !this.isConnected) return audioSource.end();
    this.#announcements = new Announcements();
    this.#session.switchTo(audioSource);
  }

  #stop(): void {
    const { audioSource } = this.#session;
    if (audioSource instanceof FilePlayback) audioSource.stop();
    else this.#session.stop();
  }

  #dragged(event: DragEvent): void {
    if (!this.site.visitor.canSend || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = dropZone(event, { width: innerWidth, height: innerHeight }, event.dataTransfer.items.length);
  }

  #dropped(event: DragEvent): void {
    this.#dragged(event);
    const zone = this.dropping;
    this.dropping = undefined;
    const files = [...event.dataTransfer?.files ?? []];
    if (files.length === 0 || !this.site.visitor.canSend) return;
    if (zone === 'listen') return void this.#openFile(files[0]!);
    this.site.dropped = files;
    this.site.navigate(FILES);
  }
}

/** From a file of its own, loaded only where it is wanted. @throws Error where sound can't be classified here */
async function loadDevice(): Promise<SocketConstructor> {
  return ((await import(new URL('device/device.js', BASE).href)) as typeof import('../device/device.js')).loadDevice();
}

customElements.define('live-page', LivePage);
