/** Page of one station: status, current genre, last hour and day, alerts, and genres by hour of the day. */
import { html, LitElement, nothing } from 'lit';
import { BASE } from './base.js';
import { stationPath, type StationHabits } from './api.js';
import type { Hour } from './model/day-clock.js';
import { labelName, percent } from './model/format.js';
import { GenrePalette, type GenreColour } from '../../server/drawing/genre-colours.js';
import { STATIONS } from './model/route.js';
import { ALERT_NAMES, coarseDuration, timeWithDay, timeOfDay } from './model/station-words.js';
import { playedTitles } from './model/titles.js';
import { formatText } from './model/trial-words.js';
import type { Theme } from './model/theme.js';
import { pageStyles, soundStyles } from './page-styles.js';
import { alertBadge, alertBadgeStyles } from './parts/alert-badge.js';
import './parts/day-clock.js';
import './parts/day-poster.js';
import './parts/genre-bars.js';
import './parts/genre-now.js';
import './parts/genre-ribbon.js';
import { icon, NOTE } from './parts/icons.js';
import './parts/level-meter.js';
import './parts/listen-button.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/mel-spectrogram.js';
import './parts/site-header.js';
import { stateMark, stateMarkStyles } from './parts/state-mark.js';
import './parts/station-editor.js';
import type { StationEditor } from './parts/station-editor.js';
import './parts/wave-form.js';
import type { Site } from './site.js';
import { stationPageStyles } from './station-page-styles.js';
import { DAY_MS, HOUR_MS, StationWatch } from './station-watch.js';

const MAX_ROWS = 10;
const TABLES = ['segments', 'shares', 'alerts', 'states'] as const;
const DAYS = [1, 7] as const;

export class StationPage extends LitElement {
  static override properties = { site: { attribute: false }, stationId: {}, theme: { state: true }, labels: { state: true }, hours: { state: true }, days: { state: true }, clockTrouble: { state: true }, habits: { state: true } };
  static override styles = [sharedStyles, pageStyles, soundStyles, stateMarkStyles, alertBadgeStyles, stationPageStyles];

  declare site: Site;
  declare stationId: string;
  declare theme: Theme;
  declare labels: readonly string[];
  declare hours: readonly Hour[];
  declare days: number;
  /** Why the chosen days could not be loaded; empty if they were. */
  declare clockTrouble: string;
  /** What it usually plays and which stations are alike; undefined until loaded, or without a history. */
  declare habits: StationHabits | undefined;
  #watch: StationWatch | undefined;
  #stopVisitor = (): void => {};
  #hoursOf = '';
  readonly #palette = new GenrePalette();

  constructor() {
    super();
    this.theme = 'light';
    this.labels = [];
    this.hours = [];
    this.days = 1;
    this.clockTrouble = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = `${this.stationId} · livegenre`;
    const watch = this.#watch = new StationWatch(this.site, this.stationId, () => this.#changed());
    this.#stopVisitor = this.site.visitor.on('change', () => void watch.refresh());
    watch.open();
    if (this.site.visitor.hasHistory) {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      this.site.visitor.request(stationPath(this.stationId, `/profile?tz=${encodeURIComponent(timeZone)}`)).then((habits) => { this.habits = habits as StationHabits; }, () => {});
    }
    // Without the model the genres have no colours, but are shown.
    this.site.model().then(({ labels }) => { this.labels = labels; }, () => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopVisitor();
    this.#watch?.end();
  }

  override render() {
    const watch = this.#watch!;
    const labels = watch.session.model?.labels ?? this.labels;
    return html`
      <site-header .site=${this.site} page="station" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <div class="trouble" role="status" ?hidden=${!watch.isOffline}>${watch.isOffline ? html`<p>The connection to the server is lost. Trying again.</p>` : ''}</div>
      ${watch.isMissing ? this.#missing() : this.#station(watch, labels)}
      <station-editor .labels=${labels} @saved=${() => void watch.refresh()} @deleted=${() => this.site.navigate(STATIONS)}></station-editor>`;
  }

  readonly #openSound = (signal: AbortSignal): Promise<Response> => this.site.visitor.fetch(stationPath(this.stationId, '/audio'), signal);

  #missing() {
    return html`
      <main class="missing">
        <h1 tabindex="-1">No such station</h1>
        <p>There is no station “${this.stationId}”; it may have been deleted. <a href=${this.site.href(STATIONS)}>All stations</a></p>
      </main>`;
  }

  #station(watch: StationWatch, labels: readonly string[]) {
    const { session, status, info, passages } = watch;
    const isOn = status?.state === 'live' || status?.state === 'silent';
    const prediction = isOn && session.connection === 'open' ? session.prediction : undefined;
    const colours = this.#palette.of(labels, this.theme);
    const { visitor } = this.site;
    return html`
      <main>
        <div class="head">
          <div class="title"><a class="back" href=${this.site.href(STATIONS)}>Stations</a><h1 tabindex="-1">${info?.name ?? (watch.isOffline ? this.stationId : '\u00a0')}</h1></div>
          <div class="buttons">
            ${visitor.canSend ? html`<listen-button .open=${this.#openSound}></listen-button>` : nothing}
            ${visitor.canManage && info?.url !== undefined ? html`<button type="button" @click=${() => this.#edit()}>Edit</button>` : nothing}
          </div>
          <div class="status" role="status">
            ${status ? html`${stateMark(status.state)}<span>since ${timeWithDay(Date.parse(status.since), watch.nowMs)}</span>` : nothing}
            ${info?.alerts.map(alertBadge)}
            ${status?.nowPlaying ? html`<span class="playing">${icon(NOTE)}<span title=${status.nowPlaying}>${status.nowPlaying}</span></span>` : nothing}
          </div>
          ${this.#trouble(watch)}
        </div>
        <section class="now" aria-label="Genre now">
          <genre-now .prediction=${prediction} .colours=${colours} .source=${'Now'} .sinceMs=${passages.currentMs} .isListening=${isOn} .idle=${status === undefined || isOn ? undefined : 'No signal'}></genre-now>
        </section>
        <section class="bars" aria-label="All genres"><genre-bars .prediction=${prediction} .labels=${labels} .colours=${colours}></genre-bars></section>
        <section class="sound" aria-label="Sound">
          <wave-form .soundView=${session.soundView} .theme=${this.theme}></wave-form>
          <mel-spectrogram .soundView=${session.soundView} .theme=${this.theme}></mel-spectrogram>
          <level-meter .soundView=${isOn ? session.soundView : undefined} .prediction=${prediction} .theme=${this.theme}></level-meter>
        </section>
        <section class="past" aria-label="History">
          ${watch.trouble === '' ? nothing : html`<p class="note" role="status">${watch.trouble}</p>`}
          <h2>Last hour</h2>${this.#ribbon(watch, HOUR_MS, 'The last hour by genre', true, colours)}
          <h2>Last day</h2>${this.#ribbon(watch, DAY_MS, 'The last day by genre', false, colours)}
          <p class="legend"><span class="speech">Speech</span><span class="silence">Silence</span><span class="down">No signal</span><span class="alert">Alert</span></p>
        </section>
        <section class="clock" aria-label="Hours of the day">
          <div class="row"><h2>By hour of the day</h2>
            <select aria-label="Days shown" @change=${(event: Event) => this.#choose(Number((event.target as HTMLSelectElement).value))}>
              ${DAYS.map((days) => html`<option value=${days} ?selected=${days === this.days}>${days === 1 ? 'Last day' : `Last ${days} days`}</option>`)}
            </select></div>
          ${this.clockTrouble === '' ? nothing : html`<p class="note" role="status">${this.clockTrouble}</p>`}
          <day-clock .hours=${this.hours} .colours=${colours} .hour=${new Date(watch.nowMs).getHours()}></day-clock>
        </section>
        <section class="lists">
          <div><h2>Alerts of the last day</h2>${this.#alerts(watch)}</div>
          <div><h2>Played in the last hour</h2>${this.#playedTitles(watch)}</div>
          ${this.#usual()}
          ${visitor.hasHistory ? html`<div class="poster"><h2>A day as a poster</h2><day-poster .site=${this.site} .stationId=${this.stationId} .theme=${this.theme}></day-poster></div>` : nothing}
          <div class="files"><h2>Last day as CSV</h2><p>${TABLES.map((table) => html`<a download href=${this.#csv(watch, table)}>${table}</a>`)}</p></div>
        </section>
      </main>
      <footer>${info?.source ? html`<span>${formatText(info.source)}</span>` : nothing}${info?.url !== undefined ? html`<span class="url" title=${info.url}>${info.url}</span>` : nothing}</footer>`;
  }

  /** Why there is no audio, when the next attempt is, and the decoder's output. */
  #trouble({ status, info, nowMs }: StationWatch) {
    if (!status || (status.reason === null && !info?.decoder)) return nothing;
    const retryMs = info?.retryAt ? Date.parse(info.retryAt) - nowMs : 0;
    return html`
      <div class="reason">
        ${status.reason === null ? nothing : html`<p>${status.reason}${retryMs > 0 ? ` Next attempt in ${coarseDuration(retryMs)}${info!.attempts! > 1 ? `, after ${info!.attempts} failed attempts` : ''}.` : ''}</p>`}
        ${info?.decoder && info.decoder.lines.length > 0 ? html`
          <details aria-label="FFmpeg output"><summary>FFmpeg ended ${info.decoder.signal !== null ? `by ${info.decoder.signal}` : `with exit code ${info.decoder.exitCode}`}</summary><pre tabindex="0" aria-label="Last lines of the FFmpeg output">${info.decoder.lines.join('\n')}</pre></details>` : nothing}
      </div>`;
  }

  #ribbon(watch: StationWatch, spanMs: number, name: string, hasTitles: boolean, colours: ReadonlyMap<string, GenreColour>) {
    return html`<genre-ribbon class=${hasTitles ? 'hour' : 'day'} .passages=${watch.passages} .version=${watch.version} .alerts=${watch.alerts} .colours=${colours} .theme=${this.theme}
      .spanMs=${spanMs} .clockOffsetMs=${watch.clockOffsetMs} .hasTitles=${hasTitles} .name=${name}></genre-ribbon>`;
  }

  #alerts({ alerts, nowMs }: StationWatch) {
    if (alerts.length === 0) return html`<p class="note">None.</p>`;
    const newest = alerts.toSorted((one, other) => Date.parse(other.from) - Date.parse(one.from));
    return html`<ul class="rows" aria-label="Alerts">${newest.slice(0, MAX_ROWS).map(({ type, from, to, sentence }) => html`
      <li class=${to === null ? 'open' : ''}>
        <span class="when">${timeWithDay(Date.parse(from), nowMs)}</span>
        <span><strong>${ALERT_NAMES[type]}</strong> ${to === null ? html`<em>open</em>` : Date.parse(to) > Date.parse(from) ? html`<small>${coarseDuration(Date.parse(to) - Date.parse(from))}</small>` : nothing}<br>${sentence}</span>
      </li>`)}</ul>`;
  }

  #playedTitles({ passages, nowMs }: StationWatch) {
    const titles = playedTitles(passages.all).filter(({ toMs }) => toMs > nowMs - HOUR_MS).reverse().slice(0, MAX_ROWS);
    if (titles.length === 0) return html`<p class="note">The source sends no titles.</p>`;
    return html`<ul class="rows" aria-label="Titles">${titles.map(({ title, fromMs }) => html`<li><span class="when">${timeOfDay(fromMs)}</span><span>${title}</span></li>`)}</ul>`;
  }

  /** What it usually plays at this hour, and stations like it. */
  #usual() {
    const { habits } = this;
    if (!habits || habits.overall.heardS === 0) return nothing;
    const { usual, overall, alike } = habits;
    return html`<div><h2>In ${habits.days} days</h2>
      <p class="habit">${usual ? `At this hour mostly ${labelName(usual.genre)}, ${percent(usual.share)} % of the time. ` : ''}${Object.entries(overall.genres).slice(0, 3).map(([genre, share]) => `${labelName(genre)} ${percent(share)} %`).join(', ')}${overall.speech > 0.005 ? `, speech ${percent(overall.speech)} %` : ''}.</p>
      ${alike.length === 0 ? nothing : html`<h2>Stations like it</h2><ul class="rows" aria-label="Stations like it">${alike.slice(0, 5).map(({ id, name, likeness }) => html`
        <li><span class="when">${percent(likeness)} %</span><a href=${this.site.href({ page: 'station', id })}>${name}</a></li>`)}</ul>
        <p><a href=${`${this.site.href(STATIONS)}?like=${encodeURIComponent(this.stationId)}`}>All, most alike first</a></p>`}</div>`;
  }

  #csv({ nowMs }: StationWatch, table: string): string {
    // Rounded to the minute, so that the link does not change at every update.
    const from = new Date(Math.floor((nowMs - DAY_MS) / 60_000) * 60_000).toISOString();
    return new URL(stationPath(this.stationId, `/history.csv?from=${from}&table=${table}`), BASE).href;
  }

  #edit(): void {
    this.renderRoot.querySelector<StationEditor>('station-editor')!.open(this.site.visitor, this.#watch!.info);
  }

  #changed(): void {
    const watch = this.#watch!;
    if (watch.info) document.title = `${watch.info.name} · livegenre`;
    if (watch.version > 0 && this.#hoursKey(this.days) !== this.#hoursOf) this.#choose(this.days);
    this.requestUpdate();
  }

  #choose(days: number): void {
    this.days = days;
    this.#hoursOf = this.#hoursKey(days);
    this.#watch!.hours(days).then((hours) => {
      if (days !== this.days) return;
      this.hours = hours;
      this.clockTrouble = '';
    }, (error: unknown) => {
      this.clockTrouble = `These days could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    });
  }

  /** Cache key of the hours: one day is reloaded with each new history, several days once an hour. */
  #hoursKey(days: number): string {
    const watch = this.#watch!;
    return days === 1 ? `day ${watch.version}` : `${days} days ${Math.floor(watch.nowMs / HOUR_MS)}`;
  }
}

customElements.define('station-page', StationPage);
