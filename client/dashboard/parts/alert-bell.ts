/** Bell with the number of open alerts and a panel of recent ones. New alerts are announced to screen readers. */
import { css, html, LitElement, svg } from 'lit';
import type { Alerts } from '../alerts.js';
import type { ServerAlert } from '../api.js';
import { ALERT_NAMES, coarseDuration, timeWithDay } from '../model/station-words.js';
import type { Site } from '../site.js';
import { sharedStyles } from './shared-styles.js';

const BELL = svg`<path d="M6 9.5a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4s2-1.5 2-6.5M10 19.5a2.2 2.2 0 0 0 4 0"/>`;
const MAX_ROWS = 20;

export class AlertBell extends LitElement {
  static override properties = { site: { attribute: false }, alerts: { state: true }, announcement: { state: true } };
  static override styles = [sharedStyles, css`
    button { position: relative; display: grid; place-items: center; padding: 0 0.6rem; }
    .count { position: absolute; inset: -0.375rem -0.375rem auto auto; min-inline-size: 1.1875rem; padding: 0 0.25rem; border-radius: 0.625rem; font-size: 0.75rem; font-weight: 650; line-height: 1.1875rem; text-align: center; color: var(--surface); background: var(--bad); }
    [popover] { position: fixed; inset: var(--top, 4rem) var(--end, 1rem) auto auto; inline-size: min(26rem, calc(100vw - 1.5rem)); max-block-size: min(32rem, 80vh); overflow: auto; padding: 1rem 1.125rem; color: var(--ink); background: var(--surface); border: 1px solid var(--control); border-radius: 0.875rem; box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 25%); }
    h2 { margin-block-end: 0.625rem; }
    li { padding-block: 0.625rem; border-block-start: 1px solid var(--line); }
    .head { display: flex; justify-content: space-between; gap: 0.75rem; font-weight: 600; }
    .head a { color: inherit; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .head span { flex: none; font-weight: 600; color: var(--quiet); }
    .open .head span { color: var(--bad); }
    p { font-size: 0.8125rem; color: var(--quiet); }
  `];

  declare site: Site;
  declare alerts: readonly ServerAlert[] | undefined;
  declare announcement: string;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const take = ({ recent }: Alerts): void => { this.alerts = recent; };
    take(this.site.alerts);
    this.announcement = '';
    this.#stops = [this.site.alerts.on('change', take), this.site.alerts.on('raised', (sentence) => { this.announcement = sentence; })];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  override render() {
    const { alerts } = this;
    if (!alerts) return html``;
    const open = alerts.filter(({ to }) => to === null);
    const name = open.length === 0 ? 'Alerts: none' : `Alerts: ${open.length} open`;
    return html`
      <button type="button" popovertarget="panel" aria-label=${name} title=${name} @click=${(event: Event) => this.#place(event.currentTarget as HTMLElement)}>
        <svg viewBox="0 0 24 24" aria-hidden="true">${BELL}</svg>${open.length > 0 ? html`<span class="count" aria-hidden="true">${open.length}</span>` : ''}
      </button>
      <div popover id="panel" role="dialog" aria-label="Alerts of the last day">
        <h2>Alerts of the last day</h2>
        ${alerts.length === 0 ? html`<p>None. Alert rules are set for each station.</p>` : ''}
        <ul aria-label="Alerts">${[...open, ...alerts.filter(({ to }) => to !== null)].slice(0, MAX_ROWS).map((alert) => this.#alert(alert))}</ul>
      </div>
      <p class="visually-hidden" aria-live="polite">${this.announcement}</p>`;
  }

  #alert({ station, type, from, to, sentence }: ServerAlert) {
    const [fromMs, toMs] = [Date.parse(from), to === null ? undefined : Date.parse(to)];
    const when = `${timeWithDay(fromMs, Date.now())}${toMs === undefined ? ', open' : toMs > fromMs ? `, ${coarseDuration(toMs - fromMs)}` : ''}`;
    return html`
      <li class=${to === null ? 'open' : ''}>
        <div class="head"><a href=${this.site.href({ page: 'station', id: station.id })}>${station.name}</a><span>${ALERT_NAMES[type]}</span></div>
        <p>${sentence}</p><p>${when}</p>
      </li>`;
  }

  /** Positions the panel below the bell. */
  #place(button: HTMLElement): void {
    const { bottom, right } = button.getBoundingClientRect();
    const panel = this.renderRoot.querySelector<HTMLElement>('#panel')!;
    panel.style.setProperty('--top', `${bottom + 8}px`);
    panel.style.setProperty('--end', `${Math.max(12, document.documentElement.clientWidth - right)}px`);
  }
}

customElements.define('alert-bell', AlertBell);
