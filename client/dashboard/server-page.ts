/** Page of the server's own health: what is not well and what to do, charts of the last minutes, the newest warnings and errors. */
import { css, html, LitElement, nothing, svg } from 'lit';
import type { HealthReport, LoggedLine, ReportedCheck } from '../../server/protocol/health.js';
import { ApiError } from './api.js';
import { byUrgency, CHARTS, summary } from './model/health.js';
import { coarseDuration, timeWithDay } from './model/station-words.js';
import { pageStyles } from './page-styles.js';
import './parts/health-chart.js';
import { icon, WARNING } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import type { Site } from './site.js';

/** How often the server is asked; it reads itself as often. */
const ASK_EVERY_MS = 5000;
const MARKS: Readonly<Record<ReportedCheck['mark'], readonly [shape: unknown, word: string]>> = {
  ok: [svg`<path d="M4.5 12.5l5 5 10-11"/>`, 'Well'],
  note: [svg`<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.5v.01"/>`, 'Note'],
  problem: [WARNING, 'Problem'],
};
const NAMES: Readonly<Record<string, string>> = {
  shards: 'Shards', load: 'Load', lag: 'Lag', drops: 'Dropped sound', streams: 'Streams', stations: 'Stations', ffmpeg: 'FFmpeg', database: 'Database',
  disk: 'Disk', webhooks: 'Webhooks', certificate: 'Certificate', memory: 'Memory', files: 'Open files', log: 'Log',
};

export class ServerPage extends LitElement {
  static override properties = { site: { attribute: false }, health: { state: true }, trouble: { state: true } };
  static override styles = [sharedStyles, pageStyles, css`
    main { max-inline-size: 80rem; inline-size: 100%; margin-inline: auto; }
    .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; }
    h1 { font-size: 1.5rem; font-weight: 680; letter-spacing: -0.025em; }
    .head p { color: var(--quiet); }
    .charts { display: grid; gap: 1.25rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
    h2 { margin-block-end: 0.5rem; }
    li { display: grid; grid-template-columns: 1.125rem 9rem minmax(0, 1fr); gap: 0.125rem 0.625rem; align-items: baseline; padding-block: 0.5rem; border-block-end: 1px solid var(--line); overflow-wrap: anywhere; }
    li:last-child { border: 0; padding-block-end: 0; }
    li svg { align-self: center; }
    li b { font-weight: 600; }
    li p { grid-column: 3; }
    .ok svg { color: var(--good); }
    .note svg { color: var(--warn); }
    .problem :is(svg, b) { color: var(--bad); }
    .advice { font-weight: 560; }
    .log li { grid-template-columns: 1.125rem 9rem minmax(0, 1fr); }
    small { color: var(--quiet); }
    dl { grid-column: 3; display: flex; flex-wrap: wrap; gap: 0 0.875rem; margin: 0; font-size: 0.8125rem; color: var(--quiet); }
    dl div { display: flex; gap: 0.375rem; min-inline-size: 0; }
    dt { flex: none; }
    dd { margin: 0; min-inline-size: 0; }
    @media (max-width: 40rem) {
      li, .log li { grid-template-columns: 1.125rem minmax(0, 1fr); }
      li :is(p, .found), dl { grid-column: 2; }
    }
  `];

  declare site: Site;
  /** Undefined until loaded. */
  declare health: HealthReport | undefined;
  declare trouble: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = (): void => {};

  constructor() {
    super();
    this.trouble = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Server · livegenre';
    this.#stop = this.site.visitor.on('change', () => this.#again());
    this.#again();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    clearTimeout(this.#timer);
  }

  override render() {
    const { health, trouble } = this;
    return html`
      <site-header .site=${this.site} page="server"></site-header>
      ${trouble === '' ? nothing : html`<div class="trouble" role="alert">${trouble}</div>`}
      <main>
        <div class="head">
          <h1 tabindex="-1">Server</h1>
          ${health ? html`<p role="status">${summary(health)}</p>` : nothing}
        </div>
        ${this.site.visitor.canManage ? nothing : html`<p>Sign in with a token that may manage.</p>`}
        ${health ? this.#report(health) : nothing}
      </main>
      <footer>${health ? html`<span>livegenre ${health.livegenre}</span><span>model ${health.model}</span><span>runs for ${coarseDuration(Date.parse(health.at) - Date.parse(health.startedAt))}</span>` : nothing}</footer>`;
  }

  #report({ at, checks, readings, log }: HealthReport) {
    const nowMs = Date.parse(at);
    return html`
      <section><div class="charts">${CHARTS.map((chart) => html`<health-chart .chart=${chart} .readings=${readings} .nowMs=${nowMs}></health-chart>`)}</div></section>
      <section><h2 id="checks">Checks</h2><ul aria-labelledby="checks">${byUrgency(checks).map((check) => this.#check(check))}</ul></section>
      <section class="log"><h2 id="log">Newest warnings and errors</h2>${log.length === 0 ? html`<p>None since the start.</p>` : html`<ul aria-labelledby="log">${log.map((line) => this.#line(line, nowMs))}</ul>`}</section>`;
  }

  #check({ name, mark, found, advice }: ReportedCheck) {
    const [shape, word] = MARKS[mark];
    return html`<li class=${mark}>${icon(shape)}<b><span class="visually-hidden">${word}: </span>${NAMES[name] ?? name}</b><span class="found">${found}</span>${advice === null ? nothing : html`<p class="advice">${advice}</p>`}</li>`;
  }

  #line({ at, level, what, fields }: LoggedLine, nowMs: number) {
    const [shape, word] = level === 'error' ? [MARKS.problem[0], 'Error'] : [MARKS.note[0], 'Warning'];
    return html`<li class=${level === 'error' ? 'problem' : 'note'}>${icon(shape)}<small><span class="visually-hidden">${word}, </span>${timeWithDay(Date.parse(at), nowMs)}</small><span class="found">${what}</span>
      ${Object.keys(fields).length === 0 ? nothing : html`<dl>${Object.entries(fields).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}</li>`;
  }

  #again(): void {
    clearTimeout(this.#timer);
    void this.#load();
  }

  async #load(): Promise<void> {
    this.requestUpdate();
    if (!this.site.visitor.canManage) return void (this.health = undefined);
    try {
      this.health = await this.site.visitor.request('v1/health') as HealthReport;
      this.trouble = '';
    } catch (error) {
      this.trouble = error instanceof ApiError ? error.message : 'The server can’t be reached; trying again.';
    }
    clearTimeout(this.#timer);
    if (this.isConnected) this.#timer = setTimeout(() => void this.#load(), ASK_EVERY_MS);
  }
}

customElements.define('server-page', ServerPage);
