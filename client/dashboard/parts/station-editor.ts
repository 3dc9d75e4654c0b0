/** Dialog to add, change or delete a station. Shows the server's error message at the top. */
import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { StationTrial } from '../../../server/protocol/messages.js';
import { ApiError, type Rule, type StationForm, type StationInfo, stationPath } from '../api.js';
import { labelName } from '../model/format.js';
import { NEW_STATION, refusedFields, ruleOf, ruleRows, webhookLines, type RuleRow } from '../model/station-form.js';
import { trialText } from '../model/trial-words.js';
import type { Visitor } from '../visitor.js';
import { dialogStyles } from './dialog-styles.js';
import { sharedStyles } from './shared-styles.js';

const RULE_NAMES: Readonly<Record<Rule['type'], string>> = {
  'dead-air': 'Dead air', 'down': 'Down', 'speech': 'Only speech', 'drift': 'Format drift', 'mood': 'Another mood', 'genre-changed': 'Another genre',
};

/** The name of a station that is tried before it has one. */
const UNNAMED = 'Unnamed station';

/** Fires `saved` (detail: StationInfo) and `deleted`. */
export class StationEditor extends LitElement {
  static override properties = { station: { state: true }, trouble: { state: true }, fields: { state: true }, isBusy: { state: true }, trial: { state: true }, isTrying: { state: true }, isDeleting: { state: true }, expect: { state: true }, on: { state: true }, labels: { attribute: false } };
  static override styles = [sharedStyles, dialogStyles, css`
    dialog { inline-size: min(42rem, calc(100vw - 1rem)); }
    fieldset { display: grid; gap: 0.625rem; margin: 0; padding: 0; border: 0; min-inline-size: 0; }
    legend { padding: 0; margin-block-end: 0.5rem; font-size: 0.8125rem; font-weight: 600; }
    .check { display: flex; align-items: center; gap: 0.5rem; font-weight: 550; }
    .rule { display: grid; gap: 0.5rem; padding: 0.625rem 0.75rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--page); }
    .line { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem 0.75rem; min-block-size: 2.125rem; }
    .line .check { min-inline-size: 8.25rem; }
    .number { display: inline-flex; align-items: center; gap: 0.375rem; font-size: 0.8125rem; color: var(--quiet); }
    .number input:not([type='checkbox']) { inline-size: 4rem; min-block-size: 2.125rem; padding: 0 0.375rem 0 0.5rem; border-radius: 0.5rem; background: var(--surface); }
    .chips { display: flex; flex-wrap: wrap; gap: 0.375rem; }
    .chip { position: relative; padding: 0.1875rem 0.75rem; border: 1px solid var(--control); border-radius: 1rem; font-size: 0.8125rem; font-weight: 550; background: var(--surface); cursor: pointer; }
    .chip input { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; opacity: 0; cursor: pointer; }
    .chip:has(:checked) { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
    .chip:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    .top { position: sticky; inset-block-start: 0; z-index: 1; padding: 0.625rem 0.75rem; border: 1px solid var(--bad); border-radius: 0.75rem; background: var(--bad-surface); }
    .actions { position: sticky; inset-block-end: 0; margin: 0 -1.5rem -1.375rem; padding: 0.875rem 1.5rem; border-block-start: 1px solid var(--line); background: var(--surface); }
    .actions p { flex: 1 1 100%; }
    .with-button { display: flex; gap: 0.5rem; }
    .with-button input { flex: 1; }
    .with-button button { flex: none; }
    .heard { overflow-wrap: anywhere; font-weight: 500; color: var(--ink); }
  `];

  /** The station being edited; undefined for a new one. */
  declare station: StationInfo | undefined;
  declare labels: readonly string[];
  declare trouble: string;
  /** Names of the fields that the server rejected. */
  declare fields: readonly string[];
  declare isBusy: boolean;
  declare isDeleting: boolean;
  /** What was heard when the address was tried; empty before. */
  declare trial: string;
  declare isTrying: boolean;
  declare expect: ReadonlySet<string>;
  declare on: ReadonlySet<Rule['type']>;
  #visitor: Visitor | undefined;
  /** Ends the trial that is under way. */
  #stopTrial: AbortController | undefined;

  constructor() {
    super();
    this.labels = [];
    this.#clear(NEW_STATION);
  }

  /** @param station the station to edit; undefined adds a new one */
  open(visitor: Visitor, station?: StationInfo): void {
    this.#visitor = visitor;
    // Discard input from the last time it was open.
    this.#form.reset();
    this.station = station;
    this.#clear({ ...NEW_STATION, ...station });
    void this.updateComplete.then(() => this.#dialog.showModal());
  }

  override render() {
    const { station } = this;
    const { name, url, enabled, rules, webhooks } = { ...NEW_STATION, ...station };
    return html`
      <dialog aria-labelledby="title" @close=${() => this.#stopTrial?.abort()}>
        <form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
          <h2 id="title">${station ? 'Edit station' : 'Add a station'}</h2>
          <p class=${this.trouble === '' ? '' : 'wrong top'} role="alert">${this.trouble}</p>
          <label class="field">Name<input name="name" required maxlength="100" autocomplete="off" .defaultValue=${name} aria-invalid=${this.fields.includes('name')}></label>
          <div class="field"><label for="url">Address</label><div class="with-button"><input id="url" name="url" type="url" required maxlength="2000" inputmode="url" autocomplete="off" placeholder="https://radio.example/stream.mp3" .defaultValue=${url} aria-invalid=${this.fields.includes('url')} aria-describedby="url-help" @input=${() => this.#forgetTrial()}><button type="button" ?disabled=${this.isTrying} @click=${() => void this.#try()}>Try it</button></div>
            <p class="heard" role="status">${this.trial}</p>
            <small id="url-help">Icecast or Shoutcast, a .pls or .m3u playlist, HLS (.m3u8), or a file</small></div>
          <label class="check"><input type="checkbox" name="enabled" .defaultChecked=${enabled}>Listen to it</label>
          <fieldset>
            <legend>Alert rules</legend>
            ${ruleRows(rules).map((row) => this.#rule(row))}
          </fieldset>
          <div class="field"><label for="webhooks">Webhooks</label><textarea id="webhooks" name="webhooks" aria-describedby="webhooks-help" rows="2" spellcheck="false" placeholder="https://example.com/alerts" .defaultValue=${webhooks.join('\n')} aria-invalid=${this.fields.includes('webhooks')}></textarea>
            <small id="webhooks-help">URLs that receive this station's alerts, one per line</small></div>
          <div class="actions">
            ${this.isDeleting ? html`
              <p role="status">Delete ${name} and stop listening to it?</p>
              <button type="button" @click=${() => { this.isDeleting = false; }}>Keep it</button>
              <button type="button" class="danger" ?disabled=${this.isBusy} @click=${() => void this.#delete()}>Delete it</button>` : html`
              ${station ? html`<button type="button" class="danger first" @click=${() => { this.isDeleting = true; }}>Delete</button>` : nothing}
              <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
              <button type="submit" class="main" ?disabled=${this.isBusy}>${station ? 'Save' : 'Add station'}</button>`}
          </div>
        </form>
      </dialog>`;
  }

  #rule({ type, fields }: RuleRow) {
    const isOn = this.on.has(type);
    return html`
      <div class="rule" role="group" aria-label=${RULE_NAMES[type]}>
        <div class="line">
          <label class="check"><input type="checkbox" .checked=${live(isOn)} @change=${() => { this.on = toggled(this.on, type); }}>${RULE_NAMES[type]}</label>
          ${fields.map(({ key, before, unit, min, max, value }) => html`
            <label class="number" ?hidden=${!isOn}>${before}<input type="number" name="${type} ${key}" .defaultValue=${String(value)} min=${min} max=${max} step="any" required ?disabled=${!isOn}>${unit}</label>`)}
          ${type === 'drift' && isOn ? html`<span class="number">of the music is one of</span>` : nothing}
        </div>
        ${type === 'drift' && isOn ? html`
          <div class="chips" role="group" aria-label="Expected genres">${this.labels.map((label) => html`
            <label class="chip"><input type="checkbox" .checked=${live(this.expect.has(label))} @change=${() => { this.expect = toggled(this.expect, label); }}>${labelName(label)}</label>`)}
          </div>` : nothing}
      </div>`;
  }

  #clear({ rules }: StationForm): void {
    this.trouble = '';
    this.fields = [];
    this.isBusy = this.isDeleting = false;
    this.#forgetTrial();
    this.on = new Set(rules.map(({ type }) => type));
    this.expect = new Set(rules.flatMap((rule) => (rule.type === 'drift' ? rule.expect : [])));
  }

  get #dialog(): HTMLDialogElement { return this.renderRoot.querySelector('dialog')!; }

  get #form(): HTMLFormElement { return this.renderRoot.querySelector('form')!; }

  #filled(): StationForm {
    const data = new FormData(this.#form);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    const rules = ruleRows([]).filter(({ type }) => this.on.has(type)).map(({ type, fields }) => {
      const numbers = Object.fromEntries(fields.map(({ key }) => [key, Number(data.get(`${type} ${key}`))]));
      return ruleOf(type, numbers, [...this.expect]);
    });
    return { name: text('name'), url: text('url'), enabled: data.has('enabled'), rules, webhooks: webhookLines(text('webhooks')) };
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.on.has('drift') && this.expect.size === 0) return this.#refuse('Choose the genres that are expected, or turn Format drift off.');
    const { station } = this;
    await this.#save(async (visitor) => {
      const request = { method: station ? 'PATCH' : 'POST', body: this.#filled() };
      const saved = await visitor.request(station ? stationPath(station.id) : 'v1/stations', request) as StationInfo;
      this.dispatchEvent(new CustomEvent('saved', { detail: saved }));
    });
  }

  /** Lets the server listen to the address for some seconds; nothing is saved. */
  async #try(): Promise<void> {
    const address = this.#form.elements.namedItem('url') as HTMLInputElement;
    if (!this.#visitor || !address.reportValidity()) return;
    const { name, url, webhooks } = this.#filled();
    this.#refuse('');
    this.#forgetTrial();
    const stop = this.#stopTrial = new AbortController();
    this.isTrying = true;
    this.trial = 'Listening for a few seconds …';
    try {
      // The name is needed to add a station, not to try it.
      const trial = await this.#visitor.request('v1/stations?test=1', { method: 'POST', body: { name: name || UNNAMED, url, webhooks }, signal: stop.signal }) as StationTrial;
      if (!stop.signal.aborted) this.trial = trialText(trial);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.trial = '';
      this.#refuse(sentenceOf(error));
    }
    if (this.#stopTrial === stop) this.isTrying = false;
  }

  /** What was heard belongs to the address that was tried. */
  #forgetTrial(): void {
    this.#stopTrial?.abort();
    this.#stopTrial = undefined;
    this.trial = '';
    this.isTrying = false;
  }

  async #delete(): Promise<void> {
    await this.#save(async (visitor) => {
      await visitor.request(stationPath(this.station!.id), { method: 'DELETE' });
      this.dispatchEvent(new CustomEvent('deleted'));
    });
  }

  /** Runs a request; closes the dialog if it succeeds, shows the error if not. */
  async #save(work: (visitor: Visitor) => Promise<void>): Promise<void> {
    if (!this.#visitor) return;
    this.#refuse('');
    this.isBusy = true;
    try {
      await work(this.#visitor);
      this.#dialog.close();
    } catch (error) {
      this.#refuse(sentenceOf(error));
    }
    this.isBusy = false;
  }

  #refuse(sentence: string): void {
    this.trouble = sentence;
    this.fields = refusedFields(sentence);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'The server can’t be reached. Try again.';
}

function toggled<T>(set: ReadonlySet<T>, each: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(each)) next.add(each);
  return next;
}

customElements.define('station-editor', StationEditor);
