/** The page of the library: its tracks by genre, searched, sorted and played, one looked into, and what is wrong with which file. */
import { html, LitElement, nothing } from 'lit';
import { CONTENT_NAMES } from './model/audio-content.js';
import { labelName } from './model/format.js';
import { GenrePalette, type GenreColour } from '../../server/drawing/genre-colours.js';
import type { LibraryMapPoints, LibrarySummary, Sort, Track, TrackPage } from '../../server/protocol/library.js';
import { queryOf, sortedBy, type Question } from './model/library.js';
import { TrackRows } from './model/track-rows.js';
import type { Theme } from './model/theme.js';
import { libraryPageStyles } from './library-page-styles.js';
import { pageStyles } from './page-styles.js';
import './parts/genre-counts.js';
import { icon, NOTE } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/library-map.js';
import type { LibraryMap, TitleOf } from './parts/library-map.js';
import './parts/site-header.js';
import './parts/track-detail.js';
import './parts/track-list.js';
import type { TrackList } from './parts/track-list.js';
import './parts/track-player.js';
import type { Site } from './site.js';
import { BASE } from './base.js';
import { TrackAudio } from './sources/track-audio.js';

/** Wait after a key before a search. */
const SEARCH_WAIT_MS = 150;
/** How often the page asks whether a run has added to the library. */
const REFRESH_MS = 10_000;

type View = 'list' | 'map' | 'errors';
const START: Question = { q: '', kind: undefined, beside: undefined, errors: false, sort: 'artist', descending: false };

export class LibraryPage extends LitElement {
  static override properties = { site: { attribute: false }, theme: { state: true }, summary: { state: true }, trouble: { state: true }, question: { state: true }, opened: { state: true }, playing: { state: true }, isMap: { state: true }, points: { state: true }, found: { state: true }, mapTrouble: { state: true }, isWide: { state: true } };
  static override styles = [sharedStyles, pageStyles, libraryPageStyles];

  declare site: Site;
  declare theme: Theme;
  declare summary: LibrarySummary | undefined;
  /** Why the library can't be shown; empty if it can. */
  declare trouble: string;
  declare question: Question;
  /** The track that is looked into. */
  declare opened: Track | undefined;
  /** The track in the player. */
  declare playing: Track | undefined;
  declare isMap: boolean;
  declare points: LibraryMapPoints | undefined;
  /** Ids of what the question finds; undefined for all. */
  declare found: ReadonlySet<number> | undefined;
  /** Why there is no map; empty if there is. */
  declare mapTrouble: string;
  declare isWide: boolean;
  #search: AbortController | undefined;
  readonly #titles = new Map<number, string>();
  readonly #titleOf: TitleOf = async (id) => {
    const known = this.#titles.get(id);
    if (known !== undefined) return known;
    const { title, artist } = await this.#ask(`v1/tracks/${id}`, this.#page!.signal) as Track;
    const words = [title, artist].filter(Boolean).join(' · ');
    this.#titles.set(id, words);
    return words;
  };
  #rows: TrackRows | undefined;
  #version = 0;
  #page: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #audio: TrackAudio | undefined;
  readonly #palette = new GenrePalette();
  readonly #ask = (path: string, signal: AbortSignal): Promise<unknown> => this.site.visitor.request(path, { signal });

  constructor() {
    super();
    this.theme = 'light';
    this.trouble = this.mapTrouble = '';
    this.question = START;
    this.isMap = this.isWide = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Library · livegenre';
    this.#page = new AbortController();
    const { signal } = this.#page;
    const wide = matchMedia('(min-width: 64rem)');
    const measure = (): void => { this.isWide = wide.matches; };
    wide.addEventListener('change', measure, { signal });
    measure();
    signal.addEventListener('abort', this.site.visitor.on('change', () => this.requestUpdate()));
    const timer = setInterval(() => { if (!document.hidden) void this.#refresh(); }, REFRESH_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    const { visitor } = this.site;
    this.#audio = new TrackAudio({
      address: (id) => new URL(`v1/tracks/${id}/audio`, BASE).href,
      fetch: () => (visitor.hasToken ? (id, ended) => visitor.fetch(`v1/tracks/${id}/audio`, ended) : undefined),
      onChange: () => this.#changed(),
    });
    void this.#refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#page?.abort();
    this.#rows?.end();
    this.#search?.abort();
    this.#audio?.end();
    clearTimeout(this.#typing);
  }

  override render() {
    const { site, summary } = this;
    const isKnown = site.visitor.hasLibrary;
    return html`
      <site-header .site=${site} page="library" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <main class=${this.playing ? 'playing' : ''}>
        <div class="head"><h1 tabindex="-1">Library</h1>${summary ? html`<p>${summaryWords(summary)}</p>` : nothing}</div>
        ${!isKnown ? this.#none() : this.trouble !== '' && !summary ? this.#failed(this.trouble, () => this.#refresh()) : !summary ? html`<p class="state" role="status">Loading the library …</p>`
          : summary.tracks === 0 ? this.#empty() : this.#library(summary)}
      </main>
      <footer></footer>`;
  }

  #none() {
    return html`
      <div class="zone">${icon(NOTE)}
        <p>This server has no library</p>
        <p>Sort a folder of music once, which also finds what is alike: <code>npx livegenre library MUSIC</code></p>
        <p>Then start the server with it: <code>npx livegenre serve --library MUSIC</code></p>
      </div>`;
  }

  #empty() {
    return html`
      <div class="zone">${icon(NOTE)}
        <p>Nothing was heard yet</p>
        <p>Tracks come as <code>npx livegenre library MUSIC</code> hears them; this page follows.</p>
      </div>`;
  }

  #failed(trouble: string, again: () => void) {
    return html`<div class="state" role="alert"><p>${trouble}</p><button type="button" @click=${again}>Try again</button></div>`;
  }

  #library(summary: LibrarySummary) {
    const { question, opened, playing } = this;
    const colours = this.#palette.of(summary.model?.labels ?? [], this.theme);
    const view: View = question.errors ? 'errors' : this.isMap ? 'map' : 'list';
    const views: readonly (readonly [View, string])[] = [['list', 'Tracks'], ['map', 'Map'], ['errors', `Errors (${summary.errors.toLocaleString('en')})`]];
    return html`
      <div class="tools">
        <input type="search" aria-label="Search" placeholder="Search title, artist, album, path" maxlength="200" @input=${this.#typed}>
        ${summary.tags.length === 0 && summary.moods.length === 0 ? nothing : this.#besides(summary)}
        <div class="views" role="group" aria-label="View">${views.map(([each, name]) => html`<button type="button" aria-pressed=${each === view} @click=${() => this.#show(each)}>${name}</button>`)}</div>
      </div>
      <div class=${opened ? 'body open' : 'body'}>
        ${view === 'errors' && !this.isWide ? nothing : html`
          <section class="genres" aria-label="Genres">
            <details aria-label="Genres" ?open=${this.isWide}>
              <summary>${question.kind ? `Only ${kindWords(question.kind)}` : 'By genre'}</summary>
              <genre-counts .summary=${summary} .kind=${question.kind} .colours=${colours} @kind=${(event: CustomEvent<Question['kind']>) => this.#put({ ...this.question, kind: event.detail, errors: false })}></genre-counts>
            </details>
          </section>`}
        ${view === 'map' ? this.#map(colours) : this.#tracks(colours)}
        ${opened ? html`
          <section class="one" aria-label="Track" @keydown=${this.#keyInDetail}>
            <track-detail .track=${opened} .ask=${this.#ask} .colours=${colours} .playingId=${this.#audio?.isPlaying ? this.#audio.id : -1} .canPlay=${this.site.visitor.canSend} .isOnMap=${opened.genre !== null}
              @map=${() => void this.#showOnMap(opened)} @close=${() => this.#close()} @open=${(event: CustomEvent<Track>) => this.#open(event.detail)} @play=${(event: CustomEvent<Track>) => this.#play(event.detail)}></track-detail>
          </section>` : nothing}
      </div>
      ${playing && this.#audio ? html`
        <track-player .audio=${this.#audio} .track=${playing} .version=${this.#version} @open=${(event: CustomEvent<Track>) => this.#open(event.detail)} @close=${() => this.#stop()}></track-player>` : nothing}`;
  }

  /** A select: there may be dozens of tags. */
  #besides({ tags, moods }: LibrarySummary) {
    const chosen = JSON.stringify(this.question.beside);
    const option = (beside: NonNullable<Question['beside']>, words: string) => html`<option value=${JSON.stringify(beside)} ?selected=${JSON.stringify(beside) === chosen}>${words}</option>`;
    return html`
      <select aria-label="Mood or sound" @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${chosen === undefined}>Any mood and sound</option>
        ${moods.length === 0 ? nothing : html`<optgroup label="Mood">${moods.map((mood) => option({ mood }, labelName(mood)))}</optgroup>`}
        ${tags.length === 0 ? nothing : html`<optgroup label="Heard in it">${tags.map(({ tag, tracks }) => option({ tags: tag }, `${labelName(tag)} (${tracks.toLocaleString('en')})`))}</optgroup>`}
      </select>`;
  }

  #choose(value: string): void {
    this.#put({ ...this.question, beside: value === '' ? undefined : JSON.parse(value) as Question['beside'] });
  }

  #map(colours: ReadonlyMap<string, GenreColour>) {
    const { points, mapTrouble } = this;
    return html`
      <section class="tracks map" aria-label="Map">
        <p class="found" role="status">${points && points.ids.length > 0 ? `${points.ids.length.toLocaleString('en')} tracks by likeness${this.found ? `, ${points.ids.filter((id) => this.found!.has(id)).length.toLocaleString('en')} of them found` : ''}` : ''}</p>
        ${mapTrouble !== '' ? this.#failed(mapTrouble, () => void this.#loadMap())
          : !points ? html`<p class="state" role="status">Loading the map …</p>`
            : points.ids.length === 0 ? html`<p class="state">The map is laid out at the end of the next <code>npx livegenre library MUSIC</code></p>`
              : html`<library-map .points=${points} .found=${this.found} .colours=${colours} .openId=${this.opened?.id ?? -1} .titleOf=${this.#titleOf} @open=${(event: CustomEvent<number>) => void this.#openById(event.detail)}></library-map>`}
      </section>`;
  }

  #tracks(colours: ReadonlyMap<string, GenreColour>) {
    const { question } = this;
    const rows = this.#rows!;
    const { total } = rows;
    return html`
      <section class="tracks" aria-label=${question.errors ? 'Errors' : 'Tracks'}>
        <p class="found" role="status">${total === undefined ? 'Searching …' : foundWords(total, question)}${rows.trouble !== '' && total !== undefined ? html` ${rows.trouble} <button type="button" @click=${() => rows.retry()}>Try again</button>` : nothing}</p>
        ${total === undefined && rows.trouble !== '' ? this.#failed(rows.trouble, () => rows.retry())
          : total === 0 ? html`<p class="state">${question.errors && question.q === '' ? 'No file has an error.' : 'Nothing fits.'}${question.q !== '' || question.kind || question.beside ? html`<button type="button" @click=${() => this.#clear()}>Show all</button>` : nothing}</p>`
            : html`<track-list .rows=${rows} .listKey=${JSON.stringify(question)} .version=${this.#version} .sort=${question.sort} .descending=${question.descending} .isOfErrors=${question.errors} .colours=${colours}
                .openId=${this.opened?.id ?? -1} .playingId=${this.#audio?.isPlaying ? this.#audio.id : -1} .canPlay=${this.site.visitor.canSend}
                @sort=${(event: CustomEvent<Sort>) => this.#put(sortedBy(this.question, event.detail))} @open=${(event: CustomEvent<Track>) => this.#open(event.detail)} @play=${(event: CustomEvent<Track>) => this.#play(event.detail)}></track-list>`}
      </section>`;
  }

  /** Asks what there is; a library that was read anew is listed anew, where the visitor is in it. */
  async #refresh(): Promise<void> {
    if (!this.site.visitor.hasLibrary) return;
    try {
      const summary = await this.#ask('v1/library', this.#page!.signal) as LibrarySummary;
      const isNew = summary.revision !== this.summary?.revision;
      this.trouble = '';
      this.summary = summary;
      if (isNew || !this.#rows) this.#put(this.question);
      if (isNew && this.isMap) await this.#loadMap();
    } catch (error) {
      if (!this.#page!.signal.aborted) this.trouble = (error as Error).message;
    }
  }

  #put(question: Question): void {
    this.question = question;
    this.#rows?.end();
    const query = queryOf(question);
    this.#rows = new TrackRows({
      fetch: async (offset, limit, signal) => await this.#ask(`v1/tracks?${query}&offset=${offset}&limit=${limit}`, signal) as TrackPage,
      onChange: () => this.#changed(),
    });
    if (this.isMap) void this.#find();
    this.requestUpdate();
  }

  async #loadMap(): Promise<void> {
    this.mapTrouble = '';
    try {
      if (this.points?.revision !== this.summary?.revision) this.points = await this.#ask('v1/library/map', this.#page!.signal) as LibraryMapPoints;
      await this.#find();
    } catch (error) {
      if (!this.#page!.signal.aborted) this.mapTrouble = (error as Error).message;
    }
  }

  /** Finds the points that the map does not dim. */
  async #find(): Promise<void> {
    this.#search?.abort();
    const { signal } = this.#search = new AbortController();
    const { q, kind, beside } = this.question;
    if (q.trim() === '' && !kind && !beside) {
      this.found = undefined;
      return;
    }
    const query = queryOf(this.question);
    query.delete('sort');
    query.delete('descending');
    try {
      const { ids } = await this.#ask(`v1/library/found?${query}`, signal) as { ids: readonly number[] };
      if (!signal.aborted) this.found = new Set(ids);
    } catch (error) {
      if (!signal.aborted) this.mapTrouble = (error as Error).message;
    }
  }

  async #showOnMap(track: Track): Promise<void> {
    this.#show('map');
    await this.#loadMap();
    await this.updateComplete;
    const map = this.renderRoot.querySelector<LibraryMap>('library-map');
    await map?.updateComplete;
    map?.show(track.id);
    if (!this.isWide) this.opened = undefined;
  }

  async #openById(id: number): Promise<void> {
    try {
      this.opened = await this.#ask(`v1/tracks/${id}`, this.#page!.signal) as Track;
    } catch (error) {
      if (!this.#page!.signal.aborted) this.mapTrouble = (error as Error).message;
    }
  }

  #changed(): void {
    this.#version++;
    this.requestUpdate();
  }

  #show(view: View): void {
    const errors = view === 'errors';
    const wasMap = this.isMap;
    this.isMap = view === 'map';
    if (this.isMap && !wasMap) void this.#loadMap();
    if (errors === this.question.errors) return;
    this.#put({ ...this.question, errors, ...(errors ? { kind: undefined, beside: undefined, sort: 'error', descending: false } : { sort: START.sort, descending: false }) });
  }

  #typed(event: Event): void {
    const q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#put({ ...this.question, q }), SEARCH_WAIT_MS);
  }

  #clear(): void {
    this.renderRoot.querySelector<HTMLInputElement>('input[type=search]')!.value = '';
    this.#put({ ...this.question, q: '', kind: undefined, beside: undefined });
  }

  #open(track: Track): void {
    this.opened = track;
  }

  #close(): void {
    this.opened = undefined;
    void this.updateComplete.then(() => this.renderRoot.querySelector<TrackList>('track-list')?.focusRows());
  }

  #keyInDetail(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#close();
  }

  #play(track: Track): void {
    this.playing = track;
    this.#audio?.toggle(track.id);
  }

  #stop(): void {
    if (this.#audio?.isPlaying) this.#audio.toggle(this.#audio.id);
    this.playing = undefined;
  }
}

function kindWords(kind: NonNullable<Question['kind']>): string {
  return 'genre' in kind ? labelName(kind.genre) : CONTENT_NAMES[kind.state];
}

function foundWords(total: number, { kind, beside, errors, q }: Question): string {
  const noun = errors ? (total === 1 ? 'file with an error' : 'files with an error') : total === 1 ? 'track' : 'tracks';
  return `${total.toLocaleString('en')} ${noun}${kind ? ` of ${kindWords(kind)}` : ''}${beside ? `, ${labelName('mood' in beside ? beside.mood : beside.tags)}` : ''}${q.trim() === '' ? '' : ` with “${q.trim()}”`}`;
}

/** `5,000 tracks, 340 hours · genre-v1 1.2.0 · still being heard` */
function summaryWords({ tracks, durationMs, model, isWhole }: LibrarySummary): string {
  const minutes = Math.round(durationMs / 60_000);
  const length = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60).toLocaleString('en')} hours`;
  return [`${tracks.toLocaleString('en')} ${tracks === 1 ? 'track' : 'tracks'}, ${length}`, ...(model ? [`${model.name} ${model.version}`] : []), ...(isWhole ? [] : ['not all files are heard yet'])].join(' · ');
}

customElements.define('library-page', LibraryPage);
