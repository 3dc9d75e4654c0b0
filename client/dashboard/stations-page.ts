/** Page of all stations as a live grid, with search, filter, sort order and a button to add one. */
import { html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { StationGlance } from '../../server/protocol/messages.js';
import { StationsViewer, type ConnectionState } from '../sdk/index.js';
import type { StationInfo } from './api.js';
import { BASE } from './base.js';
import { GenrePalette } from './model/genre-colours.js';
import { filterStations, filterCounts, type StationFilter, type Order } from './model/station-list.js';
import { STATE_NAMES, timeOfDay } from './model/station-words.js';
import type { Theme } from './model/theme.js';
import { pageStyles } from './page-styles.js';
import { icon, PLUS } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import './parts/station-card.js';
import './parts/station-editor.js';
import type { StationEditor } from './parts/station-editor.js';
import type { Site } from './site.js';
import { stationsPageStyles } from './stations-page-styles.js';

const ORDERS: readonly (readonly [Order, string])[] = [['name', 'Name'], ['state', 'State'], ['genre', 'Genre']];

export class StationsPage extends LitElement {
  static override properties = { site: { attribute: false }, stations: { state: true }, connection: { state: true }, labels: { state: true }, theme: { state: true }, text: { state: true }, kind: { state: true }, order: { state: true } };
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
  #viewer: StationsViewer | undefined;
  #stops: (() => void)[] = [];
  #receivedAtMs = 0;
  /** Open alerts of all stations, as a key for comparison; undefined before the first message. */
  #openAlerts: string | undefined;
  readonly #palette = new GenrePalette();

  constructor() {
    super();
    this.connection = 'connecting';
    this.labels = [];
    this.theme = 'light';
    this.text = '';
    this.kind = 'all';
    this.order = 'name';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Stations · livegenre';
    const viewer = this.#viewer = new StationsViewer({ url: BASE.href, connectAttempts: Infinity });
    this.#stops = [
      viewer.on('stations', ({ stations }) => {
        this.stations = stations;
        this.#receivedAtMs = Date.now();
        this.#followAlerts(stations);
      }),
      viewer.on('state', (state) => { this.connection = state; }),
      this.site.visitor.on('change', () => this.requestUpdate()),
    ];
    viewer.open();
    // Without the model the genres have no colours, but are shown.
    this.site.model().then(({ labels }) => { this.labels = labels; }, () => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#viewer?.close();
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
          ${site.visitor.canManage && stations?.length !== 0 ? html`<button type="button" class="add" @click=${() => this.#add()}>${icon(PLUS)}Add station</button>` : nothing}
        </div>
        ${stations === undefined ? html`<p class="waiting" role="status">${this.connection === 'connecting' ? 'Loading stations' : 'The server can’t be reached. Trying again.'}</p>`
          : stations.length === 0 ? this.#none() : this.#grid(stations, isOffline)}
      </main>
      <footer></footer>
      <station-editor .labels=${this.labels} @saved=${(event: CustomEvent<StationInfo>) => this.site.navigate({ page: 'station', id: event.detail.id })}></station-editor>`;
  }

  #grid(stations: readonly StationGlance[], isOffline: boolean) {
    const { text, kind, order } = this;
    const shown = filterStations(stations, { text, kind, order });
    const colours = this.#palette.of(this.labels, this.theme);
    return html`
      <div class="tools" role="search">
        <input type="search" aria-label="Search stations" placeholder="Name, genre or title" .value=${text} @input=${(event: Event) => { this.text = (event.target as HTMLInputElement).value; }}>
        <div class="kinds" role="group" aria-label="Show">${filterCounts(stations).map(({ kind: each, count }) => html`
          <button type="button" class=${each} aria-pressed=${each === kind} @click=${() => { this.kind = each === kind ? 'all' : each; }}>${count} ${kindName(each)}</button>`)}</div>
        <label class="order">Sort by
          <select @change=${(event: Event) => { this.order = (event.target as HTMLSelectElement).value as Order; }}>
            ${ORDERS.map(([value, name]) => html`<option value=${value} ?selected=${value === order}>${name}</option>`)}
          </select>
        </label>
      </div>
      ${shown.length === 0 ? html`<p class="waiting">No station matches. <button type="button" @click=${() => { this.text = ''; this.kind = 'all'; }}>Show all ${stations.length}</button></p>` : nothing}
      <div class=${isOffline ? 'grid old' : 'grid'} role="list" aria-label="Stations">${repeat(shown, ({ id }) => id, (station) => html`
        <station-card .station=${station} .level=${station.level} .colours=${colours} .href=${this.site.href({ page: 'station', id: station.id })}></station-card>`)}
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
          : html`<p>To add stations, sign in with the admin token.</p>`}
      </div>`;
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
