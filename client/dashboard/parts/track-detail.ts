/** One track of the library: what was heard in it, by which model, what is wrong with it, and what is like it. */
import { css, html, LitElement, nothing } from 'lit';
import type { Prediction } from '../../../server/protocol/messages.js';
import { ApiError } from '../api.js';
import { CONTENT_NAMES } from '../model/audio-content.js';
import { clockTime, labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { SimilarTrack, Track, TrackDetail as Detail } from '../../../server/protocol/library.js';
import './genre-bars.js';
import { icon, PAUSE, PLAY } from './icons.js';
import { moodWords } from '../model/tag-words.js';
import { sharedStyles } from './shared-styles.js';
import { kindName } from './track-list.js';

/** Number of tracks that are alike. */
const SIMILAR = 12;

/** Asks the server. @throws Error with a sentence for the visitor */
export type Ask = (path: string, signal: AbortSignal) => Promise<unknown>;

/** Fires `close`, `play`, `open` and `map` (detail: Track). */
export class TrackDetail extends LitElement {
  static override properties = {
    track: { attribute: false }, ask: { attribute: false }, colours: { attribute: false }, playingId: { type: Number }, canPlay: { type: Boolean }, isOnMap: { type: Boolean },
    detail: { state: true }, similar: { state: true }, trouble: { state: true }, none: { state: true },
  };
  static override styles = [sharedStyles, css`
    :host { display: grid; gap: 1rem; align-content: start; }
    .head { display: flex; align-items: start; gap: 0.75rem; }
    .head > div { flex: 1; min-inline-size: 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.125rem; font-weight: 650; letter-spacing: -0.01em; color: var(--ink); }
    h3 { margin: 0 0 0.375rem; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
    .quiet, dd { color: var(--quiet); }
    .path { font-size: 0.8125rem; color: var(--quiet); }
    .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; }
    .actions button { display: flex; align-items: center; gap: 0.375rem; }
    .wrong { padding: 0.625rem 0.875rem; border: 1px solid var(--bad); border-radius: 0.625rem; background: var(--bad-surface); overflow-wrap: anywhere; }
    .note { padding: 0.625rem 0.875rem; border: 1px solid var(--warn); border-radius: 0.625rem; }
    .strip { display: flex; block-size: 0.75rem; border-radius: 0.375rem; overflow: hidden; background: var(--sunken); }
    .strip span { min-inline-size: 1px; flex: var(--length) 0 0; background: var(--colour); }
    dl { display: grid; grid-template-columns: auto 1fr; gap: 0.125rem 0.75rem; margin: 0; font-size: 0.8125rem; }
    dd { margin: 0; }
    .similar li { display: flex; gap: 0.25rem; }
    .similar .one { all: unset; flex: 1; min-inline-size: 0; cursor: pointer; display: grid; grid-template-columns: 0.625rem minmax(0, 1fr) auto; align-items: center; gap: 0.625rem; padding: 0.3125rem 0.375rem; border-radius: 0.5rem; }
    .similar .one:hover { background: var(--sunken); }
    .similar .one:focus-visible { outline: 2px solid var(--accent); }
    .similar .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .similar .play { min-block-size: 0; padding: 0 0.5rem; border-color: transparent; background: none; color: var(--quiet); display: grid; place-items: center; }
    .dot { inline-size: 0.625rem; block-size: 0.625rem; border-radius: 0.1875rem; background: var(--colour, var(--control)); }
  `];

  declare track: Track;
  declare ask: Ask;
  declare colours: ReadonlyMap<string, GenreColour>;
  declare playingId: number;
  declare canPlay: boolean;
  /** Whether the map shows it. */
  declare isOnMap: boolean;
  declare detail: Detail | undefined;
  declare similar: readonly SimilarTrack[] | undefined;
  /** Why nothing is known of it; empty if something is. */
  declare trouble: string;
  /** Why nothing is like it; empty if something is. */
  declare none: string;
  #request: AbortController | undefined;

  constructor() {
    super();
    this.colours = new Map();
    this.playingId = -1;
    this.canPlay = this.isOnMap = false;
    this.trouble = this.none = '';
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('track') || (changed.get('track') as Track | undefined)?.id === this.track.id) return;
    this.detail = this.similar = undefined;
    this.trouble = this.none = '';
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request?.abort();
  }

  override render() {
    const { track, detail } = this;
    const isPlaying = track.id === this.playingId;
    return html`
      <div class="head">
        <div>
          <h2 tabindex="-1">${track.title}</h2>
          <p class="quiet">${[track.artist, track.album].filter(Boolean).join(' · ')}</p>
          <p class="path">${track.path}</p>
        </div>
        <button type="button" aria-label="Close" title="Close" @click=${() => this.#tell('close')}>✕</button>
      </div>
      ${detail?.error ? html`<p class="wrong">The file ${detail.error}.</p>` : nothing}
      ${detail?.note ? html`<p class="note">The file ${detail.note}.</p>` : nothing}
      <div class="actions">
        ${this.canPlay ? html`<button type="button" @click=${() => this.#tell('play')}>${icon(isPlaying ? PAUSE : PLAY)}${isPlaying ? 'Pause' : 'Play'}</button>` : nothing}
        ${this.isOnMap ? html`<button type="button" @click=${() => this.#tell('map')}>Show on the map</button>` : nothing}
      </div>
      ${this.trouble === '' ? nothing : html`<p class="wrong" role="alert">${this.trouble} <button type="button" @click=${() => this.#load()}>Try again</button></p>`}
      ${detail ? this.#heard(detail) : this.trouble === '' ? html`<p class="quiet" role="status">Loading …</p>` : nothing}
      ${track.genre === null ? nothing : html`
        <div class="similar">
          <h3>More like this</h3>
          ${this.similar ? this.#alike(this.similar) : html`<p class="quiet" role="status">${this.none || 'Searching …'}</p>`}
        </div>`}`;
  }

  #heard({ top, segments, genre, p, tags, mood, state, error, durationMs, model, isQuick }: Detail) {
    const pairs = top.map(({ genre: label, p: each }): [string, number] => [label, each]);
    return html`
      ${pairs.length === 0 ? nothing : html`<genre-bars .prediction=${{ genre, top: pairs } as unknown as Prediction} .labels=${pairs.map(([label]) => label)} .colours=${this.colours}></genre-bars>`}
      ${segments.length === 0 ? nothing : html`
        <div>
          <h3>Over its ${clockTime(durationMs)}</h3>
          <div class="strip" role="img" aria-label=${segments.slice(0, 12).map((each) => `${each.genre === null ? CONTENT_NAMES[each.state] : labelName(each.genre)} from ${clockTime(each.fromMs)}`).join(', ')}>
            ${segments.map((each) => html`<span title=${`${each.genre === null ? CONTENT_NAMES[each.state] : labelName(each.genre)}, ${clockTime(each.fromMs)} to ${clockTime(each.toMs)}`} .style=${`--length: ${each.toMs - each.fromMs}; --colour: ${this.colours.get(each.genre ?? '')?.strong ?? 'transparent'}`}></span>`)}
          </div>
        </div>`}
      <dl>
        <dt>Heard as</dt><dd>${genre === null ? kindName({ genre, state, error }) : `${labelName(genre)}, ${percent(p)} % sure`}</dd>
        ${tags && tags.length > 0 ? html`<dt>Also</dt><dd>${tags.map(([name]) => name).join(', ')}</dd>` : nothing}
        ${mood ? html`<dt>Mood</dt><dd title="Derived from its tags">${moodWords(mood)}</dd>` : nothing}
        <dt>Length</dt><dd>${clockTime(durationMs)}${isQuick ? ', three stretches heard' : ''}</dd>
        <dt>Model</dt><dd>${model.name} ${model.version}</dd>
      </dl>`;
  }

  #alike(similar: readonly SimilarTrack[]) {
    if (similar.length === 0) return html`<p class="quiet">Nothing else in the library.</p>`;
    return html`
      <ol aria-label="Tracks like this">${similar.map((track) => html`
        <li>
          <button type="button" class="one" @click=${() => this.#tell('open', track)}>
            <span class="dot" aria-hidden="true" .style=${`--colour: ${this.colours.get(track.genre ?? '')?.strong ?? 'var(--control)'}`}></span>
            <span class="name">${track.title}${track.artist ? html` <span class="quiet">${track.artist}</span>` : nothing}</span>
            <span class="quiet" title="Similarity: 0.5 for nothing in common, 1 for the same music">${track.similarity.toFixed(2)}</span>
          </button>
          ${this.canPlay ? html`<button type="button" class="play" aria-label=${`${track.id === this.playingId ? 'Pause' : 'Play'} ${track.title}`} @click=${() => this.#tell('play', track)}>${icon(track.id === this.playingId ? PAUSE : PLAY)}</button>` : nothing}
        </li>`)}
      </ol>`;
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    const { signal } = this.#request = new AbortController();
    const { id, genre } = this.track;
    this.trouble = this.none = '';
    const alike = genre === null ? undefined : this.ask(`v1/tracks/${id}/similar?n=${SIMILAR}`, signal);
    alike?.then((answer) => {
      if (!signal.aborted) this.similar = (answer as { similar: readonly SimilarTrack[] }).similar;
    }, (error: unknown) => {
      if (signal.aborted) return;
      this.none = error instanceof ApiError && error.status === 404 ? 'It was heard by a model that does not compare music.' : (error as Error).message;
    });
    try {
      const detail = await this.ask(`v1/tracks/${id}`, signal) as Detail;
      if (!signal.aborted) this.detail = detail;
    } catch (error) {
      if (!signal.aborted) this.trouble = (error as Error).message;
    }
  }

  #tell(type: string, track: Track = this.track): void {
    this.dispatchEvent(new CustomEvent(type, { detail: track }));
  }
}

customElements.define('track-detail', TrackDetail);
