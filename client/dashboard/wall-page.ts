/** The wall: all stations as tiles in one view, for a screen that people look at from afar. */
import { html, LitElement, nothing, svg } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { StationGlance } from '../../server/protocol/messages.js';
import { StationsViewer, type ConnectionState } from '../sdk/index.js';
import { labelName } from './model/format.js';
import { STATIONS } from './model/route.js';
import { filterStations, type Order } from './model/station-list.js';
import { timeOfDay } from './model/station-words.js';
import { SteadyOrder } from './model/steady-order.js';
import type { Theme } from './model/theme.js';
import { wallColours, type WallColour } from './model/wall-colours.js';
import { wallGrid, type WallGrid } from './model/wall-grid.js';
import { wallSum } from './model/wall-words.js';
import { pageStyles } from './page-styles.js';
import { icon, WARNING } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import './parts/station-tile.js';
import './parts/wall-lights.js';
import type { Site } from './site.js';
import { WakeLock } from './wake-lock.js';
import { wallPageStyles } from './wall-page-styles.js';

const ORDERS: readonly (readonly [Order, string])[] = [['name', 'Name'], ['genre', 'Genre'], ['state', 'State']];
const LARGER = svg`<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>`;
const SMALLER = svg`<path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5"/>`;
/** Of the root's font size. */
const GAP_REM = 0.375;
const LEAST_WIDTH_REM = 6.5;
const LEAST_HEIGHT_REM = 3.375;
/** In full screen the buttons and the pointer are hidden after this time without a move. */
const IDLE_MS = 3000;

export class WallPage extends LitElement {
  static override properties = { site: { attribute: false }, stations: { state: true }, connection: { state: true }, labels: { state: true }, theme: { state: true }, order: { state: true }, grid: { state: true }, isFull: { state: true }, isIdle: { state: true } };
  static override styles = [sharedStyles, pageStyles, wallPageStyles];

  declare site: Site;
  /** Undefined until loaded. */
  declare stations: readonly StationGlance[] | undefined;
  declare connection: ConnectionState;
  declare labels: readonly string[];
  declare theme: Theme;
  declare order: Order;
  declare grid: WallGrid;
  declare isFull: boolean;
  declare isIdle: boolean;
  readonly #order = new SteadyOrder();
  readonly #wakeLock = new WakeLock();
  #viewer: StationsViewer | undefined;
  #stops: (() => void)[] = [];
  #receivedAtMs = 0;
  #gapPx = GAP_REM * rootFontPx();
  #colours: { readonly key: string; readonly all: ReadonlyMap<string, WallColour> } = { key: '', all: new Map() };
  readonly #sizes = new ResizeObserver(() => this.#layOut());
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #onFull = (): void => {
    this.isFull = document.fullscreenElement !== null;
    this.#wakeLock.isOn = this.isFull || this.site.isKiosk;
    this.#onPointer();
  };
  readonly #onPointer = (): void => {
    this.isIdle = false;
    clearTimeout(this.#idleTimer);
    if (this.isFull) this.#idleTimer = setTimeout(() => { this.isIdle = true; }, IDLE_MS);
  };
  readonly #onKey = (event: KeyboardEvent): void => {
    this.#onPointer();
    if (event.key.toLowerCase() !== 'f' || event.ctrlKey || event.metaKey || event.altKey || event.composedPath()[0] instanceof HTMLSelectElement) return;
    this.#toggleFull();
  };

  constructor() {
    super();
    this.connection = 'connecting';
    this.labels = [];
    this.theme = 'light';
    this.order = 'name';
    this.grid = { columns: 1, rowPx: 0, isWhole: true };
    this.isFull = false;
    this.isIdle = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Wall · livegenre';
    const viewer = this.#viewer = new StationsViewer({ ...this.site.server, connectAttempts: Infinity });
    this.#stops = [
      viewer.on('stations', ({ stations }) => {
        this.#receivedAtMs = Date.now();
        const before = this.stations?.length;
        this.stations = stations;
        if (stations.length !== before) void this.updateComplete.then(() => this.#layOut());
      }),
      viewer.on('state', (state) => { this.connection = state; }),
      this.site.visitor.on('change', () => this.requestUpdate()),
    ];
    viewer.open();
    document.addEventListener('fullscreenchange', this.#onFull);
    addEventListener('pointermove', this.#onPointer, { passive: true });
    addEventListener('keydown', this.#onKey);
    this.#sizes.observe(document.documentElement);
    this.#onFull();
    // Without the model the genres have no colours, but are shown.
    this.site.model().then(({ labels }) => { this.labels = labels; }, () => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#viewer?.close();
    document.removeEventListener('fullscreenchange', this.#onFull);
    removeEventListener('pointermove', this.#onPointer);
    removeEventListener('keydown', this.#onKey);
    clearTimeout(this.#idleTimer);
    this.#sizes.disconnect();
    this.#wakeLock.isOn = false;
    if (document.fullscreenElement) void document.exitFullscreen();
  }

  override render() {
    const { site, stations, isFull } = this;
    const isOffline = stations !== undefined && this.connection !== 'open';
    this.classList.toggle('scrolls', !this.grid.isWhole);
    return html`
      <site-header .site=${site} page="wall" ?hidden=${isFull} @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <div class="trouble" role="status" ?hidden=${!isOffline}>${isOffline ? html`<p>The connection to the server is lost. Shown: the state at ${timeOfDay(this.#receivedAtMs, true)}. Trying again.</p>` : ''}</div>
      <main class="${isFull ? 'full' : ''} ${this.isIdle ? 'idle' : ''}">
        ${this.#line(stations ?? [])}
        ${stations === undefined ? html`<p class="waiting" role="status">${this.connection === 'connecting' ? 'Loading stations' : 'The server can’t be reached. Trying again.'}</p>`
          : stations.length === 0 ? html`<p class="waiting">There are no stations yet. <a href=${site.href(STATIONS)}>Add some on the page of stations.</a></p>` : this.#tiles(stations, isOffline)}
      </main>`;
  }

  /** What is to be said of all stations, and the buttons. */
  #line(stations: readonly StationGlance[]) {
    const { live, faults, silent, genres } = wallSum(stations);
    const colours = this.#palette();
    return html`
      <div class="line">
        <h1 tabindex="-1">Wall</h1>
        <span class="clock">${timeOfDay(this.#receivedAtMs || Date.now())}</span>
        <span class="sum"><span>${live} of ${stations.length} live</span>${silent === 0 ? nothing : html`<span>${silent} silent</span>`}${faults === 0 ? nothing : html`<span class="bad">${icon(WARNING)}${faults} down</span>`}</span>
        <ul class="genres" aria-label="Genres heard now">${genres.map(([genre, count]) => html`<li .style=${`--colour: ${colours.get(genre)?.strong ?? 'var(--control)'}`}><i aria-hidden="true"></i>${labelName(genre)} <b>${count}</b></li>`)}</ul>
        <div class="controls">
          <label><span>Sort by</span>
            <select aria-label="Sort by" @change=${(event: Event) => { this.order = (event.target as HTMLSelectElement).value as Order; }}>${ORDERS.map(([value, name]) => html`<option value=${value} ?selected=${value === this.order}>${name}</option>`)}</select></label>
          ${document.fullscreenEnabled ? html`<button type="button" title="Key: F" @click=${() => this.#toggleFull()}>${icon(this.isFull ? SMALLER : LARGER)}${this.isFull ? 'Leave full screen' : 'Full screen'}</button>` : nothing}
        </div>
      </div>`;
  }

  #tiles(stations: readonly StationGlance[], isOffline: boolean) {
    const ordered = this.#order.of(filterStations(stations, { text: '', kind: 'all', order: this.order }), this.order, Date.now());
    const { columns, rowPx } = this.grid;
    const colours = this.#palette();
    return html`
      <div class=${isOffline ? 'grid old' : 'grid'} role="list" aria-label="Stations" .style=${`--gap: ${GAP_REM}rem; grid-template-columns: repeat(${columns}, minmax(0, 1fr)); grid-auto-rows: ${rowPx}px`}>
        <wall-lights .stations=${ordered} .grid=${this.grid} .gapPx=${this.#gapPx} .colours=${colours}></wall-lights>
        ${repeat(ordered, ({ id }) => id, (station) => html`
        <station-tile .station=${station} .colours=${colours} .href=${this.site.href({ page: 'station', id: station.id })}></station-tile>`)}
      </div>`;
  }

  /** Fits the tiles to the room that is left below the line. */
  #layOut(): void {
    const grid = this.renderRoot.querySelector<HTMLElement>('.grid');
    if (!grid || !this.stations) return;
    const { top, width } = grid.getBoundingClientRect();
    const remPx = rootFontPx();
    this.#gapPx = GAP_REM * remPx;
    const belowPx = parseFloat(getComputedStyle(grid.parentElement!).paddingBlockEnd);
    const heightPx = innerHeight - (top + scrollY) - belowPx;
    const next = wallGrid(this.stations.length, { widthPx: width, heightPx, gapPx: this.#gapPx, leastWidthPx: LEAST_WIDTH_REM * remPx, leastHeightPx: LEAST_HEIGHT_REM * remPx });
    if (JSON.stringify(next) !== JSON.stringify(this.grid)) this.grid = next;
  }

  /** The room changes with the header. */
  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('isFull') || changed.has('connection')) this.#layOut();
  }

  #palette(): ReadonlyMap<string, WallColour> {
    const key = `${this.theme} ${this.labels.join('|')}`;
    if (key !== this.#colours.key) this.#colours = { key, all: wallColours(this.labels, this.theme) };
    return this.#colours.all;
  }

  #toggleFull(): void {
    // Refused where the page may not; the wall stays as it is.
    void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {});
  }
}

function rootFontPx(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

customElements.define('wall-page', WallPage);
