/** The static site's page: microphone, demo and files, classified on this device. */
import { css, html, LitElement, nothing } from 'lit';
import { FRONT_END_V1 } from '../../dsp/mel/front-end.js';
import { delay } from '../dashboard/model/format.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import { SHOWN_TAGS } from '../dashboard/model/tag-words.js';
import type { Theme } from '../dashboard/model/theme.js';
import { pageStyles, soundStyles } from '../dashboard/page-styles.js';
import '../dashboard/parts/connection-state.js';
import '../dashboard/parts/genre-bars.js';
import '../dashboard/parts/genre-now.js';
import '../dashboard/parts/genre-timeline.js';
import '../dashboard/parts/level-meter.js';
import '../dashboard/parts/mel-spectrogram.js';
import { sharedStyles } from '../dashboard/parts/shared-styles.js';
import '../dashboard/parts/theme-toggle.js';
import '../dashboard/parts/wave-form.js';
import { Session } from '../dashboard/session.js';
import { openMicrophone } from '../dashboard/sources/microphone.js';
import { microphoneErrorText } from '../dashboard/sources/source-errors.js';
import type { AudioSource, SendOptions } from '../dashboard/sources/audio-source.js';
import { loadDevice } from '../device/device.js';
import { DemoSource } from './demo.js';
import type { DeviceFiles } from './device-files.js';
import './device-files.js';

/** Labels in each prediction: all of the model's. */
const TOP_K = 100;

export class DevicePage extends LitElement {
  static override properties = { theme: { state: true }, isAsking: { state: true }, hasFiles: { state: true } };
  static override styles = [sharedStyles, pageStyles, soundStyles, css`
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.625rem 1rem; padding-block: 0.875rem; }
    h1 { font-size: 1.125rem; font-weight: 680; letter-spacing: -0.02em; }
    nav { display: flex; gap: 0.75rem; flex: 1; }
    a { color: var(--accent); }
    input { position: absolute; opacity: 0; inline-size: 1px; block-size: 1px; }
    @media (min-width: 64rem) {
      main { grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); }
      :is(.sound, .timeline, .all) { grid-column: 1 / -1; }
    }
  `];

  declare theme: Theme;
  declare isAsking: boolean;
  declare hasFiles: boolean;
  readonly #session = new Session(async () => ({ frontEnd: FRONT_END_V1 }), () => this.requestUpdate());
  readonly #palette = new GenrePalette();
  #page: AbortController | undefined;

  constructor() {
    super();
    this.theme = 'light';
    this.isAsking = false;
    this.hasFiles = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#page = new AbortController();
    const { signal } = this.#page;
    addEventListener('dragover', (event) => event.preventDefault(), { signal });
    addEventListener('drop', (event) => {
      event.preventDefault();
      this.#add([...event.dataTransfer?.files ?? []]);
    }, { signal });
    addEventListener('pagehide', () => this.#session.end(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#page?.abort();
    this.#session.end();
  }

  override render() {
    const { audioSource, soundView, history, summary, interruption, isOver, model, connection, trouble, ...session } = this.#view;
    const prediction = interruption === undefined ? session.prediction : undefined;
    const labels = model?.labels ?? [];
    const colours = this.#palette.of(labels, this.theme);
    const isListening = audioSource !== undefined && !isOver;
    const kind = isListening ? audioSource.kind : undefined;
    return html`
      <header>
        <h1>livegenre on your device</h1>
        <nav aria-label="Pages"><a href="widget.html">Widget</a><a href="docs/index.html">Docs</a><a href="about.html">About</a></nav>
        <button type="button" aria-pressed=${kind === 'station'} ?disabled=${this.isAsking} @click=${() => (kind === 'station' ? this.#session.stop() : this.#playDemo())}>Demo</button>
        <button type="button" aria-pressed=${kind === 'microphone'} ?disabled=${this.isAsking} @click=${() => (kind === 'microphone' ? this.#session.stop() : this.#listen())}>Microphone</button>
        <button type="button" @click=${() => this.renderRoot.querySelector('input')!.click()}>Files</button>
        <input type="file" multiple accept="audio/*,video/*" aria-label="Files" tabindex="-1" @change=${(event: Event) => this.#chooseFiles(event)}>
        <connection-state .state=${interruption === undefined ? connection : 'interrupted'} .lagMs=${prediction?.lagMs} .droppedMs=${session.lostMs + (prediction?.droppedMs ?? 0)}></connection-state>
        <theme-toggle @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></theme-toggle>
      </header>
      <div class="troubles">
        <div role="alert" class="trouble" ?hidden=${interruption === undefined}><p>${interruption}</p><button type="button" @click=${() => audioSource?.resume?.()}>Resume</button></div>
        <div role="alert" class="trouble" ?hidden=${trouble === ''}><p>${trouble}</p><button type="button" @click=${() => this.#session.fail('')}>Dismiss</button></div>
      </div>
      <main>
        <section class="now" aria-label="Genre now">
          <genre-now .prediction=${prediction} .summary=${summary} .colours=${colours} .source=${audioSource?.name ?? ''} .sinceMs=${history?.currentMs ?? 0}
            .isInterrupted=${interruption !== undefined} .isListening=${isListening} .idle=${audioSource ? undefined : 'Press Demo or Microphone, or drop files'}></genre-now>
        </section>
        <section aria-label="All genres"><genre-bars .prediction=${prediction} .labels=${labels} .colours=${colours}></genre-bars></section>
        <section class="sound" aria-label="Sound">
          <wave-form .soundView=${soundView} .theme=${this.theme}></wave-form>
          <mel-spectrogram .soundView=${soundView} .theme=${this.theme}></mel-spectrogram>
          <level-meter .soundView=${soundView} .prediction=${isOver ? undefined : prediction} .theme=${this.theme}></level-meter>
        </section>
        <section class="timeline" aria-label="Timeline"><genre-timeline .history=${history} .endMs=${history?.endMs ?? 0} .colours=${colours}></genre-timeline></section>
        <section class="all" aria-label="Files" ?hidden=${!this.hasFiles}><device-files .theme=${this.theme}></device-files></section>
      </main>
      <footer>
        <span>Nothing leaves this device: sound is classified in this page, and no request carries it or what was heard.</span>
        ${model ? html`<span>Model ${model.name} ${model.version}</span><span>one prediction every ${delay(session.blockMs)}</span>` : nothing}
      </footer>`;
  }

  get #view() {
    const { audioSource, soundView, history, summary, interruption, isOver, model, connection, trouble, prediction, lostMs, blockMs } = this.#session;
    return { audioSource, soundView, history, summary, interruption, isOver, model, connection, trouble, prediction, lostMs, blockMs };
  }

  #listen(): Promise<void> {
    return this.#open((sendOptions) => openMicrophone(sendOptions, {
      captureUrl: new URL('capture.js', document.baseURI).href, errorText: microphoneErrorText, onChange: () => this.requestUpdate(),
    }));
  }

  #playDemo(): Promise<void> {
    return this.#open(async (sendOptions) => new DemoSource(sendOptions, Math.floor(Math.random() * 2 ** 32)));
  }

  async #open(open: (sendOptions: SendOptions) => Promise<AudioSource>): Promise<void> {
    this.isAsking = true;
    try {
      const WebSocket = await loadDevice();
      const source = await open({ url: 'ws://device.invalid', WebSocket, topK: TOP_K, tags: SHOWN_TAGS, spectrogram: true });
      if (this.isConnected) this.#session.switchTo(source);
      else source.end();
    } catch (error) {
      this.#session.fail((error as Error).message);
    }
    this.isAsking = false;
  }

  #chooseFiles(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...input.files ?? []];
    input.value = ''; // so that choosing the same file again fires a change
    this.#add(files);
  }

  #add(files: readonly File[]): void {
    if (files.length === 0) return;
    this.hasFiles = true;
    this.renderRoot.querySelector<DeviceFiles>('device-files')!.add(files);
  }
}

customElements.define('device-page', DevicePage);
