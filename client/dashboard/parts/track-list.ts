/**
 * The tracks of a library as a list of any length: only the rows in view are in the document, so that 50,000
 * scroll as smoothly as 50.
 */
import { css, html, LitElement, nothing } from 'lit';
import { CONTENT_NAMES } from '../model/audio-content.js';
import { clockTime, labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { ListedTrack, Sort } from '../../../server/protocol/library.js';
import { rowStep, rowWindow, scrolledTo, type RowWindow } from '../model/row-window.js';
import type { TrackRows } from '../model/track-rows.js';
import { icon, PAUSE, PLAY } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** Height of a row, rem; on a narrow page a row has two lines. */
const ROW_REM = 2.5;
const NARROW_ROW_REM = 3.25;

interface Column {
  readonly sort: Sort;
  readonly name: string;
}
const TRACK_COLUMNS: readonly Column[] = [{ sort: 'title', name: 'Title' }, { sort: 'artist', name: 'Artist' }, { sort: 'album', name: 'Album' }, { sort: 'genre', name: 'Genre' }, { sort: 'p', name: 'Sure' }, { sort: 'durationMs', name: 'Length' }];
const ERROR_COLUMNS: readonly Column[] = [{ sort: 'path', name: 'File' }, { sort: 'error', name: 'What is wrong' }];

/** Fires `sort` (detail: Sort), `open` and `play` (detail: Track). */
export class TrackList extends LitElement {
  /** `version` changes when rows have come. */
  static override properties = {
    rows: { attribute: false }, listKey: {}, version: { type: Number }, sort: {}, descending: { type: Boolean }, isOfErrors: { type: Boolean }, colours: { attribute: false },
    openId: { type: Number }, playingId: { type: Number }, canPlay: { type: Boolean }, at: { state: true }, window: { state: true },
  };
  static override styles = [sharedStyles, css`
    :host { display: grid; min-block-size: 0; container-type: inline-size; }
    .scroll { overflow: auto; overscroll-behavior: contain; block-size: 100%; border-radius: 0.5rem; contain: strict; }
    .row { display: grid; grid-template-columns: 2.25rem minmax(0, 5fr) minmax(0, 3fr) minmax(0, 3fr) 8rem 4rem 4.5rem; align-items: center; column-gap: 0.75rem; block-size: ${ROW_REM}rem; padding-inline-end: 0.75rem; }
    .errors .row { grid-template-columns: 2.25rem minmax(0, 5fr) minmax(0, 6fr); }
    .head { position: sticky; inset-block-start: 0; z-index: 1; background: var(--surface); border-block-end: 1px solid var(--line); }
    .head button { all: unset; cursor: pointer; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); inline-size: 100%; border-radius: 0.25rem; white-space: nowrap; }
    .head button:hover, .head [aria-sort] button { color: var(--ink); }
    .head button:focus-visible { outline: 2px solid var(--accent); }
    .number { text-align: end; }
    .space { position: relative; }
    .rows { position: absolute; inset-inline: 0; inset-block-start: 0; will-change: transform; }
    .rows .row { cursor: pointer; border-block-end: 1px solid var(--line); }
    .rows .row:hover { background: var(--sunken); }
    .rows .row.at { box-shadow: inset 3px 0 0 var(--control); }
    .rows .row[aria-selected='true'] { background: var(--sunken); box-shadow: inset 3px 0 0 var(--accent); }
    .scroll:focus-visible .row.at { outline: 2px solid var(--accent); outline-offset: -2px; }
    .cell { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .quiet { color: var(--quiet); }
    .title { font-weight: 560; }
    .under { display: none; }
    .genre { display: flex; align-items: center; gap: 0.5rem; }
    .dot { flex: none; inline-size: 0.625rem; block-size: 0.625rem; border-radius: 0.1875rem; background: var(--colour, transparent); }
    .play { all: unset; display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; color: var(--quiet); cursor: pointer; border-radius: 0.5rem; }
    .play:hover, .playing .play { color: var(--accent); }
    .blank { block-size: 0.625rem; border-radius: 0.3125rem; background: var(--sunken); }
    @container (max-width: 44rem) {
      .row { block-size: ${NARROW_ROW_REM}rem; grid-template-columns: 2rem minmax(0, 1fr) auto 3rem; }
      .head { display: flex; gap: 1rem; padding-inline: 0.5rem; block-size: 2.5rem; overflow-x: auto; }
      .errors .rows .row { grid-template-columns: 2rem minmax(0, 1fr); align-content: center; }
      .errors .rows .row > :first-child { grid-row: 1 / 3; }
      .errors .rows .row .cell:last-child { grid-column: 2; }
      .tracks .wide { display: none; }
      .under { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--quiet); overflow: hidden; text-overflow: ellipsis; }
    }
    @media (forced-colors: active) { .rows .row[aria-selected='true'] { outline: 2px solid Highlight; } .dot { forced-color-adjust: none; } }
  `];

  declare rows: TrackRows;
  /** Another key is another list, which begins at its first row; the same rows read anew stay where they are. */
  declare listKey: string;
  declare version: number;
  declare sort: Sort;
  declare descending: boolean;
  declare isOfErrors: boolean;
  declare colours: ReadonlyMap<string, GenreColour>;
  declare openId: number;
  declare playingId: number;
  declare canPlay: boolean;
  /** The row that the keyboard is at; -1 for none. */
  declare at: number;
  declare window: RowWindow;
  #rowPx = 40;
  #sizes: ResizeObserver | undefined;

  constructor() {
    super();
    this.version = 0;
    this.sort = 'path';
    this.descending = this.isOfErrors = this.canPlay = false;
    this.colours = new Map();
    this.openId = this.playingId = this.at = -1;
    this.window = { from: 0, to: 0 };
  }

  override firstUpdated(): void {
    const scroll = this.#scroll;
    this.#sizes = new ResizeObserver(() => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.#rowPx = rem * (scroll.clientWidth <= 44 * rem ? NARROW_ROW_REM : ROW_REM);
      this.requestUpdate();
      this.#look();
    });
    this.#sizes.observe(scroll);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('listKey')) return;
    this.at = -1;
    if (this.hasUpdated) this.#scroll.scrollTop = 0;
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('rows') || changed.has('version')) this.#look();
  }

  override render() {
    const { rows, isOfErrors, at } = this;
    const total = rows.total ?? 0;
    const columns = isOfErrors ? ERROR_COLUMNS : TRACK_COLUMNS;
    const { from, to } = { from: Math.min(this.window.from, total), to: Math.min(this.window.to, total) };
    return html`
      <div class=${`scroll ${isOfErrors ? 'errors' : 'tracks'}`} role="grid" tabindex="0" aria-label=${isOfErrors ? 'Files with an error' : 'Tracks'} aria-rowcount=${total + 1} aria-colcount=${columns.length + 1}
        aria-activedescendant=${at >= from && at < to ? `row-${at}` : nothing} aria-description="Arrows choose a track, Enter opens it, Space plays it"
        @scroll=${() => this.#look()} @keydown=${this.#key} @click=${this.#click} @dblclick=${this.#doubleClick}>
        <div class="row head" role="row" aria-rowindex="1">
          <span role="columnheader" class="wide"><span class="visually-hidden">Play</span></span>
          ${columns.map(({ sort, name }) => html`<span role="columnheader" class=${sort === 'p' || sort === 'durationMs' ? 'number' : ''} aria-sort=${this.sort === sort ? (this.descending ? 'descending' : 'ascending') : nothing}>
            <button type="button" @click=${() => this.#tell('sort', sort)}>${name}${this.sort === sort ? (this.descending ? ' ↓' : ' ↑') : ''}</button></span>`)}
        </div>
        <div class="space" role="presentation" .style=${`block-size: ${total * this.#rowPx}px`}>
          <div class="rows" role="presentation" .style=${`transform: translateY(${from * this.#rowPx}px)`}>${Array.from({ length: to - from }, (_, index) => this.#row(from + index))}</div>
        </div>
      </div>`;
  }

  #row(index: number) {
    const track = this.rows.at(index);
    if (!track) return html`<div class="row" role="row" id=${`row-${index}`} aria-rowindex=${index + 2} aria-busy="true"><span role="gridcell"></span><span role="gridcell" class="blank"></span></div>`;
    const isPlaying = track.id === this.playingId;
    const words = `row${index === this.at ? ' at' : ''}${isPlaying ? ' playing' : ''}`;
    return html`
      <div class=${words} role="row" id=${`row-${index}`} data-index=${index} aria-rowindex=${index + 2} aria-selected=${track.id === this.openId}>
        <span role="gridcell">${this.canPlay && !this.isOfErrors ? html`<button type="button" class="play" tabindex="-1" aria-label=${`${isPlaying ? 'Pause' : 'Play'} ${track.title}`}>${icon(isPlaying ? PAUSE : PLAY)}</button>` : nothing}</span>
        ${this.isOfErrors ? html`
          <span role="gridcell" class="cell title" title=${track.path}>${track.path}</span>
          <span role="gridcell" class="cell quiet" title=${track.error ?? ''}>${track.error}</span>` : html`
          <span role="gridcell" class="cell title" title=${track.path}>${track.title}<span class="under">${[track.artist, track.album].filter(Boolean).join(' · ') || track.path}</span></span>
          <span role="gridcell" class="cell quiet wide">${track.artist}</span>
          <span role="gridcell" class="cell quiet wide">${track.album}</span>
          <span role="gridcell" class="genre"><span class="dot" .style=${`--colour: ${this.colours.get(track.genre ?? '')?.strong ?? 'transparent'}`}></span><span class=${track.genre === null ? 'cell quiet' : 'cell'}>${kindName(track)}</span></span>
          <span role="gridcell" class="number quiet wide">${track.genre === null ? '' : `${percent(track.p)} %`}</span>
          <span role="gridcell" class="number quiet">${clockTime(track.durationMs)}</span>`}
      </div>`;
  }

  focusRows(): void {
    this.#scroll.focus({ preventScroll: true });
  }

  get #scroll(): HTMLElement {
    return this.renderRoot.querySelector('.scroll')!;
  }

  /** What is seen of the rows, without the heading. */
  get #viewPx(): number {
    return this.#scroll.clientHeight - this.renderRoot.querySelector<HTMLElement>('.head')!.offsetHeight;
  }

  #look(): void {
    const { from, to } = rowWindow(this.#scroll.scrollTop, this.#viewPx, this.#rowPx, this.rows.total ?? Infinity);
    this.rows.want(from, to);
    if (from !== this.window.from || to !== this.window.to) this.window = { from, to };
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#scroll || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = rowStep(event.key, this.at, this.rows.total ?? 0, Math.floor(this.#viewPx / this.#rowPx));
    const track = this.rows.at(this.at);
    if (next !== undefined) {
      this.at = next;
      this.#scroll.scrollTop = scrolledTo(next, this.#scroll.scrollTop, this.#viewPx, this.#rowPx);
    } else if (event.key === 'Enter' && track) this.#tell('open', track);
    else if (event.key === ' ' && track && this.canPlay) this.#tell('play', track);
    else return;
    event.preventDefault();
  }

  #trackOf(event: Event): ListedTrack | undefined {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.rows .row');
    const index = Number(row?.dataset['index'] ?? -1);
    if (index >= 0) this.at = index;
    return this.rows.at(index);
  }

  #click(event: MouseEvent): void {
    const track = this.#trackOf(event);
    if (track) this.#tell((event.target as HTMLElement).closest('.play') ? 'play' : 'open', track);
  }

  #doubleClick(event: MouseEvent): void {
    const track = this.#trackOf(event);
    if (track && this.canPlay && !(event.target as HTMLElement).closest('.play')) this.#tell('play', track);
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** The genre of a track, else what it is. */
export function kindName({ genre, state, error }: Pick<ListedTrack, 'genre' | 'state' | 'error'>): string {
  if (genre !== null) return labelName(genre);
  return error === null ? CONTENT_NAMES[state] : 'Error';
}

customElements.define('track-list', TrackList);
