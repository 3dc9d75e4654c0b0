/** Page that tunes in by what is playing: pick a genre or a mood, and it plays stations that play it now. */
import { html, LitElement, nothing } from 'lit';
import type { ModelInfo, StationGlance } from '../../server/protocol/messages.js';
import { Dial, DIAL_DEFAULTS, type Hop } from '../../server/tune/dial.js';
import { fitOf, type Wish } from '../../server/tune/wish.js';
import { StationsViewer, type ConnectionState } from '../sdk/index.js';
import { stationPath, type StationInfo } from './api.js';
import { BASE } from './base.js';
import { CONTENT_NAMES } from './model/audio-content.js';
import { labelName, percent } from './model/format.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import { timeOfDay } from './model/station-words.js';
import type { Theme } from './model/theme.js';
import { historyCsv, historyM3u, REASONS, TuneHistory } from './model/tune-history.js';
import { wishFor, WISH_MOODS } from './model/wish-words.js';
import { pageStyles } from './page-styles.js';
import { icon, NOTE, PAUSE, PLAY } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import type { Site } from './site.js';
import { tunePageStyles } from './tune-page-styles.js';
import { soundAddresses, TunedSound, type TunedState } from './tuned-sound.js';

/** Choices of how long something else may last, s. */
const LEAVE_S = [5, 12, 30, 120] as const;
const SHOWN_ROWS = 20;
const SHOWN_OTHERS = 8;

export class TunePage extends LitElement {
  static override properties = { site: { attribute: false }, stations: { state: true }, connection: { state: true }, labels: { state: true }, theme: { state: true }, word: { state: true }, sound: { state: true }, address: { state: true }, leaveS: { state: true }, volume: { state: true } };
  static override styles = [sharedStyles, pageStyles, tunePageStyles];

  declare site: Site;
  /** Undefined until loaded. */
  declare stations: readonly StationGlance[] | undefined;
  declare connection: ConnectionState;
  declare labels: readonly string[];
  declare theme: Theme;
  /** The genre or mood; empty before one is chosen. */
  declare word: string;
  declare sound: TunedState;
  /** What plays, to say whether it comes from the station itself. */
  declare address: string;
  declare leaveS: number;
  declare volume: number;
  readonly #history = new TuneHistory();
  readonly #palette = new GenrePalette();
  readonly #player = new TunedSound((state, address) => this.#onSound(state, address));
  #viewer: StationsViewer | undefined;
  #stops: (() => void)[] = [];
  #dial: Dial | undefined;
  #lastHop: Hop | undefined;
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor() {
    super();
    this.connection = 'connecting';
    this.labels = [];
    this.theme = 'light';
    this.word = '';
    this.sound = 'off';
    this.address = '';
    this.leaveS = DIAL_DEFAULTS.speechMs / 1000;
    this.volume = 1;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Tune in · livegenre';
    const viewer = this.#viewer = new StationsViewer({ ...this.site.server, connectAttempts: Infinity });
    this.#stops = [
      viewer.on('stations', ({ stations, model }) => {
        this.stations = stations;
        if (model) this.#readModel(model);
        this.#tick();
      }),
      viewer.on('state', (state) => { this.connection = state; }),
      this.site.visitor.on('change', () => this.requestUpdate()),
    ];
    viewer.open();
    addEventListener('keydown', this.#onKey);
    this.#readModel();
  }

  /** Without the model there is nothing to choose, which the page shows. */
  #readModel(told?: Pick<ModelInfo, 'name' | 'version'>): void {
    this.site.model(told).then(({ labels }) => { this.labels = labels; }, () => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    removeEventListener('keydown', this.#onKey);
    this.#viewer?.close();
    this.#stop();
  }

  override render() {
    const { site, stations } = this;
    const isOffline = stations !== undefined && this.connection !== 'open';
    return html`
      <site-header .site=${site} page="tune" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <div class="trouble" role="status" ?hidden=${!isOffline}>${isOffline ? html`<p>The connection to the server is lost. Trying again.</p>` : ''}</div>
      <main>
        <h1 tabindex="-1">Tune in</h1>
        ${!site.visitor.canSend ? html`<p class="note">Listening needs more permission than this visitor has: sign in with the admin token.</p>`
          : stations === undefined ? html`<p class="note" role="status">Loading stations</p>`
          : stations.length === 0 ? html`<p class="note">There are no stations yet. Add some on the page of stations.</p>` : this.#dialView(stations)}
      </main>
      <footer></footer>`;
  }

  #dialView(stations: readonly StationGlance[]) {
    const colours = this.#palette.of(this.labels, this.theme);
    const current = stations.find(({ id }) => id === this.#dial?.current);
    const colour = current?.genre ? colours.get(current.genre)?.strong : undefined;
    return html`
      <div class="words" role="group" aria-label="What to hear">${this.#words(stations).map(({ word, count }) => html`
        <button type="button" aria-pressed=${word === this.word} .style=${`--colour: ${colours.get(word)?.strong ?? 'var(--control)'}`} @click=${() => this.#choose(word)}>
          <span class="dot" aria-hidden="true"></span>${labelName(word)}<span class="count" title="Stations that play it now">${count}</span></button>`)}</div>
      <section class="now" aria-label="Now" .style=${colour ? `--colour: ${colour}` : ''}>
        <div role="status">${this.#now(current)}</div>
        <div class="buttons">
          <button type="button" class="play" ?disabled=${this.word === ''} @click=${() => this.#toggle()}>${icon(this.#dial ? PAUSE : PLAY)}${this.#dial ? 'Stop' : 'Play'} <kbd>P</kbd></button>
          <button type="button" ?disabled=${!current} @click=${() => this.#next()}>Next <kbd>N</kbd></button>
          <button type="button" ?disabled=${!current} aria-pressed=${this.#dial?.stays === true} @click=${() => this.#stay()}>Stay <kbd>S</kbd></button>
          <button type="button" ?disabled=${!current} @click=${() => this.#never()}>Never this one <kbd>X</kbd></button>
        </div>
        <div class="settings">
          <label>Hop when something else lasts
            <select @change=${(event: Event) => this.#setLeave(Number((event.target as HTMLSelectElement).value))}>${LEAVE_S.map((each) => html`<option value=${each} ?selected=${each === this.leaveS}>${each < 60 ? `${each} s` : `${each / 60} min`}</option>`)}</select></label>
          <label>Volume <input type="range" min="0" max="1" step="0.05" .value=${String(this.volume)} @input=${(event: Event) => this.#setVolume(Number((event.target as HTMLInputElement).value))}></label>
        </div>
      </section>
      <div class="columns">
        <section><div class="row"><h2>Heard</h2>${this.#history.rows.length === 0 ? nothing : html`<span class="buttons"><button type="button" @click=${() => this.#save('csv')}>CSV</button><button type="button" @click=${() => this.#save('m3u')}>M3U</button></span>`}</div>${this.#heard()}</section>
        <section><h2>${this.word === '' ? 'Playing it now' : `${labelName(this.word)} now`}</h2>${this.#others(stations)}</section>
      </div>`;
  }

  #now(current: StationGlance | undefined) {
    if (this.word === '') return html`<p class="name">Pick what to hear</p><p class="says">Stations that play it now are counted beside it.</p>`;
    if (!this.#dial) return html`<p class="name">${labelName(this.word)}</p><p class="says">Press play.</p>`;
    if (!current) return html`<p class="name">Waiting for ${labelName(this.word)}</p><p class="says">No station plays it now; the first that does is played.</p>`;
    const { id, name, genre, p, heard, nowPlaying } = current;
    const says = genre !== null ? `${labelName(genre)}, ${percent(p)} %` : heard === null ? 'No signal' : CONTENT_NAMES[heard];
    const how = this.sound === 'loading' ? 'Loading.' : this.sound === 'failed' ? 'This browser can play no sound of it.' : this.address === '' ? '' : this.address.startsWith(BASE.href) ? 'Through the server.' : 'From the station itself.';
    return html`<p class="name"><a href=${this.site.href({ page: 'station', id })}>${name}</a></p>
      <p class="title">${nowPlaying === null ? nothing : html`${icon(NOTE)}${nowPlaying}`}</p>
      <p class="says">${says}. ${this.#lastHop && this.#lastHop.reason !== 'start' ? `Here because: ${REASONS[this.#lastHop.reason]}. ` : ''}${how}</p>`;
  }

  #heard() {
    const rows = this.#history.rows.slice(-SHOWN_ROWS).reverse();
    if (rows.length === 0) return html`<p class="note">Nothing yet.</p>`;
    return html`<ul class="rows" aria-label="Heard">${rows.map(({ fromMs, stationId, stationName, titles, reason }) => html`
      <li><span class="when">${timeOfDay(fromMs)}</span><span><a href=${this.site.href({ page: 'station', id: stationId })}>${stationName}</a>${titles.map((title) => html`<small>${title}</small>`)}</span><span class="why">${REASONS[reason]}</span></li>`)}</ul>`;
  }

  #others(stations: readonly StationGlance[]) {
    const wish = this.#wish();
    const fitting = wish === undefined ? [] : stations.map((station) => ({ station, fit: fitOf(wish, station) })).filter(({ fit }) => fit > 0).sort((a, b) => b.fit - a.fit);
    if (fitting.length === 0) return html`<p class="note">None.</p>`;
    return html`<ul class="rows" aria-label="Stations that play it now">${fitting.slice(0, SHOWN_OTHERS).map(({ station: { id, name, nowPlaying }, fit }) => html`
      <li><span class="when">${percent(fit)} %</span><span><a href=${this.site.href({ page: 'station', id })}>${name}</a>${nowPlaying === null ? nothing : html`<small>${nowPlaying}</small>`}</span></li>`)}</ul>`;
  }

  /** Genres and, where the model has them, moods, with the number of stations that play each now. */
  #words(stations: readonly StationGlance[]): { readonly word: string; readonly count: number }[] {
    const hasMoods = stations.some(({ mood }) => mood !== undefined);
    return [...this.labels, ...(hasMoods ? WISH_MOODS : [])].map((word) => {
      const wish = wishFor(word, this.labels);
      return { word, count: stations.filter((station) => fitOf(wish, station) >= DIAL_DEFAULTS.minP).length };
    });
  }

  #wish(): Wish | undefined {
    return this.word === '' ? undefined : wishFor(this.word, this.labels);
  }

  /** Another word while it plays is played at once. */
  #choose(word: string): void {
    this.word = word;
    if (this.#dial) this.#start();
  }

  #toggle(): void {
    if (this.#dial) this.#stop();
    else this.#start();
  }

  #start(): void {
    const wish = this.#wish();
    if (!wish) return;
    const ms = 1000 * this.leaveS;
    this.#dial = new Dial(wish, { otherMs: ms, speechMs: ms });
    this.#tick();
    this.requestUpdate();
  }

  #stop(): void {
    this.#dial = undefined;
    this.#lastHop = undefined;
    this.#history.end(Date.now());
    this.#player.stop();
    this.requestUpdate();
  }

  #next(): void {
    this.#dial?.next();
    this.#tick();
  }

  #stay(): void {
    if (this.#dial) this.#dial.stays = !this.#dial.stays;
    this.requestUpdate();
  }

  #never(): void {
    if (this.#dial?.current) this.#dial.never(this.#dial.current);
    this.#tick();
  }

  /** Takes effect at once, on what is heard, too. */
  #setLeave(seconds: number): void {
    this.leaveS = seconds;
    this.#dial?.set({ otherMs: 1000 * seconds, speechMs: 1000 * seconds });
  }

  #setVolume(volume: number): void {
    this.volume = volume;
    this.#player.volume = volume;
  }

  /** Asks the dial, and follows it. */
  #tick(): void {
    if (!this.#dial || !this.stations) return;
    const hop = this.#dial.tick(performance.now(), this.stations);
    if (hop) {
      this.#lastHop = hop;
      void this.#play(hop);
    }
    this.#history.title(this.stations.find(({ id }) => id === this.#dial?.current)?.nowPlaying ?? null);
  }

  async #play({ to, reason }: Hop): Promise<void> {
    const served = ['/relay', '/audio'].map((rest) => new URL(stationPath(to, rest), BASE).href);
    const name = this.stations?.find(({ id }) => id === to)?.name ?? to;
    const row = { fromMs: Date.now(), stationId: to, stationName: name, reason, titles: [] };
    this.#history.begin(row);
    if (navigator.mediaSession) navigator.mediaSession.metadata = new MediaMetadata({ title: name, artist: labelName(this.word) });
    let url: string | undefined;
    try {
      ({ url } = await this.site.visitor.request(stationPath(to)) as StationInfo);
    } catch {
      // The server's own addresses are left.
    }
    // It may have hopped on, or stopped, meanwhile.
    if (this.#dial?.current !== to) return;
    if (url !== undefined && !url.startsWith('file:')) Object.assign(row, { url: withoutPassword(url) });
    this.#player.play(soundAddresses(url, location.protocol === 'https:', served));
  }

  #onSound(state: TunedState, address: string): void {
    this.sound = state;
    this.address = address;
    // Another station may be playable.
    if (state === 'failed') this.#dial?.next();
  }

  #save(type: 'csv' | 'm3u'): void {
    const { rows } = this.#history;
    const text = type === 'csv' ? historyCsv(rows) : historyM3u(rows, (id) => new URL(stationPath(id, '/relay'), BASE).href);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: type === 'csv' ? 'text/csv' : 'audio/x-mpegurl' }));
    link.download = `heard-${new Date().toISOString().slice(0, 10)}.${type}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }

  #key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const work = { p: () => this.#toggle(), n: () => this.#next(), s: () => this.#stay(), x: () => this.#never() }[event.key.toLowerCase()];
    if (!work) return;
    event.preventDefault();
    work();
  }
}

/** Playlists are passed on. */
function withoutPassword(address: string): string {
  const url = new URL(address);
  url.username = url.password = '';
  return url.href;
}

customElements.define('tune-page', TunePage);
