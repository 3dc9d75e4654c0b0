/** Page of all stations as a live grid, with search, filter, sort order and a button to add one. */
import { html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ModelInfo, StationGlance } from '../../server/protocol/messages.js';
import { StationsViewer, type ConnectionState } from '../sdk/index.js';
import type { StationInfo, StationProfile } from './api.js';
import { BASE } from './base.js';
import { labelName } from './model/format.js';
import { cardWindow, columnsIn } from './model/card-window.js';
import { WALL } from './model/route.js';
import { SteadyOrder } from './model/steady-order.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import { filterStations, filterCounts, type StationFilter, type Order } from './model/station-list.js';
import { STATE_NAMES, timeOfDay } from './model/station-words.js';
import type { Theme } from './model/theme.js';
import { wishFor, WISH_MOODS } from './model/wish-words.js';
import { pageStyles } from './page-styles.js';
import { icon, PLUS, TILES } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import './parts/station-card.js';
import './parts/station-editor.js';
import type { StationEditor } from './parts/station-editor.js';
import type { Site } from './site.js';
import { stationsPageStyles } from './stations-page-styles.js';

const ORDERS: readonly (readonly [Order, string])[] = [['name', 'Name'], ['state', 'State'], ['genre', 'Genre'], ['sure', 'How sure']];
/** Orders that need the history. */
const PROFILE_ORDERS: readonly (readonly [Order, string])[] = [['usual', 'Usual at this hour'], ['mixed', 'Most mixed'], ['speech', 'Most speech']];
/** Height of a row of cards and the gap before the first one is measured. */
const ROW_PX = 178;
/** Least width of a card and the gap between two, as in the styles, px. */
const CARD_PX = 280;
const GAP_PX = 12;
const PROFILES_EVERY_MS = 600_000;

export class StationsPage extends LitElement {
  static override properties = { site: { attribute: false }, stations: { state: true }, connection: { state: true }, labels: { state: true }, theme: { state: true }, text: { state: true }, kind: { state: true }, order: { state: true }, playing: { state: true }, profiles: { state: true } };
  static override styles = [sharedStyles, pageStyles, stationsPageStyles];

  declare site: Site;
  /** Undefined until loaded. */
  declare stations: readonly StationGlance[] | undefined;
  declare connection: ConnectionState;
  declare labels: readonly string[];
  declare theme: Theme;
  declare text: string;
  declare kind: StationFilter;
  declare order: Order;
  /** A genre or a mood; empty for anything. */
  declare playing: string;
  /** Undefined until an order needs them. */
  declare profiles: ReadonlyMap<string, StationProfile> | undefined;
  #profilesTimer: ReturnType<typeof setTimeout> | undefined;
  /** The station that the address asks to compare with. */
  readonly #like = new URLSearchParams(location.search).get('like') ?? undefined;
  #viewer: StationsViewer | undefined;
  #stops: (() => void)[] = [];
  #receivedAtMs = 0;
  /** Open alerts of all stations, as a key for comparison; undefined before the first message. */
  #openAlerts: string | undefined;
  /** Cards that the filter leaves. */
  #shown = 0;
  readonly #palette = new GenrePalette();
  readonly #order = new SteadyOrder();
  #sizes: ResizeObserver | undefined;
  /** The grid's place and size at the last frame. */
  #gridSize = { topPx: 0, viewPx: innerHeight, rowPx: ROW_PX, columns: 1 };
  #frame = 0;
  readonly #onScroll = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#measureGrid();
    });
  };

  constructor() {
    super();
    this.connection = 'connecting';
    this.labels = [];
    this.theme = 'light';
    this.text = '';
    this.kind = 'all';
    this.order = this.#like === undefined ? 'name' : 'like';
    this.playing = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Stations · livegenre';
    const viewer = this.#viewer = new StationsViewer({ ...this.site.server, connectAttempts: Infinity });
    this.#stops = [
      viewer.on('stations', ({ stations, model }) => {
        this.stations = stations;
        if (model) this.#readModel(model);
        this.#receivedAtMs = Date.now();
        this.#followAlerts(stations);
      }),
      viewer.on('state', (state) => { this.connection = state; }),
      this.site.visitor.on('change', () => this.requestUpdate()),
    ];
    addEventListener('scroll', this.#onScroll, { passive: true });
    this.#sizes = new ResizeObserver(this.#onScroll);
    this.#sizes.observe(this);
    viewer.open();
    if (this.#like !== undefined) void this.#loadProfiles();
    this.#readModel();
  }

  /** Without the model the genres have no colours, but are shown. */
  #readModel(told?: Pick<ModelInfo, 'name' | 'version'>): void {
    this.site.model(told).then(({ labels }) => { this.labels = labels; }, () => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#viewer?.close();
    clearTimeout(this.#profilesTimer);
    removeEventListener('scroll', this.#onScroll);
    this.#sizes?.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** Renders again if other cards are in view than before. */
  #measureGrid(): void {
    const grid = this.renderRoot.querySelector<HTMLElement>('.grid');
    const card = grid?.querySelector<HTMLElement>('station-card');
    if (!grid || !card) return;
    const before = this.#gridSize;
    const { top, width } = grid.getBoundingClientRect();
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    this.#gridSize = { topPx: -top, viewPx: innerHeight, rowPx: card.offsetHeight + GAP_PX * rem, columns: columnsIn(width, CARD_PX * rem, GAP_PX * rem) };
    const [was, is] = [cardWindow(this.#shown, before), cardWindow(this.#shown, this.#gridSize)];
    if (was.from !== is.from || was.to !== is.to) this.requestUpdate();
  }

  override render() {
    const { stations, site } = this;
    const isOffline = stations !== undefined && this.connection !== 'open';
    return html`
      <site-header .site=${site} page="stations" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <div class="trouble" role="status" ?hidden=${!isOffline}>${isOffline ? html`<p>The connection to the server is lost. Shown: the state at ${timeOfDay(this.#receivedAtMs, true)}. Trying again.</p>` : ''}</div>
      <main>
        <div class="head">
          <h1 tabindex="-1">Stations</h1>
          ${stations === undefined || stations.length === 0 ? nothing : html`<div class="buttons">
            <a class="button" href=${site.href(WALL)}>${icon(TILES)}Wall</a>
            ${site.visitor.canManage ? html`<button type="button" class="add" @click=${() => this.#add()}>${icon(PLUS)}Add station</button>` : nothing}</div>`}
        </div>
        ${stations === undefined ? html`<p class="waiting" role="status">${this.connection === 'connecting' ? 'Loading stations' : 'The server can’t be reached. Trying again.'}</p>`
          : stations.length === 0 ? this.#none() : this.#grid(stations, isOffline)}
      </main>
      <footer></footer>
      <station-editor .labels=${this.labels} @saved=${(event: CustomEvent<StationInfo>) => this.site.navigate({ page: 'station', id: event.detail.id })}></station-editor>`;
  }

  #grid(stations: readonly StationGlance[], isOffline: boolean) {
    const { text, kind, order, playing, profiles } = this;
    const query = { text, kind, order, playing };
    const found = filterStations(stations, { text, kind, order, profiles, wish: playing === '' ? undefined : wishFor(playing, this.labels), like: this.#like });
    const shown = this.#order.of(found, JSON.stringify([query, profiles !== undefined]), Date.now());
    this.#shown = shown.length;
    const { from, to, abovePx, belowPx } = cardWindow(shown.length, this.#gridSize);
    const colours = this.#palette.of(this.labels, this.theme);
    return html`
      <div class="tools" role="search">
        <input type="search" aria-label="Search stations" placeholder="Name, genre or title" .value=${text} @input=${(event: Event) => { this.text = (event.target as HTMLInputElement).value; }}>
        <div class="kinds" role="group" aria-label="Show">${filterCounts(stations).map(({ kind: each, count }) => html`
          <button type="button" class=${each} aria-pressed=${each === kind} @click=${() => { this.kind = each === kind ? 'all' : each; }}>${count} ${kindName(each)}</button>`)}</div>
        <label class="playing">Playing
          <select @change=${(event: Event) => { this.playing = (event.target as HTMLSelectElement).value; }}>
            <option value="" ?selected=${playing === ''}>Anything</option>
            ${[...this.labels, ...WISH_MOODS.filter(() => stations.some(({ mood }) => mood !== undefined))].map((word) => html`<option value=${word} ?selected=${word === playing}>${labelName(word)}</option>`)}
          </select>
        </label>
        <label class="order">Sort by
          <select @change=${(event: Event) => this.#sort((event.target as HTMLSelectElement).value as Order)}>
            ${this.#orders(stations).map(([value, name]) => html`<option value=${value} ?selected=${value === order}>${name}</option>`)}
          </select>
        </label>
      </div>
      ${shown.length === 0 ? html`<p class="waiting">No station matches. <button type="button" @click=${() => { this.text = ''; this.kind = 'all'; this.playing = ''; }}>Show all ${stations.length}</button></p>` : nothing}
      <div class=${isOffline ? 'grid old' : 'grid'} role="list" aria-label="Stations" .style=${`padding-block: ${abovePx}px ${belowPx}px`}>${repeat(shown.slice(from, to), ({ id }) => id, (station, index) => html`
        <station-card aria-setsize=${shown.length} aria-posinset=${from + index + 1} .station=${station} .level=${station.level} .colours=${colours} .href=${this.site.href({ page: 'station', id: station.id })}></station-card>`)}
      </div>`;
  }

  /** Help for a server without stations. */
  #none() {
    const { canManage, hasToken } = this.site.visitor;
    return html`
      <div class="none">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 13v8M8.5 16.5a5 5 0 1 1 7 0M5.6 19a9 9 0 1 1 12.8 0"></path><circle cx="12" cy="13" r="1.4"></circle></svg>
        <h2>No stations yet</h2>
        ${canManage ? html`
          <p>A station is the address of a radio stream that this server listens to around the clock: Icecast, Shoutcast, a playlist or HLS.</p>
          <button type="button" class="add" @click=${() => this.#add()}>${icon(PLUS)}Add the first station</button>
          <p>Or from a terminal:</p>
          <pre tabindex="0" aria-label="Command that adds a station">curl -X POST ${BASE.href}v1/stations \\
  -H 'Content-Type: application/json' \\
${hasToken ? "  -H 'Authorization: Bearer TOKEN' \\\n" : ''}  -d '{"name": "My radio", "url": "https://radio.example/stream.mp3"}'</pre>
          <p>To keep stations across restarts, start the server with <code>--stations stations.json</code>.</p>`
          : html`<p>To add stations, sign in with a token that allows it.</p>`}
      </div>`;
  }

  #orders(stations: readonly StationGlance[]): readonly (readonly [Order, string])[] {
    const like = stations.find(({ id }) => id === this.#like);
    return [...ORDERS, ...(this.site.visitor.hasHistory ? PROFILE_ORDERS : []), ...(like ? [['like', `Like ${like.name}`] as const] : [])];
  }

  #sort(order: Order): void {
    this.order = order;
    if (this.profiles === undefined && !ORDERS.some(([each]) => each === order)) void this.#loadProfiles();
  }

  /** Loads what stations usually play, and again from time to time. */
  async #loadProfiles(): Promise<void> {
    clearTimeout(this.#profilesTimer);
    if (!this.site.visitor.hasHistory) return;
    try {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const { profiles } = await this.site.visitor.request(`v1/profiles?tz=${encodeURIComponent(timeZone)}`) as { profiles: StationProfile[] };
      this.profiles = new Map(profiles.map((profile) => [profile.id, profile]));
    } catch {
      // No connection, which the page shows: stations stay in the order of their names.
    }
    if (this.isConnected) this.#profilesTimer = setTimeout(() => void this.#loadProfiles(), PROFILES_EVERY_MS);
  }

  #add(): void {
    this.renderRoot.querySelector<StationEditor>('station-editor')!.open(this.site.visitor);
  }

  /** Refreshes the alert bell at once when an alert begins or ends, ahead of its polling interval. */
  #followAlerts(stations: readonly StationGlance[]): void {
    const open = stations.flatMap(({ id, alerts }) => alerts.map((type) => `${id} ${type}`)).join();
    if (this.#openAlerts !== undefined && open !== this.#openAlerts) void this.site.alerts.refresh();
    this.#openAlerts = open;
  }
}

function kindName(kind: StationFilter): string {
  return kind === 'all' ? 'total' : kind === 'alerts' ? 'with alerts' : STATE_NAMES[kind].toLowerCase();
}

customElements.define('stations-page', StationsPage);
