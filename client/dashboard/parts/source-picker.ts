/** Chooses the audio source: a stream of the server, the microphone, or a file; and whether the last two are sent to the server or stay on this device. */
import { css, html, LitElement, svg } from 'lit';
import type { StreamInfo } from '../../../server/protocol/messages.js';
import type { Place } from '../model/place.js';
import type { AudioSource } from '../sources/audio-source.js';
import { icon, NOTE } from './icons.js';
import { sharedStyles } from './shared-styles.js';

const STATION = svg`<path d="M7.8 16.2a6 6 0 0 1 0-8.4M16.2 7.8a6 6 0 0 1 0 8.4M4.9 19a10 10 0 0 1 0-14M19.1 5a10 10 0 0 1 0 14"/><circle cx="12" cy="12" r="1.5"/>`;
const DEVICE = svg`<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 18h2"/>`;
const MICROPHONE = svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`;

/** Fires `station` (detail: StreamInfo), `microphone`, `stop`, `file` (detail: File) and `place` (detail: Place). */
export class SourcePicker extends LitElement {
  static override properties = { streams: { attribute: false }, audioSource: { attribute: false }, isOver: { type: Boolean }, isAsking: { type: Boolean }, canSend: { attribute: false }, place: {} };
  static override styles = [sharedStyles, css`
    .group { display: flex; flex-wrap: wrap; gap: 0.5rem; }
    button, .station { display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem; white-space: nowrap; }
    select { max-inline-size: 15rem; text-overflow: ellipsis; }
    @media (max-width: 40rem) {
      .group { gap: 0.375rem; }
      button { flex: 1 1 auto; padding: 0 0.5rem; }
      .more { display: none; }
      button.stop { flex: 0 0 auto; padding: 0 1rem; }
      select { flex: 1 1 8rem; max-inline-size: none; }
    }
  `];

  declare streams: readonly StreamInfo[];
  declare audioSource: AudioSource | undefined;
  /** The chosen source has ended. */
  declare isOver: boolean;
  /** The browser is asking for permission to use the microphone. */
  declare isAsking: boolean;
  /** The visitor may send audio; otherwise only streams can be chosen. */
  declare canSend: boolean;
  /** Where microphone and files are classified. */
  declare place: Place;

  override render() {
    const kind = this.isOver ? undefined : this.audioSource?.kind;
    const demo = this.streams.find(({ source }) => source === 'demo');
    const others = this.streams.filter((stream) => stream !== demo);
    const watched = kind === 'station' ? this.audioSource?.streamId : undefined;
    return html`
      <div class="group" role="group" aria-label="Audio source">
        ${demo && html`<button type="button" aria-pressed=${watched === demo.id} @click=${() => this.#fire('station', demo)}>${icon(STATION)}<span>Demo<span class="more"> station</span></span></button>`}
        ${this.canSend ? html`<button type="button" aria-pressed=${kind === 'microphone'} ?disabled=${this.isAsking} @click=${() => this.#fire('microphone')}>${icon(MICROPHONE)}Microphone</button>
        <button type="button" aria-pressed=${kind === 'file'} @click=${() => this.renderRoot.querySelector('input')!.click()}>${icon(NOTE)}File</button>
        <input type="file" accept="audio/*,video/mp4,video/webm,.flac,.opus,.m4a" hidden aria-label="Audio file" @change=${this.#chooseFile}>
        <button type="button" aria-pressed=${this.place === 'device'} title="Microphone and files are classified in this browser; no sound is sent"
          @click=${() => this.#fire('place', this.place === 'device' ? 'server' : 'device')}>${icon(DEVICE)}On<span class="more"> this</span> device</button>` : ''}
        ${others.length > 0 ? html`
          <select aria-label="Other streams of this server" @change=${(event: Event) => this.#choose(event, others)}>
            <option value="" ?selected=${!others.some(({ id }) => id === watched)}>Other streams (${others.length})</option>
            ${others.map(({ id, name }) => html`<option value=${id} ?selected=${id === watched}>${name}</option>`)}
          </select>` : ''}
        ${kind === 'microphone' || kind === 'file' ? html`<button type="button" class="stop" @click=${() => this.#fire('stop')}>Stop</button>` : ''}
      </div>`;
  }

  #choose(event: Event, streams: readonly StreamInfo[]): void {
    const { value } = event.target as HTMLSelectElement;
    const stream = streams.find(({ id }) => id === value);
    if (stream) this.#fire('station', stream);
  }

  #chooseFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ''; // so that choosing the same file again fires a change
    if (file) this.#fire('file', file);
  }

  #fire(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define('source-picker', SourcePicker);
